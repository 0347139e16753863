"""Logging in, with a canned network and credentials in memory."""

import threading

import pytest

from keyrack.domain.errors import Cancelled, DamagedData, KeyrackError, LoginNeeded, StoreAbsent
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.oauth.effects import SignIn, Step
from keyrack.oauth.http import Failed
from keyrack.operations.login.control import LoginControl, read_pasted
from keyrack.operations.login.flow_runner import NO_BROWSER
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from support.canned import ISSUER, REDIRECT, URL, World, metadata, reply
from support.some import some
from support.workbench import NOW, SERVER, accepts, build, stored_credential, stored_token

TOKEN, REVOKE = ISSUER + "/token", ISSUER + "/revoke"
INVALID_GRANT = reply({"error": "invalid_grant"}, 400)


def test_a_login_stores_the_token_and_shows_its_steps():
    adapters, events = build(World(**accepts("at-1"))), []
    credential = login(adapters, SERVER, on_event=events.append)
    assert stored_token(adapters) == "at-1" and credential.scopes == ("read",)
    assert [e.key for e in events if isinstance(e, Step) and e.state == "done"] == [
        "probe", "discover", "register", "sign-in", "exchange", "try", "save"]  # fmt: skip
    shown = next(e for e in events if isinstance(e, SignIn))
    assert (shown.origin, shown.redirect_uri) == (ISSUER, REDIRECT)


@pytest.mark.checklist(25)
def test_a_fresh_token_that_the_server_refuses_does_not_replace_the_old_one():
    adapters = build(World(**accepts("at-0")))
    adapters.credentials().save(stored_credential())
    with pytest.raises(KeyrackError, match="just issued"):
        login(adapters, SERVER)
    assert stored_token(adapters) == "at-0"


@pytest.mark.parametrize(
    "fault",
    [
        {f"POST {URL}": Failed("no route")},
        {f"POST {ISSUER}/register": reply(None, 403)},
        {f"POST {TOKEN}": INVALID_GRANT},
        {f"POST {TOKEN}": reply(b"<html>")},
        {f"GET {ISSUER}/.well-known/oauth-authorization-server": reply({"issuer": "https://evil.example"})},
    ],
)
def test_a_failed_login_leaves_the_old_credential_and_marks_its_step(fault):
    adapters, events = build(World(**{**accepts("at-1"), **fault})), []
    adapters.credentials().save(stored_credential(refused_at=NOW - 1))
    with pytest.raises(KeyrackError) as caught:
        login(adapters, SERVER, on_event=events.append)
    assert stored_token(adapters) == "at-0"
    assert events[-1].state == "failed" and events[-1].detail == str(caught.value)


def test_cancelling_while_the_browser_is_open_leaves_everything_as_it_was():
    adapters = build(World(**accepts("at-1")), answer=None)
    adapters.credentials().save(stored_credential())
    control = LoginControl()

    def stop(event):
        if isinstance(event, SignIn):
            control.cancel()

    with pytest.raises(Cancelled):
        login(adapters, SERVER, control=control, on_event=stop)
    assert stored_token(adapters) == "at-0"


def test_a_cancel_ends_the_request_that_runs_and_is_no_failure_of_the_network():
    control, closed = LoginControl(), threading.Event()

    class Hanging(World):
        def send(self, request, *, server_url=URL):
            control.cancel()
            return Failed("the connection was closed")

        def close(self):
            closed.set()

    events = []
    with pytest.raises(Cancelled):
        login(build(Hanging()), SERVER, control=control, on_event=events.append)
    steps = [event for event in events if isinstance(event, Step)]
    assert closed.is_set() and steps and all(step.state != "failed" for step in steps)


def test_a_damaged_entry_does_not_keep_a_login_away(monkeypatch):
    adapters = build(World(**accepts("at-1")))
    adapters.credentials().save(stored_credential())
    load = adapters.credentials().load

    def damaged(key):
        raise DamagedData("The stored credential is damaged.")

    monkeypatch.setattr(adapters.credentials(), "load", damaged)
    login(adapters, SERVER)
    monkeypatch.setattr(adapters.credentials(), "load", load)
    assert stored_token(adapters) == "at-1"


def test_a_pasted_address_ends_the_wait():
    adapters, control = build(World(**accepts("at-1")), answer=None), LoginControl()
    pasted = threading.Event()

    def browse(url):
        state = some(control._sign_in).state.reveal()
        assert control.paste("nonsense with spaces") is not None
        assert control.paste(f"{REDIRECT}?code=c&state={state}") is None
        pasted.set()
        return False

    login(adapters._replace(browse=browse), SERVER, control=control)
    assert pasted.is_set() and stored_token(adapters) == "at-1"


def test_nobody_coming_back_ends_with_a_sentence():
    with pytest.raises(LoginNeeded, match="Nobody signed in"):
        login(build(answer=None), SERVER, LoginOptions(wait=0.01))


def test_a_code_that_lives_longer_than_the_wait_for_a_browser_is_waited_for():
    adapters, control = build(World(**accepts("at-1")), answer=None), LoginControl()

    def browse(url):
        state = some(control._sign_in).state.reveal()
        control.prolong(60)
        later = threading.Timer(0.1, lambda: control.paste(f"{REDIRECT}?code=c&state={state}"))
        later.start()
        return True

    login(adapters._replace(browse=browse), SERVER, LoginOptions(wait=0.01), control=control)
    assert stored_token(adapters) == "at-1"


def test_without_a_keychain_nothing_is_asked_of_the_network():
    class NoStore:
        def state(self):
            return StoreState("none", False, reason="This machine has no keychain.")

    world = World()
    with pytest.raises(StoreAbsent, match="no keychain"):
        login(build(world, credentials=NoStore()), SERVER)
    assert world.asked == []


def test_the_registration_of_an_earlier_login_is_used_again_unless_it_was_refused():
    world = World(**accepts("at-1"))
    adapters = build(world)
    adapters.credentials().save(stored_credential())
    assert login(adapters, SERVER).client_id == "dyn-0"
    adapters.credentials().note(CredentialKey.of(URL), refusal=(NOW, "refused"))
    assert login(adapters, SERVER).client_id == "dyn-1"


SIGN_IN = SignIn(ISSUER + "/authorize?x", ISSUER, REDIRECT, Secret("st"))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (f"{REDIRECT}?code=c&state=st", {"code": "c", "state": "st"}),
        (
            f"  '{REDIRECT}?code=c&state=st&iss=https%3A%2F%2Fx' ",
            {"code": "c", "state": "st", "iss": "https://x"},
        ),
        ("code=c&state=st", {"code": "c", "state": "st"}),
        ("bare-code", {"code": "bare-code", "state": "st"}),
        (f"{REDIRECT}?error=access_denied&state=st", {"error": "access_denied", "state": "st"}),
        (f"{REDIRECT}?code=c&state=other", "another login"),
        (f"{REDIRECT}?code=c", "without a state"),
        (f"{REDIRECT}?error=invalid_scope&error_description=No+such+scope", "invalid_scope: No such scope"),
        (f"{REDIRECT}?code=c&code=d&state=st", "twice"),
        (f"{ISSUER}/authorize?response_type=code&state=st", "sign-in page"),
        ("https://example.com/", "no code"),
        ("two words", "not an address or a code"),
        ("", "Nothing"),
        ("http://[::1?code=c", "not a valid address"),
    ],
)
def test_what_is_pasted_is_understood_or_refused_with_a_sentence(text, outcome):
    found = read_pasted(text, SIGN_IN)
    if isinstance(outcome, str):
        assert isinstance(found, str) and outcome in found
    else:
        assert not isinstance(found, str)
        assert {key: value.reveal() for key, value in found.items()} == outcome


def test_a_bare_code_is_not_enough_where_the_issuer_promises_to_name_itself():
    assert "whole address" in read_pasted("bare-code", SIGN_IN._replace(needs_issuer=True))


def test_without_a_browser_the_step_says_so():
    events = []
    login(build(World(**accepts("at-1")), browse=lambda url: False), SERVER, on_event=events.append)
    assert any(isinstance(event, Step) and event.title == NO_BROWSER for event in events)


def test_a_tokens_life_is_counted_from_the_reply_and_not_from_the_start_of_the_login():
    clock = iter([NOW + 60 * minute for minute in range(100)])
    adapters = build(World(**accepts("at-1")))._replace(now=lambda: next(clock))
    credential = login(adapters, SERVER)
    assert some(credential.expires_at) > NOW + 60 + 30


def test_a_login_beside_another_account_lets_the_user_choose():
    seen = []
    issuer = {
        f"GET {ISSUER}/.well-known/oauth-authorization-server": reply(
            metadata(prompt_values_supported=["select_account"])
        )
    }
    adapters = build(World(**accepts("at-1"), **issuer), browse=lambda url: seen.append(url) or True)
    login(adapters, SERVER)
    login(adapters, SERVER)
    login(adapters, SERVER._replace(account="work"))
    assert ["prompt=select_account" in url for url in seen] == [False, False, True]

"""What a user can have done, with a canned network and a credential store in memory."""

import threading

import pytest

from keyrack.domain.errors import Cancelled, DamagedData, KeyrackError, LoginNeeded, StoreAbsent, Temporary
from keyrack.domain.model import CredentialKey, Header, Server
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.oauth.effects import SignIn, Step
from keyrack.oauth.http import Failed, Response
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.control import LoginControl, read_pasted
from keyrack.operations.login.flow_runner import NO_BROWSER
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.servers.check import check
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.pasted import clean
from keyrack.operations.tokens.refresh import refresh
from keyrack.operations.tokens.set_token import Typed, set_token
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.system.locks import Locks
from support.canned import ISSUER, REDIRECT, URL, World, reply, rpc, unauthorized
from support.some import some
from support.store_fakes import Watched
from support.workbench import NOW, SERVER, Listener, approve, build, stored_credential

TOKEN, REVOKE = ISSUER + "/token", ISSUER + "/revoke"
INVALID_GRANT = reply({"error": "invalid_grant"}, 400)


def takes(*tokens):
    """A protected server that accepts these access tokens."""

    def answer(request):
        sent = request.headers.get("Authorization")
        if sent is None or sent.reveal().removeprefix("Bearer ") not in tokens:
            return unauthorized()
        return rpc({"tools": []})

    return {f"POST {URL}": answer}


def stored(adapters):
    found = adapters.credentials().load(CredentialKey.of(URL))
    return found and found.tokens.access_token.reveal()


# Login


def test_a_login_stores_the_token_and_shows_its_steps():
    adapters, events = build(World(**takes("at-1"))), []
    credential = login(adapters, SERVER, on_event=events.append)
    assert stored(adapters) == "at-1" and credential.scopes == ("read",)
    assert [e.key for e in events if isinstance(e, Step) and e.state == "done"] == [
        "probe", "discover", "register", "sign-in", "exchange", "try", "save"]  # fmt: skip
    shown = next(e for e in events if isinstance(e, SignIn))
    assert (shown.origin, shown.redirect_uri) == (ISSUER, REDIRECT)


@pytest.mark.checklist(25)
def test_a_fresh_token_that_the_server_refuses_does_not_replace_the_old_one():
    adapters = build(World(**takes("at-0")))
    adapters.credentials().save(stored_credential())
    with pytest.raises(KeyrackError, match="just issued"):
        login(adapters, SERVER)
    assert stored(adapters) == "at-0"


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
    adapters, events = build(World(**{**takes("at-1"), **fault})), []
    adapters.credentials().save(stored_credential(refused_at=NOW - 1))
    with pytest.raises(KeyrackError) as caught:
        login(adapters, SERVER, on_event=events.append)
    assert stored(adapters) == "at-0"
    assert events[-1].state == "failed" and events[-1].detail == str(caught.value)


def test_cancelling_while_the_browser_is_open_leaves_everything_as_it_was():
    adapters = build(World(**takes("at-1")), answer=None)
    adapters.credentials().save(stored_credential())
    control = LoginControl()

    def stop(event):
        if isinstance(event, SignIn):
            control.cancel()

    with pytest.raises(Cancelled):
        login(adapters, SERVER, control=control, on_event=stop)
    assert stored(adapters) == "at-0"


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
    adapters = build(World(**takes("at-1")))
    adapters.credentials().save(stored_credential())
    load = adapters.credentials().load

    def damaged(key):
        raise DamagedData("The stored credential is damaged.")

    monkeypatch.setattr(adapters.credentials(), "load", damaged)
    login(adapters, SERVER)
    monkeypatch.setattr(adapters.credentials(), "load", load)
    assert stored(adapters) == "at-1"


def test_a_pasted_address_ends_the_wait():
    adapters, control = build(World(**takes("at-1")), answer=None), LoginControl()
    pasted = threading.Event()

    def browse(url):
        state = some(control._sign_in).state.reveal()
        assert control.paste("nonsense with spaces") is not None
        assert control.paste(f"{REDIRECT}?code=c&state={state}") is None
        pasted.set()
        return False

    login(adapters._replace(browse=browse), SERVER, control=control)
    assert pasted.is_set() and stored(adapters) == "at-1"


def test_nobody_coming_back_ends_with_a_sentence():
    with pytest.raises(LoginNeeded, match="Nobody signed in"):
        login(build(answer=None), SERVER, LoginOptions(wait=0.01))


def test_a_code_that_lives_longer_than_the_wait_for_a_browser_is_waited_for():
    adapters, control = build(World(**takes("at-1")), answer=None), LoginControl()

    def browse(url):
        state = some(control._sign_in).state.reveal()
        control.prolong(60)
        later = threading.Timer(0.1, lambda: control.paste(f"{REDIRECT}?code=c&state={state}"))
        later.start()
        return True

    login(adapters._replace(browse=browse), SERVER, LoginOptions(wait=0.01), control=control)
    assert stored(adapters) == "at-1"


def test_without_a_keychain_nothing_is_asked_of_the_network():
    class NoStore:
        def state(self):
            return StoreState("none", False, reason="This machine has no keychain.")

    world = World()
    with pytest.raises(StoreAbsent, match="no keychain"):
        login(build(world, credentials=NoStore()), SERVER)
    assert world.asked == []


def test_the_registration_of_an_earlier_login_is_used_again_unless_it_was_refused():
    world = World(**takes("at-1"))
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


# The store is another one in the end


@pytest.fixture
def moved(tmp_path):
    """Parts over two stores with records in common, and a function that chooses the second one."""
    locks = Locks(str(tmp_path / "locks"))
    files = RecordFiles(str(tmp_path / "records"), locks, lambda: NOW)
    stores = [BackendCredentialStore(named(name), files, locks) for name in ("first", "second")]
    adapters = build(World(**takes("at-1", "mine")))._replace(credentials=lambda: stores[0])
    adapters.credentials().save(stored_credential())

    def choose():
        if len(stores) == 2:
            stores[1].save(stored_credential())
            stores.pop(0).delete_copy(CredentialKey.of(URL))

    return adapters, choose


def named(name):
    store = Watched(listable=True)
    store.name = name
    return store


def test_a_login_goes_to_the_store_that_all_were_moved_to_meanwhile(moved):
    adapters, choose = moved
    events = []

    def approve_later(state):
        choose()
        return approve(state)

    adapters = adapters._replace(listen=lambda port, host, path: Listener(approve_later))
    assert login(adapters, SERVER, on_event=events.append).store == "second"
    assert (
        stored(adapters) == "at-1"
        and some(some(adapters.credentials().record(CredentialKey.of(URL))).credential).store == "second"
    )
    assert events[-1].title == "Saved to second and verified"
    assert [line.outcome for line in clear(adapters, SERVER).lines] == ["done", "done", "stays"]
    assert stored(adapters) is None


def test_so_does_a_token_by_hand(moved):
    adapters, choose = moved
    world = World(**takes("mine"))
    send = world.send
    world.send = lambda request, **rest: choose() or send(request, **rest)
    adapters = adapters._replace(http_client=lambda: world)
    saved = set_token(adapters, SERVER, Typed({"token": Secret("mine")}, expires_at=NOW + 86400))
    assert saved.credential.store == "second" and stored(adapters) == "mine"


def test_a_login_where_another_store_holds_the_old_credential_takes_its_place(moved):
    adapters, _ = moved
    third = BackendCredentialStore(
        named("third"), adapters.credentials()._records, adapters.credentials()._locks
    )
    adapters = adapters._replace(credentials=lambda: third)
    line = clear(adapters, SERVER).lines[-1]
    assert line.outcome == "failed" and "is in the first" in line.detail and "still there" in line.detail
    assert login(adapters, SERVER).store == "third"
    assert stored(adapters) == "at-1"


# Refresh and hand out


def test_a_refresh_replaces_both_tokens():
    adapters = build()
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    assert refresh(adapters, SERVER).expires_at == NOW + 60
    found = adapters.credentials().load(CredentialKey.of(URL))
    assert some(found).tokens.refresh_token == Secret("rt-1") and stored(adapters) == "at-1"


def test_twenty_threads_that_want_one_expired_token_cause_one_refresh():
    world = World()
    adapters = build(world)
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    tokens, gate = [], threading.Barrier(20)

    def ask():
        gate.wait()
        tokens.append(get_token(adapters, SERVER, min_valid=30).token.reveal())

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tokens == ["at-1"] * 20 and len(world.to(TOKEN)) == 1


@pytest.mark.checklist(22)
def test_a_refused_grant_is_final_and_remembered():
    world = World(**{f"POST {TOKEN}": INVALID_GRANT})
    adapters = build(world)
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    for _ in range(2):
        with pytest.raises(LoginNeeded, match="invalid_grant"):
            get_token(adapters, SERVER)
    assert len(world.to(TOKEN)) == 1
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).credential).refused_at == NOW


def test_a_refused_refresh_does_not_take_a_valid_token_with_it():
    adapters = build(World(**takes("at-0"), **{f"POST {TOKEN}": INVALID_GRANT}))
    adapters.credentials().save(stored_credential(expires_at=NOW + 3000))
    for min_valid in (7200, 60):
        assert get_token(adapters, SERVER, min_valid=min_valid).token == Secret("at-0")
    credential = some(some(adapters.credentials().record(CredentialKey.of(URL))).credential)
    assert credential.refused_at is None and credential.refresh_refused_at == NOW
    assert "invalid_grant" in credential.refusal


def test_a_configured_token_that_the_server_refused_is_not_handed_out():
    header = Header("Authorization", "Bearer ${X}", Secret("Bearer mine"))
    server = SERVER._replace(headers=(header,))
    adapters = build(World(**takes()))
    assert check(adapters, server).verdict == "refused"
    with pytest.raises(LoginNeeded, match="its configuration sends"):
        get_token(adapters, server)


@pytest.mark.checklist(22)
def test_a_server_error_is_temporary_and_keeps_the_credential(monkeypatch):
    monkeypatch.setattr("keyrack.operations.tokens.renewal.PAUSE", 0)
    adapters = build(World(**{f"POST {TOKEN}": reply(None, 503)}))
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    with pytest.raises(Temporary):
        refresh(adapters, SERVER)
    assert some(adapters.credentials().load(CredentialKey.of(URL))).tokens.refresh_token == Secret("rt-0")
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).credential).refused_at is None


@pytest.mark.parametrize("fault", [INVALID_GRANT, reply(None, 503), Failed("down")])
def test_a_token_that_is_still_valid_is_given_out_although_its_refresh_fails(fault, monkeypatch):
    monkeypatch.setattr("keyrack.operations.tokens.renewal.PAUSE", 0)
    adapters = build(World(**takes("at-0"), **{f"POST {TOKEN}": fault}))
    adapters.credentials().save(stored_credential(expires_at=NOW + 30))
    handed = get_token(adapters, SERVER)
    assert handed.token == Secret("at-0") and handed.notes


def test_a_token_that_is_good_enough_costs_no_request():
    world = World()
    adapters = build(world)
    adapters.credentials().save(stored_credential(expires_at=NOW + 120))
    assert get_token(adapters, SERVER, min_valid=100).token == Secret("at-0")
    assert world.asked == []


def test_more_validity_than_the_issuer_gives_is_refreshed_once_and_told():
    world = World()
    adapters = build(world)
    adapters.credentials().save(stored_credential(expires_at=NOW + 120))
    handed = get_token(adapters, SERVER, min_valid=300)
    assert handed.token == Secret("at-1") and "60 s" in handed.notes[0]
    assert len(world.to(TOKEN)) == 1


def test_nothing_stored_needs_a_login():
    for operation in (get_token, refresh):
        with pytest.raises(LoginNeeded):
            operation(build(), SERVER)


def test_a_configured_header_comes_before_what_is_stored():
    adapters = build()
    adapters.credentials().save(stored_credential())
    server = SERVER._replace(headers=(Header("authorization", "Bearer ${X}", Secret("Bearer mine")),))
    assert get_token(adapters, server).token == Secret("mine")
    empty = SERVER._replace(headers=(Header("authorization", "Bearer ${X}", Secret("Bearer ")),))
    assert get_token(adapters, empty).token == Secret("at-0")


def test_a_local_process_has_no_token():
    with pytest.raises(KeyrackError, match="local process"):
        get_token(build(), Server("local", transport="stdio"))


# Check


def test_a_refused_token_is_refreshed_once_and_then_remembered_as_refused():
    adapters = build(World(**takes("at-1")))
    adapters.credentials().save(stored_credential())
    assert check(adapters, SERVER).verdict == "accepted"
    assert stored(adapters) == "at-1"

    hopeless = build(World(**takes()))
    hopeless.credentials().save(stored_credential())
    assert check(hopeless, SERVER).verdict == "refused"
    with pytest.raises(LoginNeeded):
        get_token(hopeless, SERVER)


@pytest.mark.parametrize("refresh_token", [None, "rt-0"])
def test_a_refusal_is_not_put_down_to_a_login_that_came_in_between(refresh_token):
    old = stored_credential(refresh=refresh_token)
    new = stored_credential(access="at-NEW", refresh=refresh_token)
    new = new._replace(credential=new.credential._replace(obtained_at=NOW + 1))

    def answer(request):
        sent = request.headers["Authorization"].reveal()
        if sent != "Bearer at-NEW":
            adapters.credentials().save(new)  # while the answer is on its way
        return unauthorized()

    adapters = build(World(**{f"POST {URL}": answer, f"POST {TOKEN}": INVALID_GRANT}))
    adapters.credentials().save(old)
    check(adapters, SERVER)
    found = adapters.credentials().load(CredentialKey.of(URL))
    assert (
        found is not None
        and found.tokens.access_token.reveal() == "at-NEW"
        and found.credential.refused_at is None
    )


def test_a_network_failure_is_a_verdict_and_never_a_refusal():
    adapters = build(World(**{f"POST {URL}": Failed("no route")}))
    adapters.credentials().save(stored_credential())
    assert check(adapters, SERVER).verdict == "unreachable"
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).credential).refused_at is None


def test_a_credential_that_cannot_be_refreshed_now_is_told_with_the_reason():
    slow = Response(429, (("Retry-After", "30"),), b"")
    adapters = build(World(**{f"POST {ISSUER}/token": slow}))
    adapters.credentials().save(stored_credential(expires_at=NOW - 5))
    found = check(adapters, SERVER)
    assert found.verdict == "unreachable" and "30" in found.reason
    assert some(adapters.credentials().record(CredentialKey.of(URL))).check == found


# Clear


def test_clear_deletes_and_looks_again():
    adapters = build()
    adapters.credentials().save(stored_credential())
    assert [(line.what, line.outcome) for line in clear(adapters, SERVER).lines] == [
        ("Delete", "done"), ("Verified gone", "done"), ("Registration", "stays")]  # fmt: skip
    assert stored(adapters) is None


@pytest.mark.checklist("RFC 7009")
def test_revoke_tells_the_issuer_of_both_tokens_the_refresh_token_first():
    world = World(**{f"POST {REVOKE}": reply(None, 200)})
    adapters = build(world)
    adapters.credentials().save(stored_credential())
    assert clear(adapters, SERVER, revoke=True).lines[0].outcome == "done"
    assert [some(request.form)["token_type_hint"] for request in world.to(REVOKE)] == [
        "refresh_token",
        "access_token",
    ]


@pytest.mark.parametrize("answer", [Failed("down"), reply(None, 500)])
def test_offline_clear_still_clears(answer):
    adapters = build(World(**{f"POST {REVOKE}": answer}))
    adapters.credentials().save(stored_credential())
    receipt = clear(adapters, SERVER, revoke=True, forget=True)
    assert [line.outcome for line in receipt.lines] == ["failed", "not supported", "done", "done"]
    assert stored(adapters) is None


# Manual tokens


def test_a_manual_token_is_tried_then_stored_with_its_header():
    adapters = build(World(**takes("mine")))
    saved = set_token(adapters, SERVER, Typed({"token": Secret("mine")}, expires_at=NOW + 86400))
    assert some(saved.check).verdict == "accepted" and stored(adapters) == "mine"
    assert get_token(adapters, SERVER).token == Secret("mine")


def test_a_refused_manual_token_is_not_stored():
    adapters = build(World(**takes("mine")))
    adapters.credentials().save(stored_credential())
    with pytest.raises(KeyrackError, match="refused"):
        set_token(adapters, SERVER, Typed({"token": Secret("wrong")}))
    assert stored(adapters) == "at-0"


@pytest.mark.parametrize(
    "form", [{"header": "X\r\nEvil: 1"}, {"header": ""}, {"template": "Bearer"}, {"template": "{token}\n"}]
)
def test_a_header_that_is_none_is_refused(form):
    with pytest.raises(KeyrackError):
        set_token(build(), SERVER, Typed({"token": Secret("t")}, **form))


@pytest.mark.parametrize(
    ("typed", "token"),
    [
        (" ghp_abc \n", "ghp_abc"),
        ("Bearer ghp_abc", "ghp_abc"),
        ("Authorization: Bearer ghp_abc", "ghp_abc"),
        ("GITHUB_TOKEN=ghp_abc", "ghp_abc"),
        ("export GITHUB_TOKEN='ghp_abc'", "ghp_abc"),
        ('"ghp_abc"', "ghp_abc"),
        ("ghp_\nabc", "ghp_abc"),
        ("eyJ.abc==", "eyJ.abc=="),
    ],
)
def test_what_people_paste_is_understood(typed, token):
    assert clean(typed) == Secret(token)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "Nothing"),
        ("  ", "Nothing"),
        ("https://github.com/settings", "address"),
        ("a@example.com", "email"),
        ("töken", "characters"),
        ("a\x00b", "characters"),
    ],
)
def test_what_is_no_token_is_refused_with_a_sentence(typed, word):
    with pytest.raises(KeyrackError, match=word) as caught:
        clean(typed)
    assert typed.strip() == "" or typed not in str(caught.value)


def test_after_a_clear_the_check_no_longer_speaks_of_the_token():
    adapters = build(World(**takes("at-0")))
    adapters.credentials().save(stored_credential())
    check(adapters, SERVER)
    clear(adapters, SERVER)
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).check).verdict == "required"


def test_a_tokens_life_is_counted_from_the_reply_and_not_from_the_start_of_the_login():
    clock = iter([NOW + 60 * minute for minute in range(100)])
    adapters = build(World(**takes("at-1")))._replace(now=lambda: next(clock))
    credential = login(adapters, SERVER)
    assert some(credential.expires_at) > NOW + 60 + 30


def test_without_a_browser_the_step_says_so():
    events = []
    login(build(World(**takes("at-1")), browse=lambda url: False), SERVER, on_event=events.append)
    assert any(isinstance(event, Step) and event.title == NO_BROWSER for event in events)

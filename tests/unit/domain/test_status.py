"""The table of states."""

import subprocess

import pytest

from keyrack.domain.model import AddressKey, Check, CredentialInfo, Header, Helper, Server, Source, Variable
from keyrack.domain.secret import Secret
from keyrack.domain.status import (
    Action,
    State,
    authorization_header,
    is_due,
    is_tried,
    renews,
    sends_header,
    sends_its_own,
)
from keyrack.wording.commands import command_for
from keyrack.wording.status import status_of
from keyrack.wording.times import local

NOW = 1_000_000.0
SERVER = Server("linear", "https://mcp.linear.app/mcp", sources=(Source("Cursor", "/x", "linear"),))
OAUTH = CredentialInfo("oauth", obtained_at=NOW - 100, refreshable=True)
TOKEN = CredentialInfo("token", obtained_at=NOW - 100)


def header(value, *variables, name="Authorization"):
    return Header(name, "Bearer ${X}", Secret(value), variables)


@pytest.mark.parametrize(
    ("server", "credential", "check", "state", "action"),
    [
        (SERVER, OAUTH._replace(expires_at=NOW + 3600), None, State.VALID, None),
        (SERVER, OAUTH._replace(expires_at=None), None, State.VALID, None),
        (SERVER, OAUTH._replace(expires_at=NOW + 40), None, State.VALID, None),  # it renews itself
        (SERVER, OAUTH._replace(expires_at=NOW + 601), None, State.VALID, None),
        (SERVER, OAUTH._replace(expires_at=NOW + 599, refreshable=False), None, State.EXPIRING, Action.LOGIN),
        (SERVER, OAUTH._replace(expires_at=NOW), None, State.REFRESHABLE, Action.REFRESH),
        (SERVER, OAUTH._replace(expires_at=NOW, refreshable=False), None, State.LOGIN_NEEDED, Action.LOGIN),
        (SERVER, OAUTH._replace(refused_at=NOW, refusal="no"), None, State.LOGIN_NEEDED, Action.LOGIN),
        (
            SERVER,
            OAUTH._replace(expires_at=NOW + 3600, refreshable=False, refusal="no"),
            None,
            State.LOGIN_NEEDED,
            Action.LOGIN,
        ),
        (SERVER, TOKEN._replace(expires_at=NOW + 7 * 86400), None, State.EXPIRING, Action.TOKEN),
        (SERVER, TOKEN._replace(expires_at=NOW + 7 * 86400 + 1), None, State.VALID, None),
        (SERVER, TOKEN._replace(expires_at=NOW - 1), None, State.LOGIN_NEEDED, Action.TOKEN),
        (SERVER, None, None, State.NO_CREDENTIAL, Action.LOGIN),
        (SERVER, None, Check(NOW, "required"), State.NO_CREDENTIAL, Action.LOGIN),
        (SERVER, None, Check(NOW, "optional"), State.NO_CREDENTIAL, Action.LOGIN),
        (SERVER, None, Check(NOW, "open"), State.NO_AUTH, None),
        (SERVER, None, Check(NOW, "unreachable", "no route"), State.UNREACHABLE, Action.CHECK),
        (
            SERVER,
            OAUTH._replace(expires_at=NOW + 3600),
            Check(NOW, "unreachable", "x"),
            State.UNREACHABLE,
            Action.CHECK,
        ),
        # unreachable is never "expired", and expired is never hidden by it
        (
            SERVER,
            OAUTH._replace(expires_at=NOW - 1),
            Check(NOW, "unreachable", "x"),
            State.REFRESHABLE,
            Action.REFRESH,
        ),
        (SERVER._replace(headers=(header("Bearer x"),)), OAUTH, None, State.CONFIGURED, None),
        (
            SERVER._replace(headers=(header("Bearer ", Variable("X", False)),)),
            None,
            None,
            State.EMPTY_HEADER,
            Action.SET_VARIABLE,
        ),
        (
            SERVER._replace(headers=(header("Bearer ", Variable("X", False)),)),
            OAUTH._replace(expires_at=NOW + 3600),
            None,
            State.VALID,
            None,
        ),  # skipped: the saved credential counts
        (SERVER._replace(sources=()), OAUTH, None, State.ORPHAN, Action.CLEAR),
        (Server("local", transport="stdio"), None, None, State.STDIO, None),
        (Server("bad", problem="The address is empty."), None, None, State.BAD_ENTRY, Action.OPEN_FILE),
    ],
)
def test_each_state_follows_from_the_facts_and_has_its_next_action(server, credential, check, state, action):
    status = status_of(server, credential, check, NOW)
    assert (status.state, status.action) == (state, action)
    assert status.reason.endswith(".") or status.reason in ("no", "no route", "x")


def test_only_what_every_file_leaves_out_and_a_program_once_listed_is_an_orphan():
    nowhere = SERVER._replace(sources=())
    assert status_of(nowhere, OAUTH, None, NOW).state is State.ORPHAN
    assert status_of(nowhere, OAUTH, None, NOW, all_read=False).state is State.VALID
    assert status_of(nowhere, OAUTH._replace(ad_hoc=True), None, NOW).state is State.VALID
    assert status_of(SERVER, OAUTH, None, NOW, all_read=False).state is State.VALID


OFF = SERVER._replace(sources=(Source("Cursor", "/x", "linear", disabled=True),))
PLAIN_TEXT = Header("Authorization", "Bearer lin_…", Secret("Bearer lin_1"), plaintext=True)


@pytest.mark.parametrize(
    ("server", "credential", "locked", "state", "action"),
    [
        (OFF, OAUTH._replace(expires_at=NOW), False, State.REFRESHABLE, Action.REFRESH),
        (OFF, OAUTH, True, State.VALID, Action.UNLOCK),
        (OFF, TOKEN._replace(expires_at=NOW), True, State.LOGIN_NEEDED, Action.UNLOCK),
        (OFF._replace(headers=(PLAIN_TEXT,)), None, False, State.CONFIGURED, Action.ADOPT),
        (OFF, None, False, State.NO_CREDENTIAL, None),
        (OFF, TOKEN._replace(expires_at=NOW), False, State.LOGIN_NEEDED, None),
    ],
)
def test_a_server_that_is_switched_off_offers_only_what_keeps_its_credential(
    server, credential, locked, state, action
):
    status = status_of(server, credential, None, NOW, store_locked=locked)
    assert (status.state, status.action) == (state, action)
    assert status.reason.startswith("It is switched off in Cursor. ")
    assert not status_of(SERVER, credential, None, NOW).reason.startswith("It is switched off")


LOCAL = Server("local", transport="stdio", sources=SERVER.sources, secrets="local")


@pytest.mark.parametrize(
    ("server", "credential", "check"),
    [
        (SERVER, OAUTH, None),
        (SERVER, OAUTH._replace(expires_at=NOW), None),
        (SERVER, OAUTH._replace(refused_at=NOW), None),
        (SERVER, TOKEN._replace(expires_at=NOW + 60), None),
        (SERVER, OAUTH, Check(NOW, "unreachable")),
        (SERVER._replace(sources=()), OAUTH, None),
        (LOCAL, CredentialInfo("secrets", secrets=("KEY",)), None),
    ],
)
def test_in_a_locked_store_each_state_stays_and_only_the_next_step_is_another(server, credential, check):
    open_ = status_of(server, credential, check, NOW)
    shut = status_of(server, credential, check, NOW, store_locked=True)
    assert shut.locked and shut.action is Action.UNLOCK and not open_.locked
    assert shut._replace(reason="", action=None, locked=False) == open_._replace(reason="", action=None)
    assert shut.reason.startswith(f"{open_.reason} The store is locked, so ")


@pytest.mark.parametrize(
    ("server", "credential", "check"),
    [
        (SERVER, None, None),
        (SERVER._replace(headers=(header("Bearer x"),)), OAUTH, None),
        (SERVER._replace(headers=(header("Bearer x"),)), OAUTH, Check(NOW, "refused")),
        (LOCAL, None, None),
    ],
)
def test_a_locked_store_is_nothing_to_what_is_not_in_it_or_not_used(server, credential, check):
    status = status_of(server, credential, check, NOW, store_locked=True)
    assert status == status_of(server, credential, check, NOW)


def test_only_what_is_good_and_can_be_refreshed_renews_itself():
    def renewing(credential):
        return status_of(SERVER, credential, None, NOW).renews

    assert renewing(OAUTH) and renewing(OAUTH._replace(expires_at=NOW + 1))
    assert renewing(OAUTH._replace(expires_at=NOW - 1))
    assert not renewing(OAUTH._replace(refreshable=False))
    assert not renewing(OAUTH._replace(refused_at=NOW))
    assert not renewing(OAUTH._replace(refusal="no"))


@pytest.mark.parametrize("value", ["", " ", "Bearer", "bearer ", "Basic ", "Token  ", "Sentry-Bearer "])
def test_a_header_with_nothing_behind_its_scheme_word_is_empty(value):
    assert header(value).is_empty


def test_the_header_that_carries_the_credential_is_found_by_its_name():
    found = authorization_header(
        SERVER._replace(headers=(header("x", name="X-Trace"), header("k", name="X-Api-Key")))
    )
    assert found and found.name == "X-Api-Key"
    assert authorization_header(SERVER._replace(headers=(header("x", name="X-Trace"),))) is None


def test_a_header_with_a_value_comes_first_and_authorization_before_other_names():
    def found(*headers):
        return authorization_header(SERVER._replace(headers=headers))

    unset, key, bearer = header(""), header("k", name="X-Api-Key"), header("Bearer t")
    assert found(unset, key) is found(key, unset) is key
    assert found(key, bearer) is found(bearer, key) is bearer
    lower = header("Bearer t", name="authorization")
    assert found(key, lower) is found(lower, key) is lower


def test_whether_a_program_sends_a_credential_of_its_own():
    unset = header("Bearer ", Variable("X", False))
    for headers, sent, with_unset in (
        ((), False, False),
        ((header("Bearer t"),), True, True),
        ((unset,), False, True),
        ((unset._replace(asked=True),), True, True),
    ):
        server = SERVER._replace(headers=headers)
        assert sends_header(server) is sends_its_own(server) is sent
        assert sends_header(server, skipped=True) is sends_its_own(server, skipped=True) is with_unset
    assert sends_its_own(SERVER._replace(helper=Helper(Secret("run"), "headersHelper", SERVER.sources[0])))
    assert sends_its_own(SERVER._replace(address_key=AddressKey(Secret(""), "its path")))


def test_what_was_refused_is_not_refreshed():
    assert renews(OAUTH)
    assert not renews(OAUTH._replace(refreshable=False))
    assert not renews(OAUTH._replace(refused_at=NOW))
    assert not renews(OAUTH._replace(refusal="no"))


def test_a_token_counts_as_tested_only_by_a_check_after_the_refusal_of_its_refresh():
    refused = OAUTH._replace(refresh_refused_at=NOW)
    assert is_tried(refused, Check(NOW + 1, "accepted")) and not is_tried(refused, Check(NOW, "accepted"))
    assert is_tried(OAUTH, Check(NOW, "accepted"))


def test_a_token_is_due_sixty_seconds_before_it_expires():
    assert is_due(OAUTH._replace(expires_at=NOW + 59), NOW)
    assert not is_due(OAUTH._replace(expires_at=NOW + 60), NOW)
    assert is_due(OAUTH._replace(expires_at=NOW + 61), NOW, 300)


@pytest.mark.parametrize("min_valid", [0.0, 60.0, 86400.0])
def test_a_token_whose_expiry_nobody_told_is_due_after_an_hour_where_it_can_be_refreshed(min_valid):
    old, young = OAUTH._replace(obtained_at=NOW - 3600), OAUTH._replace(obtained_at=NOW - 3599)
    assert is_due(old, NOW, min_valid) and not is_due(young, NOW, min_valid)
    assert not is_due(old._replace(refreshable=False), NOW, min_valid)
    assert not is_due(TOKEN._replace(obtained_at=0.0), NOW, min_valid)


def test_of_a_refused_refresh_the_reason_tells_what_the_access_token_is_still_good_for():
    refused = OAUTH._replace(refusal="It said no.", refresh_refused_at=NOW, expires_at=NOW + 60)

    def reason(credential, check=None):
        return status_of(SERVER, credential, check, NOW).reason

    at, end = local(NOW, NOW), local(NOW + 60, NOW)
    assert reason(refused) == f"At {at} It said no. The access token may still work until {end}."
    works = f"At {at} It said no. The access token still works until {end}."
    assert reason(refused, Check(NOW + 1, "accepted")) == works
    assert reason(refused, Check(NOW - 1, "accepted")) == reason(refused)
    assert reason(refused, Check(NOW + 1, "unknown")) == reason(refused)
    assert reason(refused._replace(expires_at=None)).endswith("may still work (expiry unknown).")
    assert reason(refused._replace(expires_at=NOW)) == "It said no."
    assert reason(refused._replace(refused_at=NOW)) == "It said no."
    assert not is_due(OAUTH, NOW, 300)


def test_the_next_command_can_be_typed_as_it_stands():
    odd = SERVER._replace(name="a; rm -rf ~", account="work")
    assert command_for(Action.LOGIN, odd) == "keyrack login 'a; rm -rf ~' --account work"
    assert command_for(None, odd) is None
    assert (
        command_for(Action.CHECK, odd._replace(name="--config=x"))
        == "keyrack check --account work -- --config=x"
    )


@pytest.mark.parametrize("name", ["two\nlines", "a\x1b[2Jb'c\\d", "r\u202el", "\U000e0001x", "it's"])
def test_a_command_shows_what_can_not_be_seen_and_a_shell_reads_the_same_name(name):
    command = command_for(Action.LOGIN, SERVER._replace(name=name))
    assert command is not None and command.isprintable()
    line = command.replace("keyrack login", "printf %s", 1)
    done = subprocess.run(["bash", "-c", line], capture_output=True, env={"LC_ALL": "C.UTF-8"}, check=True)
    assert done.stdout.decode() == name

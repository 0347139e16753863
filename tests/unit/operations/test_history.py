"""What is logged: each event in a credential's life once, and never a secret."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import keyrack
from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.event import Event
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.operations.clearing.clear import clear
from keyrack.operations.handout.hand_out import hand_out
from keyrack.operations.histories import histories
from keyrack.operations.login.login import login
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.check import check
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from keyrack.operations.tokens.set_token import MAIN, Typed, set_token
from support.canned import ISSUER, URL, World, reply
from support.kept_events import KeptEvents
from support.machine import Machine
from support.workbench import NOW, SERVER, accepts, build, stored_credential

TOKEN, REVOKE = f"POST {ISSUER}/token", f"POST {ISSUER}/revoke"
SECRETS = ("at-0", "at-1", "rt-0", "rt-1", "at-next", "rt-next", "pasted-token", "code-1")


def bench(stored: Any = None, **replies: Any) -> tuple[Adapters, KeptEvents]:
    events = KeptEvents()
    adapters = build(World(**{**accepts("at-0", "at-1", "pasted-token"), **replies}))
    adapters = adapters._replace(events=lambda: events, caller=lambda: "claude")
    if stored is not None:
        adapters.credentials().save(stored)
    return adapters, events


def test_a_login_and_a_token_entered_by_hand() -> None:
    adapters, events = bench()
    login(adapters, SERVER)
    assert events.kept == [Event(NOW, "login", "example", URL, "default")]
    set_token(adapters, SERVER, Typed({MAIN: Secret("pasted-token")}))
    assert events.kinds == ["login", "set"]
    assert not [secret for secret in SECRETS if secret in repr(events.kept)]


def test_what_fails_is_not_logged() -> None:
    adapters, events = bench(**accepts())
    with pytest.raises(KeyrackError):
        login(adapters, SERVER)
    with pytest.raises(KeyrackError):
        set_token(adapters, SERVER, Typed({MAIN: Secret("pasted-token")}))
    with pytest.raises(LoginNeeded):
        hand_out(adapters, SERVER, "token")
    clear(adapters, SERVER)
    assert events.kept == []


def test_a_refresh_and_the_hand_out_after_it() -> None:
    adapters, events = bench(stored_credential(expires_at=NOW - 1))
    hand_out(adapters, SERVER, "header")
    assert [(event.kind, event.way, event.program) for event in events.kept] == [
        ("refreshed", "", ""),
        ("handed-out", "header", "claude"),
    ]


def test_a_refused_refresh_with_its_reason() -> None:
    refused = reply({"error": "invalid_grant", "error_description": "The grant was revoked"}, 400)
    adapters, events = bench(stored_credential(expires_at=NOW - 1), **{TOKEN: refused})
    with pytest.raises(LoginNeeded):
        refresh(adapters, SERVER)
    assert events.kinds == ["refresh-refused"] and "The grant was revoked" in events.kept[0].note


def test_a_refused_token_is_logged_once() -> None:
    adapters, events = bench(stored_credential(refresh=None), **accepts())
    assert check(adapters, SERVER).verdict == "refused"
    check(adapters, SERVER)
    assert events.kinds == ["token-refused"]
    with pytest.raises(LoginNeeded):
        hand_out(adapters, SERVER, "token")
    assert events.kinds == ["token-refused"]


def test_a_clear_with_a_revocation() -> None:
    adapters, events = bench(stored_credential(), **{REVOKE: reply()})
    clear(adapters, SERVER, revoke=True)
    assert events.kinds == ["revoked", "cleared"]


def test_a_revocation_that_the_issuer_does_not_take_is_not_logged_as_one() -> None:
    adapters, events = bench(stored_credential(), **{REVOKE: reply({}, 500)})
    clear(adapters, SERVER, revoke=True)
    assert events.kinds == ["cleared"]


def test_what_goes_to_and_comes_from_other_programs(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.claude()
    assert machine.run("import", "lab", "--from", "claude-code", "--move") == 0
    assert [(event.kind, event.note) for event in machine.events.kept] == [("imported", "From Claude Code.")]
    machine.claude(accessToken="an-older-one")
    assert machine.run("publish", "lab", "--to", "claude-code", "--yes") == 0
    assert machine.run("clear", "lab", "--from", "claude-code", "--yes") == 0
    assert [(event.kind, event.note) for event in machine.events.kept[1:]] == [
        ("published", "To Claude Code."),
        ("cleared", "The login of Claude Code."),
    ]


def test_keyracks_own_look_at_a_token_is_no_hand_out() -> None:
    adapters, events = bench(stored_credential())
    get_token(adapters, SERVER)
    assert events.kept == []


def test_the_line_is_written_before_the_caller_has_the_token() -> None:
    adapters, _ = bench(stored_credential())

    class Stopped(KeptEvents):
        def add(self, event: Event) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hand_out(adapters._replace(events=Stopped), SERVER, "token")


def client_of(adapters: Adapters, answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return httpx.Client(auth=keyrack.Auth(URL, adapters=adapters), transport=httpx.MockTransport(answer))


def test_python_gets_a_token_once_however_many_requests_it_sends() -> None:
    adapters, events = bench(stored_credential())
    with client_of(adapters, lambda request: httpx.Response(200)) as client:
        for _ in range(3):
            client.get(URL)
    assert [(event.kind, event.way) for event in events.kept] == [("handed-out", "python")]


def test_the_token_that_python_gets_after_a_401_is_another_hand_out() -> None:
    adapters, events = bench(stored_credential())

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401 if request.headers["Authorization"] == "Bearer at-0" else 200)

    with client_of(adapters, answer) as client:
        assert client.get(URL).status_code == 200
    assert events.kinds == ["handed-out", "refreshed", "handed-out"]


def test_the_history_of_a_credential_is_only_its_own() -> None:
    adapters, events = bench(stored_credential())
    hand_out(adapters, SERVER, "token")
    for other in ({"url": "https://other.example/mcp"}, {"account": "work"}, {"key_name": "wiki"}):
        events.add(events.kept[0]._replace(**other))
    assert histories(adapters).of(CredentialKey.of(URL)) == (events.kept[0],)
    assert histories(adapters).of(CredentialKey.of(URL, "work")) == (events.kept[2],)


def test_a_history_goes_on_after_a_rename_and_what_then_has_the_old_name_begins_anew() -> None:
    adapters, events = bench()
    login = Event(NOW, "login", "wiki", URL, "default", "wiki")
    renamed = Event(NOW, "renamed", "notes", URL, "default", "notes", old_key_name="wiki")
    for event in (login._replace(key_name="notes"), login, renamed, login):
        events.add(event)
    assert histories(adapters).of(CredentialKey.of(URL, name="notes")) == (login, renamed)
    assert histories(adapters).of(CredentialKey.of(URL, name="wiki")) == (login,)


def test_the_log_is_read_again_only_after_an_event() -> None:
    adapters, _ = bench(stored_credential())
    hand_out(adapters, SERVER, "token")
    before = histories(adapters)
    assert histories(adapters, before) is before
    hand_out(adapters, SERVER, "token")
    assert len(histories(adapters, before).of(CredentialKey.of(URL))) == 2

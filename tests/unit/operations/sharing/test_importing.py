"""`keyrack import`: a refresh token has one owner, and goes only to the server's own issuer."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.domain.status import State
from keyrack.operations.servers.overview import overview
from support.canned import ISSUER, META, PRM, URL, metadata, reply
from support.cli_kit import Terminal
from support.machine import ACCESS, REFRESH, Machine

Capture = pytest.CaptureFixture[str]
MOVE = ("import", "lab", "--from", "claude-code", "--move")
CODEX_ROW = {
    "server_name": "lab",
    "server_url": URL,
    "client_id": "client-of-codex",
    "access_token": "at-of-codex",
    "expires_at": 2_000_000_000_000,
}
COPY = ("import", "lab", "--from", "claude-code", "--copy")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_move_stores_the_login_and_deletes_the_programs_row(machine: Machine, capsys: Capture) -> None:
    machine.claude()
    [row] = overview(machine.adapters).rows
    assert row.command == "keyrack import lab --from claude-code"
    assert machine.run(*MOVE) == 0
    stored = machine.stored()
    assert stored is not None and stored.registration is not None and stored.endpoints is not None
    assert (stored.tokens.access_token, stored.tokens.refresh_token) == (Secret(ACCESS), Secret(REFRESH))
    assert (stored.registration.client_id, stored.registration.issuer) == ("client-of-claude", ISSUER)
    assert stored.endpoints.token == f"{ISSUER}/token"
    assert machine.claude_row() is None
    [row] = overview(machine.adapters).rows
    assert (row.status.state, row.elsewhere) == (State.VALID, ())
    said = capsys.readouterr()
    assert "keyrack connect lab --to claude-code" in said.out
    assert ACCESS not in said.out + said.err and REFRESH not in said.out + said.err


def test_a_moved_login_renews_itself_with_the_programs_client(machine: Machine) -> None:
    machine.claude()
    machine.run(*MOVE)
    assert machine.run("refresh", "lab") == 0
    [request] = machine.world.to(f"{ISSUER}/token")
    form = request.form or {}
    assert (form["client_id"], form["refresh_token"]) == ("client-of-claude", Secret(REFRESH))


def test_an_undo_gives_the_refresh_token_back_and_keyrack_keeps_the_access_token(machine: Machine) -> None:
    path = machine.claude()
    before = path.read_bytes()
    machine.run(*MOVE)
    assert machine.run("undo", "--yes") == 0
    assert path.read_bytes() == before
    stored = machine.stored()
    assert stored and stored.tokens.access_token == Secret(ACCESS) and stored.tokens.refresh_token is None
    assert not stored.credential.refreshable


@pytest.mark.parametrize("since", ["refresh", "clear"])
def test_a_refresh_token_that_has_rotated_is_never_put_back(
    machine: Machine, since: str, capsys: Capture
) -> None:
    path = machine.claude()
    machine.run(*MOVE)
    machine.run(*(("refresh", "lab") if since == "refresh" else ("clear", "lab", "--yes")))
    now = path.read_bytes()
    assert machine.run("undo", "--yes") == 1
    assert path.read_bytes() == now
    assert "Log in there instead: claude mcp login lab" in capsys.readouterr().err


def test_a_change_that_can_not_be_undone_does_not_stand_in_the_way_of_the_one_before(
    machine: Machine, capsys: Capture
) -> None:
    other = machine.put(".codex/.credentials.json", {"lab|1": CODEX_ROW})
    before = other.read_bytes()
    machine.claude()
    assert machine.run("clear", "lab", "--from", "codex", "--yes") == 0 and other.read_bytes() != before
    assert machine.run(*MOVE) == 0 and machine.run("refresh", "lab") == 0
    capsys.readouterr()
    assert machine.run("undo", "--yes") == 0
    assert other.read_bytes() == before and machine.claude_row() is None
    assert "Skipped: Moved the login for lab from Claude Code" in capsys.readouterr().err


def test_a_copy_never_replaces_a_login_that_keyrack_can_refresh(machine: Machine, capsys: Capture) -> None:
    machine.claude()
    machine.log_in("at-0", "rt-0")
    assert machine.run(*COPY) == 1
    stored = machine.stored()
    assert stored is not None and stored.tokens.refresh_token == Secret("rt-0")
    assert "keyrack clear lab" in capsys.readouterr().err
    assert machine.run("clear", "lab", "--yes") == 0 and machine.run(*COPY) == 0
    assert machine.run(*COPY) == 0  # what can't be refreshed either is replaced
    machine.log_in("at-0", "rt-0")
    assert machine.run(*MOVE) == 0


def test_a_copy_takes_the_access_token_only(machine: Machine) -> None:
    path = machine.claude()
    before = path.read_bytes()
    assert machine.run(*COPY) == 0
    stored = machine.stored()
    assert stored and stored.tokens.refresh_token is None and stored.tokens.access_token == Secret(ACCESS)
    assert path.read_bytes() == before and machine.kept() == ()


def test_an_expired_token_is_refreshed_once_it_is_stored(machine: Machine) -> None:
    machine.claude(expiresAt=int((machine.now - 60) * 1000))
    assert machine.run(*COPY) == 1 and machine.stored() is None
    assert machine.run(*MOVE) == 0
    stored = machine.stored()
    assert stored and stored.tokens.refresh_token == Secret("rt-next") and machine.claude_row() is None


def test_of_an_expired_token_only_the_whole_login_is_offered(
    machine: Machine, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.claude(expiresAt=int((machine.now - 60) * 1000))
    monkeypatch.setattr(sys, "stdin", Terminal("copy\n"))
    assert machine.run(*MOVE[:-1]) == 1 and machine.stored() is None
    said = capsys.readouterr().err
    assert "The access token has expired" in said and "Move the login? [y/N]" in said
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert machine.run(*MOVE[:-1]) == 0 and machine.claude_row() is None


def test_if_the_refresh_is_refused_nothing_is_lost(machine: Machine) -> None:
    path = machine.claude(expiresAt=int((machine.now - 60) * 1000))
    before = path.read_bytes()
    machine.refreshes = set()
    assert machine.run(*MOVE) == 3
    assert machine.stored() is None and path.read_bytes() == before and machine.kept() == ()


def test_a_refresh_token_from_a_reply_that_is_of_no_use_otherwise_is_kept(
    machine: Machine, capsys: Capture
) -> None:
    machine.claude(expiresAt=int((machine.now - 60) * 1000))
    machine.world.routes[f"POST {ISSUER}/token"] = reply(
        {"access_token": "x", "token_type": "mac", "refresh_token": "rt-next"}
    )
    assert machine.run(*MOVE) == 1
    stored = machine.stored()
    assert stored and stored.tokens.refresh_token == Secret("rt-next") and machine.claude_row() is None
    said = capsys.readouterr().err
    assert "Claude Code's is deleted." in said and "Nothing was taken over" not in said


def test_if_the_new_tokens_can_not_be_stored_it_says_that_the_programs_no_longer_work(
    machine: Machine, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(name: str, value: Secret) -> None:
        if "rt-next" in value.reveal():
            raise StoreUnavailable("The keychain is full.")
        keep(name, value)

    keep = machine.store.set
    monkeypatch.setattr(machine.store, "set", fails)
    monkeypatch.setattr("keyrack.operations.tokens.refresh.SAVE_PAUSES", ())
    machine.claude(expiresAt=int((machine.now - 60) * 1000))
    assert machine.run(*MOVE) != 0
    said = capsys.readouterr().err
    assert "so Claude Code's no longer works: log in again." in said and "Nothing was taken over" not in said


def test_a_replaced_refresh_token_is_kept_if_the_programs_row_can_not_be_deleted(
    machine: Machine, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **more: object) -> None:
        raise KeyrackError("It is locked.")

    monkeypatch.setattr("keyrack.sources.sharing.changing.Changer.make", fails)
    machine.claude(expiresAt=int((machine.now - 60) * 1000))
    assert machine.run(*MOVE) == 1
    stored = machine.stored()
    assert stored and stored.tokens.refresh_token == Secret("rt-next")
    said = capsys.readouterr().out
    assert "Claude Code's no longer works" in said and "the access token only" not in said


def test_a_token_that_the_server_refuses_is_not_stored(machine: Machine) -> None:
    path = machine.claude()
    before, machine.takes = path.read_bytes(), set()
    assert machine.run(*MOVE) == 1
    assert machine.stored() is None and path.read_bytes() == before


def test_a_row_that_names_another_issuer_moves_nowhere(machine: Machine, capsys: Capture) -> None:
    path = machine.claude(discoveryState={"authorizationServerUrl": "https://evil.example"})
    before = path.read_bytes()
    assert machine.run(*MOVE) == 1
    assert machine.stored() is None and path.read_bytes() == before
    assert {request.url.split("/")[2] for request in machine.world.asked} <= {"mcp.example", "auth.example"}
    assert not machine.world.to(f"{ISSUER}/token")
    assert "The tokens were sent to neither." in capsys.readouterr().err


def test_a_server_that_names_another_issuer_now_gets_no_refresh_token(machine: Machine) -> None:
    other = "https://other.example"
    machine.world.routes[f"GET {PRM}"] = reply({"resource": URL, "authorization_servers": [other]})
    machine.world.routes[f"GET {other}/.well-known/oauth-authorization-server"] = reply(
        metadata(issuer=other, token_endpoint=f"{other}/token", authorization_endpoint=f"{other}/authorize")
    )
    machine.claude(expiresAt=int((machine.now - 60) * 1000))
    assert machine.run(*MOVE) == 1
    assert not machine.world.to(f"{other}/token") and machine.stored() is None


@pytest.mark.parametrize("missing", ["discoveryState", "clientId"])
def test_without_an_issuer_and_a_client_only_the_access_token_can_be_taken(
    machine: Machine, missing: str
) -> None:
    changes: dict[str, Any] = {missing: None}
    machine.claude(**changes)
    assert machine.run(*MOVE) == 1 and machine.stored() is None
    assert machine.run(*COPY) == 0
    stored = machine.stored()
    assert stored and stored.tokens.refresh_token is None


def test_a_row_for_another_url_is_no_login_for_this_server(machine: Machine) -> None:
    machine.claude(url="https://mcp.example/other")
    assert machine.run(*MOVE) == 1 and machine.world.asked == []


def test_if_the_program_has_logged_in_anew_the_refresh_token_is_given_up(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = machine.claude()
    real = machine.adapters.other_programs().make

    class Late:
        """The program refreshes just before its row is deleted."""

        def __getattr__(self, name: str) -> object:
            return getattr(machine.programs(), name)

        def make(self, *args: object, **options: object) -> None:
            machine.claude(accessToken="at-2", refreshToken="rt-2")
            real(*args, **options)  # type: ignore[arg-type]

    machine.adapters = machine.adapters._replace(other_programs=Late)  # type: ignore[arg-type]
    assert machine.run(*MOVE) == 1
    stored = machine.stored()
    assert stored and stored.tokens.refresh_token is None
    assert "rt-2" in path.read_text() and machine.kept() == ()


def test_without_a_terminal_a_flag_is_required_and_on_one_it_asks(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.claude()
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert machine.run("import", "lab", "--from", "claude-code") == 2
    monkeypatch.setattr(sys, "stdin", Terminal("\n"))
    assert machine.run("import", "lab", "--from", "claude-code") == 1 and machine.stored() is None
    monkeypatch.setattr(sys, "stdin", Terminal("move\n"))
    assert machine.run("import", "lab", "--from", "claude-code") == 0
    assert machine.claude_row() is None
    assert machine.world.to(META)


def test_a_move_that_is_refused_shows_no_change(machine: Machine, capsys: Capture) -> None:
    path = machine.claude(discoveryState=None)
    before = path.read_bytes()
    assert machine.run("import", "lab", "--from", "claude-code", "--move") == 1
    err = capsys.readouterr().err
    assert "does not store which authorization server" in err and "@@" not in err
    assert path.read_bytes() == before and machine.stored() is None

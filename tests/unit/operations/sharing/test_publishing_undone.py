"""The undo of a publication brings the program's own login back."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.canned import URL
from support.machine import REFRESH, Machine

Capture = pytest.CaptureFixture[str]
PUBLISH = ("publish", "lab", "--to", "claude-code")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.log_in()
    return machine


def test_an_undo_brings_the_programs_own_token_back(machine: Machine) -> None:
    path = machine.claude()
    before = path.read_bytes()
    machine.run(*PUBLISH, "--yes")
    assert machine.run("undo", "--yes") == 0 and path.read_bytes() == before
    assert "claude-code" not in machine.config.read_text()
    assert machine.run("refresh", "lab") == 0 and path.read_bytes() == before


@pytest.mark.parametrize("more", [(), ("--with-refresh-token",)])
def test_an_undo_after_several_publications_brings_the_programs_own_login_back(
    machine: Machine, more: tuple[str, ...]
) -> None:
    from keyrack.operations.sharing.publishing import publish_again

    path = machine.claude(clientId="dyn-0")
    before = path.read_bytes()
    assert machine.run(*PUBLISH, *more, "--yes") == 0
    machine.run("refresh", "lab")
    machine.now += 60
    machine.log_in("at-3", "rt-3")
    assert publish_again(machine.adapters, machine.adapters.read().servers[0]) == ()
    assert (machine.claude_row() or {})["accessToken"] == "at-3"
    assert len(machine.kept()) == 1
    assert machine.run("undo", "--yes") == 0 and path.read_bytes() == before


def test_an_undo_brings_back_what_the_program_stored_itself_between_two_publications(
    machine: Machine,
) -> None:
    path = machine.claude()
    assert machine.run(*PUBLISH, "--yes") == 0
    own = path.read_text().replace("at-0", "at-own").replace(REFRESH, "rt-own")
    path.write_text(own)
    assert machine.run("refresh", "lab") == 0 and "at-next" in path.read_text()
    assert machine.run("undo", "--yes") == 0 and path.read_text() == own


@pytest.mark.parametrize("others", [{}, {"https://other.example": {"access_token": "o", "expires_at": 1}}])
def test_an_undo_after_several_publications_deletes_the_entry_that_keyrack_created(
    machine: Machine, others: dict[str, object]
) -> None:
    machine.put(".config/mcp/servers.json", {"mcpServers": {"lab": {"url": URL}}})
    path = machine.home / ".config/mcp/auth.json"
    if others:
        machine.put(".config/mcp/auth.json", {"clients": {}, "tokens": others})
    before = path.read_bytes() if others else None
    assert machine.run("publish", "lab", "--to", "mcp", "--yes") == 0
    assert machine.run("refresh", "lab") == 0 and "at-next" in path.read_text()
    assert machine.run("undo", "--yes") == 0
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_published_refresh_token_is_not_put_back_by_the_undo_of_a_clear_once_it_has_rotated(
    machine: Machine, capsys: Capture
) -> None:
    machine.claude(clientId="dyn-0")
    assert machine.run(*PUBLISH, "--with-refresh-token", "--yes") == 0
    assert machine.run("clear", "lab", "--from", "claude-code", "--yes") == 0
    assert machine.run("refresh", "lab") == 0
    assert machine.run("undo", "--yes") == 1 and machine.claude_row() is None
    assert "A refresh token that has been replaced is never put back" in capsys.readouterr().err

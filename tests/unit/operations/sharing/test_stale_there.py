"""`keyrack clear --stale` and the logins that other programs hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keyrack.operations.clearing.stale import find_stale
from support.machine import Machine

Capture = pytest.CaptureFixture[str]
STALE = ("clear", "--stale")
OTHER = "other: Held by Claude Code: no file that keyrack reads lists its server."


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_an_expired_login_without_a_refresh_token_is_stale(machine: Machine, capsys: Capture) -> None:
    path = machine.claude(expiresAt=int((machine.now - 1) * 1000), refreshToken=None)
    before = path.read_bytes()
    assert machine.run(*STALE, "--dry-run") == 0
    said = "lab: Held by Claude Code: it has expired and can't be refreshed."
    assert capsys.readouterr().out.splitlines() == [said, OTHER]
    assert machine.run(*STALE, "--yes") == 0
    assert machine.claude_row() is None
    assert [machine.run("undo", "--yes") for _ in range(2)] == [0, 0]
    assert path.read_bytes() == before


def test_one_that_renews_itself_or_is_valid_is_not(machine: Machine, capsys: Capture) -> None:
    every: list[dict[str, Any]] = [{}, {"expiresAt": 1}, {"expiresAt": None}]
    for changes in every:
        machine.claude(**changes)
        assert machine.run(*STALE, "--dry-run") == 0
        assert capsys.readouterr().out.splitlines() == [OTHER]
    assert machine.world.asked == []


def test_a_login_that_may_work_is_kept_without_a_look_at_it(machine: Machine, capsys: Capture) -> None:
    path = machine.claude()
    path.write_text(path.read_text().replace('"expiresAt":1}', '"expiresAt":99999999999999}'))
    before = path.read_bytes()
    assert machine.run(*STALE, "--yes") == 0
    assert path.read_bytes() == before
    assert "1 login of other programs may still work." in capsys.readouterr().err


def test_while_a_file_can_not_be_read_no_server_is_said_to_be_gone(machine: Machine, capsys: Capture) -> None:
    machine.claude()
    machine.put(".cursor/mcp.json", "{")
    assert machine.run(*STALE, "--dry-run") == 0
    assert capsys.readouterr().out == ""


def test_tokens_are_tested_only_if_asked(machine: Machine, capsys: Capture) -> None:
    machine.claude()
    machine.takes = set()
    assert [stale.held for stale in find_stale(machine.adapters) if stale.server.name == "lab"] == []
    assert machine.world.asked == []
    assert machine.run(*STALE, "--check", "--yes") == 0
    assert "lab: Held by Claude Code: the server refuses it." in capsys.readouterr().out
    assert machine.claude_row() is None
    assert machine.run("clear", "lab", "--check") == 2

"""keyrack and a program write to one file at the same time, and neither loses anything."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.change import Change
from keyrack.domain.errors import FileChanged, Temporary
from keyrack.domain.model import TokenSet
from keyrack.domain.secret import Secret
from keyrack.sources.sharing import changing
from keyrack.sources.sharing.changing import Changer
from support.canned import URL
from support.machine import ACCESS, CLAUDE, ROW, Machine
from support.other_program import finish, running, told

ROUNDS = 100
LOCK = ".claude/.storage-write.lock"
MCP = ".config/mcp/auth.json"


def publish(machine: Machine, client: str, token: str) -> None:
    change = Change(machine.held(client), TokenSet(Secret(token), expires_at=machine.now + 60))
    machine.programs().make(change, [URL], lambda edits: None, timeout=30.0)


def mcp_file(machine: Machine) -> Path:
    tokens = {URL: {"access_token": ACCESS, "expires_at": 1}}
    return machine.put(MCP, {"other": 0, "tokens": tokens, "clients": {}})


def rounds(path: Path) -> int:
    return json.loads(path.read_text())["other"]


def wait_for_a_round(path: Path, limit: float = 20.0) -> None:
    """Until the other has written once more: what it had read before is no longer in its hands."""
    begun, deadline = rounds(path), time.monotonic() + limit
    while rounds(path) == begun:
        assert time.monotonic() < deadline, f"nothing was written, after {limit:g} s"
        time.sleep(0.001)


@pytest.mark.parametrize("client", ["Claude Code", "mcp"])
def test_of_two_writers_at_once_neither_loses_anything(
    tmp_path: Path, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claude Code has a lock; mcp has none, and keyrack looks again whether its change is still there."""
    machine = Machine(tmp_path)
    if client == "mcp":
        path = mcp_file(machine)
        args: tuple[object, ...] = ("writer", path)
    else:
        path = machine.put(CLAUDE, {"other": 0, "mcpOAuth": {ROW: machine.row()}})
        args = ("writer", path, tmp_path / LOCK)
    look = Changer._is_undone

    def late_look(self: Changer, change: Change, now: float) -> bool:
        """A program that is kept waiting writes later than keyrack expects, and nothing can prevent that."""
        wait_for_a_round(path)
        return look(self, change, now)

    monkeypatch.setattr(Changer, "_is_undone", late_look)
    number, last = 0, Secret(ACCESS)
    with running(*args) as other:
        assert told(other) == "begun"
        while number < 20 or rounds(path) < ROUNDS:
            number += 1
            try:
                publish(machine, client, f"token-{number}")
                last = Secret(f"token-{number}")
            except FileChanged:
                assert client == "mcp"
            assert machine.held(client).tokens.access_token == last
        assert finish(other) == f"wrote {rounds(path)}, lost 0"
    assert machine.held(client).tokens.access_token == last != Secret(ACCESS)


@pytest.mark.parametrize("times", [1, 3])
def test_a_change_that_the_program_undid_is_made_again(
    tmp_path: Path, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(tmp_path)
    path = mcp_file(machine)
    undo = undoing(path, monkeypatch, times)
    publish(machine, "mcp", "token-1")
    assert machine.held("mcp").tokens.access_token == Secret("token-1")
    assert rounds(path) == times == len(undo)


def test_a_change_that_the_program_undoes_every_time_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(tmp_path)
    path = mcp_file(machine)
    undoing(path, monkeypatch, changing.TRIES)
    with pytest.raises(Temporary, match=r"mcp is writing .*auth\.json all the time, and undid the change"):
        publish(machine, "mcp", "token-1")
    assert rounds(path) == changing.TRIES
    assert machine.held("mcp").tokens.access_token == Secret(ACCESS)


def undoing(path: Path, patch: pytest.MonkeyPatch, times: int) -> list[dict[str, Any]]:
    """The program writes what it had read before each of so many changes. Returns what it wrote."""
    before, written = json.loads(path.read_text()), list[dict[str, Any]]()

    def sleep(seconds: float) -> None:
        if seconds == changing.SETTLE and len(written) < times:
            written.append(before | {"other": len(written) + 1})
            draft = path.with_name("others-draft")
            draft.write_text(json.dumps(written[-1]))
            draft.chmod(0o600)
            os.replace(draft, path)

    patch.setattr(time, "sleep", sleep)
    return written

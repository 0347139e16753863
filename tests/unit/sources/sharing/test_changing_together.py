"""keyrack and a program write to one file at the same time, and neither loses anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.change import Change
from keyrack.domain.model import TokenSet
from keyrack.domain.secret import Secret
from support.canned import URL
from support.machine import ACCESS, CLAUDE, ROW, Machine
from support.other_program import running, told

ROUNDS = 200
LOCK = ".claude/.storage-write.lock"


def publish(machine: Machine, client: str, token: str) -> None:
    change = Change(machine.held(client), TokenSet(Secret(token), expires_at=machine.now + 60))
    machine.programs().make(change, [URL], lambda edits: None, timeout=30.0)


@pytest.mark.parametrize("client", ["Claude Code", "mcp"])
def test_of_two_writers_at_once_neither_loses_anything(tmp_path: Path, client: str) -> None:
    """Claude Code has a lock; mcp has none, and keyrack looks again whether its change is still there."""
    machine = Machine(tmp_path)
    if client == "mcp":
        rows: dict[str, Any] = {"tokens": {URL: {"access_token": ACCESS, "expires_at": 1}}, "clients": {}}
        path = machine.put(".config/mcp/auth.json", {"other": 0} | rows)
        args: tuple[object, ...] = ("writer", path, ROUNDS)
    else:
        path = machine.put(CLAUDE, {"other": 0, "mcpOAuth": {ROW: machine.row()}})
        args = ("writer", path, ROUNDS, tmp_path / LOCK)
    number = 0
    with running(*args) as other:
        assert told(other) == "begun"
        while other.poll() is None:
            number += 1
            publish(machine, client, f"token-{number}")
            assert machine.held(client).tokens.access_token == Secret(f"token-{number}")
        assert told(other) == "lost 0"
    assert number > 5
    assert json.loads(path.read_text())["other"] == ROUNDS
    assert machine.held(client).tokens.access_token == Secret(f"token-{number}")

"""A kill at any instant leaves the old file or the new one, and a backup with which it can be undone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyrack.operations.servers.find import find
from keyrack.operations.sharing.clearing import clear_there, plan_clear
from support.machine import Machine
from support.sudden_end import Killed, dying

EFFECTS = ("open", "fsync", "chmod", "chown", "replace", "rename", "unlink", "link", "mkdir", "rmdir")


def test_a_kill_at_any_instant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[bool] = set()
    for at in range(400):
        home = tmp_path / str(at)
        home.mkdir()
        machine = Machine(home)
        path = machine.claude()
        before = path.read_bytes()
        planned = plan_clear(machine.adapters, find(machine.adapters, "lab"), machine.held())
        with monkeypatch.context() as patch:
            dying(patch, at, *EFFECTS)
            try:
                clear_there(machine.adapters, planned)
                finished = True
            except Killed:
                finished = False
        changed = path.read_bytes() != before
        seen.add(changed)
        if changed:
            assert machine.claude_row() is None
            [backup] = machine.kept()
            _abandon_lock(home)
            undone = machine.programs().revert(backup)
            assert [ok for _, _, ok in undone] == [True] and path.read_bytes() == before
        if finished:
            break
    else:
        pytest.fail("it never came to an end")
    assert seen == {True, False} and at > 10


def _abandon_lock(home: Path) -> None:
    """The killed process's lock gets old."""
    for lock in (home / ".claude").glob("*.lock"):
        os.utime(lock, (1, 1))

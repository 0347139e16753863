"""A kill at any instant leaves the old file or the new one, and a backup with which it can be undone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from keyrack.operations.servers.find import find
from keyrack.operations.sharing.clearing import clear_there, plan_clear
from support.machine import Machine

EFFECTS = ("open", "fsync", "chmod", "chown", "replace", "rename", "unlink", "link", "mkdir", "rmdir")


class Killed(BaseException):
    """Stands for the process's sudden end."""


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
            _dying(patch, count(), at)
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


def _dying(patch: pytest.MonkeyPatch, turns: Iterator[int], at: int) -> None:
    """From the `at`-th moment on, nothing that touches the disk has an effect: the process is dead."""

    def wrap(real: Any) -> Any:
        def step(*args: Any, **options: Any) -> Any:
            if next(turns) >= at:
                raise Killed
            result = real(*args, **options)
            if next(turns) >= at:
                raise Killed
            return result

        return step

    for name in EFFECTS:
        patch.setattr(os, name, wrap(getattr(os, name)))

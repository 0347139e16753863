"""Looks that come in numbers are one look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from keyrack.tui.kit.background import Newest
from keyrack.tui.servers.list_reader import ListReader, Shown


class Waiting:
    """A screen whose timers fire when the test says so."""

    def __init__(self) -> None:
        self.timers: list[Callable[[], Any]] = []

    def set_timer(self, delay: float, callback: Callable[[], Any]) -> None:
        assert delay > 0
        self.timers.append(callback)

    def cannot_read(self, error: Exception) -> None: ...
    def show_store(self, store: object) -> None: ...


def test_looks_that_are_wanted_soon_are_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Newest] = []
    monkeypatch.setattr(Newest, "run", lambda work, then=None: looks.append(work))
    screen = Waiting()
    reader = ListReader(cast(Shown, screen))

    for _ in range(500):
        reader.look_soon()
    assert looks == []
    assert len(screen.timers) == 1

    screen.timers.pop()()
    assert len(looks) == 1

    reader.look_soon()
    assert len(screen.timers) == 1

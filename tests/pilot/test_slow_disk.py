"""A screen whose content is slow to read opens at once, and no key acts on what is not there yet."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest

from keyrack.operations.clearing import clear as clear_op
from keyrack.operations.ports import Services
from keyrack.tui.clear.clear import ClearScreen
from keyrack.tui.token.token import TokenScreen
from support.demo_rows import demo_parts
from support.screens import LIMIT, Terminal, app_with, screen_test, terminal

LOOKING = "Looking up the service…"


class Disk:
    """The user's own services lie on it."""

    def __init__(self) -> None:
        self.awake = Event()
        self.awake.set()
        self.broken = False
        adapters = demo_parts()
        self._services = adapters.services()
        self.adapters = adapters._replace(services=self._read)

    def _read(self) -> Services:
        assert self.awake.wait(LIMIT)
        if self.broken:
            raise OSError("a bad disk")
        return self._services


async def open_on_slow(disk: Disk, t: Terminal, key: str) -> None:
    await t.select("internal")
    disk.awake.clear()
    await t.pilot.press(key)
    await t.sees(LOOKING)


@screen_test
async def test_text_that_was_typed_ahead_waits_for_its_field() -> None:
    disk = Disk()
    async with terminal(app_with(disk.adapters)) as t:
        await open_on_slow(disk, t, "t")
        t.app.simulate_key("a")
        t.app.simulate_key("b")
        disk.awake.set()
        await t.sees("For https://mcp.example.com/tools")
        await t.until(lambda: not t.app.keyboard.waiting)
        await t.sees("2 characters")
        assert isinstance(t.app.screen, TokenScreen)


@screen_test
async def test_a_question_that_is_not_there_yet_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[Any] = []
    monkeypatch.setattr(clear_op, "clear", lambda *args, **more: cleared.append(args))
    disk = Disk()
    async with terminal(app_with(disk.adapters)) as t:
        await open_on_slow(disk, t, "d")
        t.app.simulate_key("y")
        disk.awake.set()
        await t.sees("It is only deleted here.")
        await t.until(lambda: not t.app.keyboard.waiting)
        assert isinstance(t.app.screen, ClearScreen) and not cleared


@screen_test
async def test_what_cannot_be_read_leaves_a_form_without_it() -> None:
    disk = Disk()
    async with terminal(app_with(disk.adapters)) as t:
        await t.select("internal")
        disk.broken = True
        await t.press("t")
        await t.sees("For https://mcp.example.com/tools")
        assert "Something went wrong inside keyrack (OSError)." in t.said()

"""A screen where nothing changes does next to nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import OptionList, Static

from keyrack.tui.clients.clients import ClientsScreen
from support.demo_rows import MINUTE, DemoClock
from support.held_rows import held_parts
from support.screens import app_with, screen_test, terminal

Updates = Callable[[], int]


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> Updates:
    """How many texts were updated since the last call; each lays out the whole screen."""
    count = 0

    def counted(kind: type, name: str) -> None:
        real = getattr(kind, name)

        def call(*args: object, **named: object) -> object:
            nonlocal count
            count += 1
            return real(*args, **named)

        monkeypatch.setattr(kind, name, call)

    counted(Static, "update")
    counted(OptionList, "replace_option_prompt_at_index")
    counted(OptionList, "set_options")

    def since() -> int:
        nonlocal count
        found, count = count, 0
        return found

    return since


@screen_test
async def test_the_list_updates_only_what_has_changed(updates: Updates) -> None:
    clock = DemoClock()
    async with terminal(app_with(held_parts(clock)), (130, 40)) as t:
        await t.select("linear")
        await t.sees("line 3")
        updates()
        t.main.tick()
        assert updates() == 0
        clock.time += 60 * MINUTE
        t.main.tick()
        assert updates() > 0


@screen_test
async def test_the_second_view_updates_only_what_has_changed(updates: Updates) -> None:
    clock = DemoClock()
    async with terminal(app_with(held_parts(clock))) as t:
        await t.press("2")
        await t.sees("own login")
        view = t.app.screen
        assert isinstance(view, ClientsScreen)
        await t.press("down")
        await t.sees("41 min")
        updates()
        view.refresh_lines()
        assert updates() == 0
        clock.time += 42 * MINUTE
        view.refresh_lines()
        assert updates() > 0

"""A screen where nothing changes does next to nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.widgets import OptionList, Static

from keyrack.domain.model import CredentialInfo, Record
from keyrack.domain.status import State
from keyrack.operations.servers import overview
from keyrack.operations.servers.overview import Row
from keyrack.tui.clients.clients import ClientsScreen
from support.demo_rows import HOUR, MINUTE, DemoClock, demo_parts, many_servers
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
async def test_a_second_is_about_the_rows_in_sight_and_the_others_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, counted = DemoClock(), 0
    real = overview.row_of

    def row_of(*words: Any, **named: Any) -> Row:
        nonlocal counted
        counted += 1
        return real(*words, **named)

    reading = many_servers(500)
    ends = CredentialInfo("oauth", expires_at=clock() + HOUR, obtained_at=clock(), store="Secret Service")
    records = [Record(server.url or "", "default", ends) for server in reading.servers]
    async with terminal(app_with(demo_parts(reading, records, clock=clock))) as t:
        await t.until(lambda: len(t.table.keys) == 500)
        clock.time += 20
        t.main.tick()
        monkeypatch.setattr(overview, "row_of", row_of)
        for _ in range(5):
            clock.time += 1
            t.main.tick()
        assert counted <= 5 * t.app.size.height
        clock.time += 2 * HOUR
        t.main.tick()
        assert {row.status.state for row in t.main.rows.values()} == {State.LOGIN_NEEDED}
        await t.sees("500 to log in")


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

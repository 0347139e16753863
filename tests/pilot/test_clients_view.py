"""The list of programs: their servers, and what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from keyrack.domain.held import HeldReading
from keyrack.tui.clients.clients import ClientsScreen
from keyrack.tui.servers import list_reader
from keyrack.tui.servers.detail import DetailScreen
from keyrack.tui.servers.main import MainScreen
from support.demo_rows import MINUTE, DemoClock
from support.held_rows import Programs, held_parts
from support.real_home import adapters_at, claude_servers, claude_tokens
from support.screens import Terminal, app_with, screen_test, terminal


async def programs(t: Terminal) -> ClientsScreen:
    await t.press("2")
    await t.sees("Programs")
    await t.until(lambda: isinstance(t.app.screen, ClientsScreen) and t.app.screen.programs.option_count)
    assert isinstance(t.app.screen, ClientsScreen)
    return t.app.screen


def line_of(t: Terminal, name: str) -> list[str]:
    lines = t.text().replace("│▸", "│ ").splitlines()  # the selected one too
    line = next((line for line in lines if line.startswith(f"│ {name} ")), "")
    return line.strip("│ ").split("  ")


def cells(t: Terminal, name: str) -> list[str]:
    return [cell.strip() for cell in line_of(t, name) if cell.strip()]


@screen_test
async def test_each_program_tells_its_servers_what_it_holds_and_how_it_logs_in() -> None:
    async with terminal(app_with(held_parts())) as t:
        await programs(t)
        assert cells(t, "Claude Code") == [
            "Claude Code",
            "6",
            "2 ●, 1 ✕",
            "own login, reference, environment",
        ]
        assert cells(t, "Codex") == ["Codex", "–", "1 ✕", "own login"]
        assert cells(t, "Cursor")[:3] == ["Cursor", "5", "1 ?"]


@screen_test
async def test_the_files_and_servers_of_the_selected_program_are_below() -> None:
    async with terminal(app_with(held_parts()), (90, 40)) as t:
        view = await programs(t)
        await t.until(lambda: view.client is not None and view.client.name == "keyrack")
        await t.press("down")
        await t.sees("~/.claude/.credentials.json")
        assert cells(t, "linear") == ["linear", "● valid, 41 min", "own login"]
        assert cells(t, "stripe") == ["stripe", "–", "reference"]
        assert cells(t, "gone") == ["gone", "✕ expired, 3 d ago", "no program lists it"]
        await t.press("down")
        await t.sees("! 0644: others can read it.")


@screen_test
async def test_enter_goes_to_the_servers_and_to_a_detail_and_escape_back() -> None:
    async with terminal(app_with(held_parts())) as t:
        view = await programs(t)
        await t.press("down", "enter")
        await t.until(lambda: view.focused is view.entries)
        await t.press("enter")
        await t.until(lambda: isinstance(t.app.screen, DetailScreen))
        await t.press("escape")
        await t.until(lambda: t.app.screen is view)
        await t.press("escape")
        await t.until(lambda: view.focused is view.programs)
        await t.press("escape")
        await t.until(lambda: isinstance(t.app.screen, MainScreen))


@screen_test
async def test_1_goes_back_to_the_servers() -> None:
    async with terminal(app_with(held_parts())) as t:
        await programs(t)
        await t.sees("1 Servers")
        await t.press("1")
        await t.until(lambda: isinstance(t.app.screen, MainScreen))


@screen_test
async def test_the_filter_finds_programs_and_their_servers() -> None:
    async with terminal(app_with(held_parts())) as t:
        view = await programs(t)
        await t.press("slash")
        await t.type("stripe")
        await t.until(lambda: view.programs.option_count == 1)
        assert view.client is not None and view.client.name == "Claude Code"
        await t.press("escape")
        await t.until(lambda: view.programs.option_count > 3)


@screen_test
async def test_the_states_follow_the_clock() -> None:
    clock = DemoClock()
    async with terminal(app_with(held_parts(clock))) as t:
        await programs(t)
        clock.time += 42 * MINUTE
        await t.until(lambda: "1 ↻, 2 ✕" in cells(t, "Claude Code"))


@screen_test
async def test_what_a_program_writes_shows_here_too_and_the_cursor_stays(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_reader, "WATCH", 0.02)
    claude_servers(own_home, "linear", "notion")
    async with terminal(app_with(adapters_at(own_home))) as t:
        view = await programs(t)
        await t.until(lambda: view.client is not None and view.client.name == "Claude Code")
        await t.press("enter", "down")
        await t.until(lambda: view.entry is not None and view.entry.name == "notion")
        claude_servers(own_home, "aaa", "linear", "notion")
        claude_tokens(own_home, "notion")
        await t.until(lambda: cells(t, "Claude Code")[1:3] == ["3", "1 ●"])
        assert view.entry is not None and view.entry.name == "notion"


@screen_test
async def test_a_small_terminal_shows_it_too() -> None:
    async with terminal(app_with(held_parts()), (60, 20)) as t:
        await programs(t)
        assert cells(t, "Claude Code")[:3] == ["Claude Code", "6", "2 ●, 1 ✕"]
        await t.press("down")
        await t.until(lambda: cells(t, "linear") == ["linear", "● valid, 41 min", "own login"])
        assert "1 Servers" in t.text() and "? Help" in t.text()


class Asking(Programs):
    """A system that may ask the user before it gives Codex's keychain items."""

    def read(
        self, urls: Sequence[str], *, ask: bool = False, is_brief: bool = False, files_only: bool = False
    ) -> HeldReading:
        if ask:
            self.asked = True
        if getattr(self, "asked", False):
            return super().read(urls)
        files = tuple(each for each in self.tokens if each.place.item is None)
        return HeldReading(files, unread=("Codex",), may_ask=True)


@screen_test
async def test_a_key_reads_keychain_items_for_which_the_system_may_ask() -> None:
    async with terminal(app_with(held_parts(programs=Asking())), (100, 30)) as t:
        await programs(t)
        await t.sees("What Codex may hold in the keychain is not shown: the system may ask you")
        assert cells(t, "Codex")[:3] != ["Codex", "–", "1 ✕"]
        await t.press("R")
        await t.until(lambda: "may hold in the keychain" not in t.text())
        assert cells(t, "Codex")[:3] == ["Codex", "–", "1 ✕"]
        await t.press("R")
        await t.sees("All keychain items have been read.")

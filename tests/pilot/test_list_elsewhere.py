"""The list's column with what other programs hold."""

from __future__ import annotations

import pytest

from support.demo_rows import MINUTE, DemoClock, demo_parts
from support.held_rows import held_parts
from support.screens import app_with, screen_test, terminal


@screen_test
async def test_a_row_names_the_programs_that_hold_a_token_too() -> None:
    async with terminal(app_with(held_parts()), (96, 30)) as t:
        await t.sees("Elsewhere")
        assert "Claude Code ●, Codex ✕" in t.line_of("linear")
        assert "● valid" in t.line_of("linear"), "its own state stays keyrack's"
        assert "Cursor ?" in t.line_of("notion")


@screen_test
async def test_where_no_program_holds_anything_there_is_no_column() -> None:
    async with terminal(app_with(demo_parts()), (96, 30)) as t:
        assert "Elsewhere" not in t.text() and "Auth" in t.text()


@pytest.mark.parametrize(
    ("width", "columns", "words"),
    [
        (96, {"Auth", "Elsewhere"}, "Claude Code ●, Codex ✕"),
        (84, {"Auth", "Elsewhere"}, "Claude Code ● +1"),
        (80, {"Elsewhere"}, "Claude Code ●, Codex ✕"),
        (74, {"Elsewhere"}, "Claude Code ● +1"),
        (72, {"Elsewhere"}, "● ✕"),
        (60, set(), "52 min"),
    ],
)
def test_a_narrow_list_loses_auth_first_and_then_elsewhere(width: int, columns: set[str], words: str) -> None:
    @screen_test
    async def test() -> None:
        async with terminal(app_with(held_parts()), (width, 24)) as t:
            await t.until(lambda: words in t.line_of("linear"))
            head = set(t.text().splitlines()[3].split())
            assert {"Auth", "Elsewhere"} & head == columns
            assert {"Server", "Status", "Expires"} <= head

    test()


@screen_test
async def test_the_filter_finds_the_programs() -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.press("slash")
        await t.type("codex")
        await t.until(lambda: t.names() == ["linear"])


@screen_test
async def test_a_token_of_another_program_expires_on_the_screen() -> None:
    clock = DemoClock()
    async with terminal(app_with(held_parts(clock)), (96, 30)) as t:
        await t.until(lambda: "Claude Code ●" in t.line_of("atlassian"))
        clock.time += 42 * MINUTE
        await t.until(lambda: "Claude Code ✕" in t.line_of("atlassian"))
        assert "Claude Code ↻" in t.line_of("linear")

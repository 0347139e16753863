"""What other programs write into their files shows in the list, which stays as it was otherwise."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from keyrack.tui.kit.help import HelpScreen
from keyrack.tui.servers import list_reader
from support.real_home import adapters_at, claude_servers, claude_tokens
from support.screens import app_with, screen_test, terminal

NAMES = ("linear", "notion", "sentry")


@screen_test
async def test_a_token_that_a_program_stores_shows_within_two_seconds(own_home: Path) -> None:
    claude_servers(own_home, *NAMES)
    async with terminal(app_with(adapters_at(own_home))) as t:
        await t.until(lambda: "not logged in" in t.line_of("notion"))
        began = monotonic()
        claude_tokens(own_home, "notion")
        await t.until(lambda: "held by Claude Code" in t.line_of("notion"))
        took = monotonic() - began
        claude_tokens(own_home, "notion", ends=-60)
        await t.until(lambda: "Claude Code ✕" in t.line_of("notion"))
        assert list_reader.WATCH + took / 20 <= 2, "the rest is left for reading, on a busy machine"


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list looks at the files without a pause."""
    monkeypatch.setattr(list_reader, "WATCH", 0.02)


@screen_test
async def test_the_cursor_and_the_filter_stay(watching: None, own_home: Path) -> None:
    claude_servers(own_home, *NAMES)
    async with terminal(app_with(adapters_at(own_home))) as t:
        await t.press("slash", "i", "o", "n", "down")
        await t.until(lambda: t.names() == ["notion"])
        claude_servers(own_home, "aaa", "fusion", *NAMES)
        await t.until(lambda: t.names() == ["fusion", "notion"])
        assert t.selected == "notion"


@screen_test
async def test_a_dialog_stays_open(watching: None, own_home: Path) -> None:
    claude_servers(own_home, *NAMES)
    async with terminal(app_with(adapters_at(own_home))) as t:
        await t.press("question_mark")
        await t.sees("Selected server")
        claude_tokens(own_home, "notion")
        await t.until(lambda: any(row.elsewhere for row in t.main.rows.values()))
        assert isinstance(t.app.screen, HelpScreen) and "Selected server" in t.text()

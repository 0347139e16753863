"""The filter's words on the screen: told, completed with a key, and used."""

from __future__ import annotations

import pytest

from keyrack.tui.servers.filter_line import FilterLine
from support.screens import Terminal, app_with, screen_test, terminal


async def typed(t: Terminal, text: str, whole: str) -> FilterLine:
    """Type it, and wait for its completion."""
    line = t.main.query_one(FilterLine)
    await t.type(text)
    await t.until(lambda: whole in t.text(), f"the suggestion {whole}")
    return line


@screen_test
async def test_the_empty_filter_names_its_words() -> None:
    async with terminal(app_with()) as t:
        await t.sees("/ filter…")
        await t.press("slash")
        await t.sees("a word, or state: client: kind: account:")
        await t.press("escape")
        await t.sees("/ filter…")


@pytest.mark.parametrize("key", ["tab", "right"])
@screen_test
async def test_a_word_is_completed_from_what_is_there(key: str) -> None:
    async with terminal(app_with()) as t:
        await t.press("slash")
        line = await typed(t, "sta", "state:")
        await t.press(key)
        assert line.value == "state:"
        await typed(t, "log", "state:login-needed")
        await t.press(key)
        assert line.value == "state:login-needed"
        await t.until(lambda: t.names() == ["notion"])
        await t.press("enter")
        assert t.table.has_focus and t.selected == "notion"


@screen_test
async def test_tab_without_a_suggestion_stays_in_the_filter() -> None:
    async with terminal(app_with()) as t:
        await t.press("slash")
        await t.type("lin")
        await t.press("tab", "d", "tab")
        assert t.main.query_one(FilterLine).value == "lind" and t.app.screen is t.main


@screen_test
async def test_tab_completes_at_the_end_wherever_the_cursor_is() -> None:
    async with terminal(app_with()) as t:
        await t.press("slash")
        line = await typed(t, "client:cur", "client:cursor")
        await t.press("home", "tab")
        assert line.value == "client:cursor" and line.cursor_at_end

"""The screen starts as the user left it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.css.stylesheet import Stylesheet

from keyrack.config.screen import ScreenFile
from keyrack.domain.remembered import Remembered
from keyrack.operations.ports.screen import NoScreenState
from keyrack.tui.app import KeyrackApp
from keyrack.tui.servers.view import Sort
from keyrack.tui.terminal.background import Background
from keyrack.tui.theme import KEYRACK_LIGHT
from support.cli_kit import linear
from support.demo_rows import demo_parts
from support.screens import app_with, screen_test, terminal


class Kept(NoScreenState):
    """A place that notes in which threads it was written."""

    def __init__(self, first: Remembered = Remembered()) -> None:
        self.saved = [first]
        self.threads: list[int] = []

    def load(self) -> Remembered:
        return self.saved[-1]

    def save(self, remembered: Remembered) -> None:
        self.threads.append(threading.get_ident())
        self.saved.append(remembered)


@screen_test
async def test_theme_sort_and_row_are_remembered() -> None:
    kept = Kept()
    app = app_with(state=kept)
    async with terminal(app) as t:
        await t.press("s", "I", "z", "j", "j")
        left = t.selected
        await t.press("ctrl+p")
        await t.type("theme")
        await t.press("enter")
        await t.type("nord")
        await t.press("enter")
        await t.until(lambda: app.theme == "nord")
        await t.press("q")
    app.remembering.write()

    async with terminal(app_with(state=kept)) as t:
        assert t.app.theme == "nord"
        assert f"by {Sort.NAME}, reversed, in groups by" in t.text()
        await t.until(lambda: t.selected == left)


@screen_test
async def test_the_style_sheets_are_parsed_once_with_the_remembered_theme(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    again: list[str] = []
    monkeypatch.setattr(Stylesheet, "reparse", lambda sheet: again.append("parsed"))
    async with terminal(app_with(state=Kept(Remembered(theme="keyrack-light")))) as t:
        assert t.app.screen.styles.background.hex == str(KEYRACK_LIGHT.background).upper()
        assert t.app.has_class("-light-mode")
        assert again == []


@screen_test
async def test_a_change_is_written_while_the_screen_runs_but_not_in_its_thread() -> None:
    kept = Kept()
    async with terminal(app_with(state=kept)) as t:
        await t.press("s")
        await t.until(lambda: kept.threads)
        assert kept.load().sort == Sort.NAME.value
        assert threading.get_ident() not in kept.threads


@screen_test
async def test_a_choice_that_this_version_does_not_know_is_ignored() -> None:
    async with terminal(app_with(state=Kept(Remembered("gone", "by-moon", True, "x", ("y",), "z")))) as t:
        assert t.app.theme == "keyrack"
        assert t.names()


@screen_test
async def test_an_address_with_a_key_is_not_written(own_home: Path) -> None:
    secret = "sk-live-4f9a8b7c6d5e"
    url = f"https://a.example/mcp?api_key={secret}"
    reading = demo_parts().read()
    parts = demo_parts()._replace(read=lambda: reading._replace(servers=(linear(url=url),)))
    app = app_with(parts, state=ScreenFile({"HOME": str(own_home)}, "linux"))
    async with terminal(app) as t:
        await t.select("linear")
        assert secret in (t.table.selected or "")
        await t.press("q")
    app.remembering.write()
    text = (own_home / ".local/state/keyrack/screen.json").read_text()
    assert '"selected": ""' not in text
    assert secret not in text and "a.example" not in text


@screen_test
async def test_without_a_place_nothing_is_written(own_home: Path) -> None:
    app = app_with()
    assert isinstance(app, KeyrackApp)
    async with terminal(app) as t:
        await t.press("s", "q")
    app.remembering.write()
    assert not (own_home / ".local").exists()


@screen_test
async def test_many_answers_about_the_background_are_one_change_or_two() -> None:
    async with terminal(app_with()) as t:
        themes: list[str] = []
        t.app.watch(t.app, "theme", lambda theme: themes.append(theme), init=False)
        for number in range(101):
            t.app.post_message(Background(light=number % 2 == 0))
        await t.until(lambda: t.app.theme == KEYRACK_LIGHT.name and not t.app.message_queue_size)
        assert len(themes) <= 2

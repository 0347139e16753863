"""Messages stand above the footer, whole, and cover nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widget import Widget
from textual.widgets import Button

from keyrack.tui.clients.clients import ClientsScreen
from keyrack.tui.kit.key_footer import KeyFooter
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.message_line import MessageLine
from keyrack.tui.servers.detail import DetailScreen
from support.demo_rows import demo_parts
from support.screens import Terminal, app_with, screen_test, terminal

SIZES = ((60, 20), (80, 24), (120, 40), (200, 60))
LONG = "linear: the issuer refused to refresh, because the refresh token has expired. " * 3 + "Log in again."
LENGTHS = (38, 39, *range(48, 57), 60, 76, 77, 110)


def sentence(length: int) -> str:
    """So many characters, of which the last are a word of its own."""
    words, last = "several words of a sentence that goes on and on " * 4, f" end{length}"
    return words[: length - len(last)].rstrip().ljust(length - len(last), "x") + last


@pytest.mark.parametrize("width", [80, 60, 50])
@screen_test
async def test_the_last_word_of_a_message_is_on_the_screen(width: int) -> None:
    async with terminal(app_with(), (width, 24)) as t:
        for length in LENGTHS:
            t.app.say(sentence(length))
            await t.sees(f"end{length}")


@pytest.mark.parametrize("width", [80, 60])
@screen_test
async def test_the_key_that_dismisses_a_message_stays_with_its_word(width: int) -> None:
    async with terminal(app_with(), (width, 24)) as t:
        for length in range(width - 24, width):
            t.app.say(sentence(length), stays=True)
            await t.sees(f"end{length}")
            await t.until(lambda: any("esc Dismiss" in line for line in t.text().splitlines()))
            await t.press("escape")


@screen_test
async def test_a_message_writes_the_home_folder_as_people_do(own_home: Path) -> None:
    async with terminal(app_with()) as t:
        t.app.say(f"It is in {own_home}{os.sep}.claude.json.")
        await t.sees(f"It is in ~{os.sep}.claude.json.")


@screen_test
async def test_whom_the_keychain_waits_for_is_shown_over_any_screen() -> None:
    tells: list[Callable[[str], Any]] = []
    adapters = demo_parts()._replace(on_wait=tells.append)
    async with terminal(app_with(adapters)) as t:
        await t.sees("linear")
        await t.press("question_mark")
        tell = threading.Thread(target=tells[0], args=("Waiting for the Secret Service.",))
        tell.start()
        await t.sees("Waiting for the Secret Service.")
        tell.join()


def covers(t: Terminal, *others: Widget) -> list[Widget]:
    """Which of these the message covers."""
    notice = t.widget("MessageLine").region
    assert notice.area
    return [each for each in others if each.region.overlaps(notice)]


async def told(t: Terminal, sentence: str = LONG) -> None:
    """An error is told, and its last words can be read."""
    t.app.say(sentence, severity="error")
    await t.until(lambda: sentence.rsplit(maxsplit=1)[-1] in t.text())


@pytest.mark.parametrize("size", SIZES)
@screen_test
async def test_a_message_covers_neither_rows_nor_keys_of_the_list(size: tuple[int, int]) -> None:
    async with terminal(app_with(), size) as t:
        footer = t.text().splitlines()[-1]
        await t.press("G")
        await told(t)
        assert covers(t, t.table, t.widget("KeyFooter")) == []
        assert t.text().splitlines()[-1] == footer
        await t.sees("│ stripe")  # the selected row, the last one, moved up
        await t.press("escape")
        await t.misses("Log in again.")
        assert t.widget("KeyFooter").region.y == t.table.region.bottom


@pytest.mark.parametrize("size", SIZES)
@screen_test
async def test_a_message_covers_neither_rows_nor_keys_of_the_programs(size: tuple[int, int]) -> None:
    async with terminal(app_with(), size) as t:
        await t.press("2")
        await told(t)
        assert isinstance(t.app.screen, ClientsScreen)
        assert covers(t, *t.app.screen.query("LineList, KeyFooter")) == []
        await t.press("escape")
        await t.misses("Log in again.")
        assert isinstance(t.app.screen, ClientsScreen)  # the first escape was the message's


@pytest.mark.parametrize("size", SIZES)
@screen_test
async def test_a_message_covers_neither_a_dialog_nor_what_is_behind(size: tuple[int, int]) -> None:
    async with terminal(app_with(), size) as t:
        await t.select("github")
        await t.press("d")
        await t.sees("Cancel")
        await told(t)
        box, keys, buttons = (
            t.app.screen.query_one("Box"),
            t.app.screen.query(KeyLine),
            t.app.screen.query(Button),
        )
        assert covers(t, box, *keys, *buttons, t.table, t.main.query_one(KeyFooter)) == []
        assert "Cancel" in t.text() and "Clear (y)" in t.text()
        await t.press("escape")  # the dialog's
        assert t.app.screen is t.main
        await t.sees("Log in again.")


@pytest.mark.parametrize("size", SIZES)
@screen_test
async def test_a_message_stands_above_the_keys_of_the_details(size: tuple[int, int]) -> None:
    async with terminal(app_with(), size) as t:
        await told(t)
        await t.press("enter")
        await t.sees("Log in again.")  # on a screen that was opened later, too
        assert isinstance(t.app.screen, DetailScreen)
        assert covers(t, t.widget("#all-facts"), t.widget("KeyLine")) == []
        assert t.widget("MessageLine").region.bottom == t.widget("KeyLine").region.y


@screen_test
async def test_an_error_waits_until_escape_and_below_what_was_told_later() -> None:
    async with terminal(app_with()) as t:
        await told(t, "The issuer refused.")
        await told(t, "The keychain is locked.")
        await t.sees("esc Dismiss · 1 more")
        await t.press("slash", "l", "i", "n", "enter")
        await t.until(lambda: t.names() == ["linear"])
        await t.press("escape")
        await t.sees("✕ The issuer refused.   esc Dismiss")
        await t.press("escape")
        await t.misses("refused.")
        assert t.names() == ["linear"]  # the filter goes with the next
        await t.press("escape")
        await t.until(lambda: len(t.names()) > 1)


@screen_test
async def test_a_click_dismisses_a_message_in_a_dialog_too() -> None:
    async with terminal(app_with()) as t:
        await t.press("question_mark")
        await told(t, "The issuer refused.")
        await t.until(t.app.keyboard.ready)
        await t.pilot.click(MessageLine)
        await t.misses("The issuer refused.")


@screen_test
async def test_what_textual_itself_tells_is_a_message_like_the_others() -> None:
    async with terminal(app_with()) as t:
        await t.press("ctrl+p")
        t.app.notify("Saved screenshot", title="Screenshot")
        await t.sees("Screenshot Saved screenshot")
        assert covers(t, t.table, t.main.query_one(KeyFooter), *t.app.screen.query("CommandList")) == []


@screen_test
async def test_a_message_stays_when_a_dialog_gets_its_content(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr("keyrack.tui.token.token.service_for", lambda *_: gate.wait(30) and None)
    async with terminal(app_with()) as t:
        await t.select("github")
        await t.press("t")
        await t.sees("Looking up the service")
        await told(t, "The issuer refused.")
        gate.set()
        await t.sees("Test it on the server")
        await t.until(lambda: t.shown("MessageLine").endswith("The issuer refused."))

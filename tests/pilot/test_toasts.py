"""A notification shows its whole text, however it wraps."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from support.demo_rows import demo_parts
from support.screens import app_with, screen_test, terminal

LENGTHS = (38, 39, *range(48, 57), 60, 76, 77, 110)


def sentence(length: int) -> str:
    """So many characters, of which the last are a word of its own."""
    words, last = "several words of a sentence that goes on and on " * 4, f" end{length}"
    return words[: length - len(last)].rstrip().ljust(length - len(last), "x") + last


@pytest.mark.parametrize("width", [80, 60, 50])
@screen_test
async def test_the_last_word_of_a_notification_is_on_the_screen(width: int) -> None:
    async with terminal(app_with(), (width, 24)) as t:
        for length in LENGTHS:
            t.app.say(sentence(length))
            await t.sees(f"end{length}")


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

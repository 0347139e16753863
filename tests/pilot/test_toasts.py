"""A notification shows all its words, however they break."""

from __future__ import annotations

import pytest

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

"""Keys that arrive faster than the screen can follow, as from a paste or a key that is held down."""

from __future__ import annotations

from textual import events
from textual._time import get_time

from support.screens import Terminal

NAMES = {
    "/": "slash",
    " ": "space",
    "\r": "enter",
    "\t": "tab",
    "\x1b": "escape",
    "?": "question_mark",
    "*": "asterisk",
}


def key(char: str, when: float) -> events.Key:
    name = NAMES.get(char, char)
    event = events.Key(name, char if name == char or char in "/ ?*" else None)
    event.time = when
    return event


def typed(t: Terminal, text: str, when: float | None = None) -> None:
    """All at once, at this moment or another, without a look at the screen in between."""
    for char in text:
        t.app.post_message(key(char, get_time() if when is None else when))


async def until_quiet(t: Terminal) -> None:
    """All that was typed is done with."""
    await t.until(lambda: not (t.app.message_queue_size or t.app.keyboard.waiting), "an end of the keys")
    await t.pilot.pause()

"""Makes cast-dark.svg and cast-light.svg: keyrack in use, played in the demo's sandbox with real servers.

    python screenshots/cast.py

Ports and times differ from run to run, so `make screenshots` leaves it alone; run `make cast`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from animation import Colors, Frame, animate
from make import HERE

from keyrack.demo.browser import approving
from keyrack.demo.sandbox import Sandbox, sandbox
from keyrack.tui.app import KeyrackApp
from support.keychain import private_keychain
from support.pictures import LOOKS
from support.screens import Terminal

SIZE = (110, 30)
LOOK = 0.08  # seconds between two looks at a screen that changes by itself
WORKING = 0.35  # seconds that a frame of work stays, at most
LONGEST = 20.0  # seconds for what should appear


class Recorder:
    """Takes frames of a screen while it is used."""

    def __init__(self, terminal: Terminal) -> None:
        self.frames: list[Frame] = []
        self.caption = ""
        self._terminal = terminal

    def take(self, seconds: float, key: str = "") -> None:
        """The screen as it is, to be shown for so many seconds."""
        self.frames.append(Frame(tuple(self._terminal._lines()), self.caption, key, seconds))

    async def press(self, key: str, then: float = 0.7, shown: str = "") -> None:
        await self._terminal.press(key)
        self.take(then, shown or key)

    async def until(self, words: str, then: float) -> None:
        """Frames of what happens until these words appear, and then a pause."""
        end = time.monotonic() + LONGEST
        while words not in self._terminal.text():
            if time.monotonic() > end:
                raise SystemExit(f"“{words}” never appeared:\n{self._terminal.text()}")
            self.take(WORKING)
            await asyncio.sleep(LOOK)
        await self._terminal.pilot.pause()
        self.take(then)


async def story(t: Terminal, film: Recorder) -> None:
    """See, log in, hand out, clean up."""
    film.caption = "See every server, and which logins still work"
    await t.until(lambda: len(t.main.rows) > 1 and t.main.store is not None)
    film.take(3.0)
    await _go_to(t, film, "drive")
    film.caption = "Log in with one key"
    film.take(1.2)
    await film.press("l", 0.6)
    await film.until("enter Close", 2.5)
    await film.press("enter", 1.6)
    film.caption = "Hand it out: the program takes its token from keyrack"
    await film.press("n", 0.6)
    await film.until("Which program?", 1.5)
    await film.press("enter", 0.6)
    await film.until("headersHelper", 3.5)
    await film.press("y", 0.6)
    film.take(2.5)
    await film.press("escape", 1.0, "esc")
    film.caption = "Clean up"
    await film.press("D", 0.6)
    await film.until("Clear stale", 3.0)
    film.take(2.0)
    await film.press("escape", 2.5, "esc")


async def _go_to(t: Terminal, film: Recorder, name: str) -> None:
    """Move the cursor there as a person does."""
    for _ in range(len(t.main.rows)):
        if t.selected == name:
            return
        await film.press("j", 0.18)


async def record(look: str) -> str:
    """The story with a keychain, from which the program's helper takes the token too."""
    with private_keychain() as keychain:
        os.environ.update(keychain)
        beside = {"PATH": str(Path(sys.executable).parent)}  # so that the helper is "keyrack", without a path
        with sandbox(approving, {**keychain, **beside}) as world:
            os.environ["HOME"] = str(world.home)  # for paths with "~"
            return await play(world, look)


async def play(world: Sandbox, look: str) -> str:
    app = KeyrackApp(lambda: world.adapters)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        app.theme = LOOKS[look]
        terminal = Terminal(app, pilot)
        film = Recorder(terminal)
        await story(terminal, film)
        theme = app.current_theme
        colors = Colors(str(theme.foreground), str(theme.background), str(theme.panel), str(theme.accent))
        return animate(film.frames, colors)


def main() -> None:
    for look in LOOKS:
        (HERE / f"cast-{look}.svg").write_text(asyncio.run(record(look)), encoding="utf-8")


if __name__ == "__main__":
    main()

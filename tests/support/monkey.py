"""Somebody who presses keys at random: bursts, typing, pauses, pastes, clicks and resizes.

The same seed gives the same inputs, as far as the screens that they meet are the same.
"""

from __future__ import annotations

import asyncio
import random
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from textual import events
from textual.geometry import Size
from textual.widget import Widget

from keyrack.tui.app import KeyrackApp
from keyrack.tui.servers.main import MainScreen
from support.full_home import FullHome
from support.screens import LIMIT, Terminal
from support.witness import AheadClock, Witness

SIZES = ((80, 24), (80, 24), (60, 20), (60, 20), (40, 12), (20, 5), (130, 40), (200, 60))
MOST_DIALOGS = 150  # one after the other: connecting all asks for each entry of each program
DRAWN = 0.3  # the share of the bursts after which the whole screen is drawn, which takes long
MOVES = (
    "up", "down", "left", "right", "home", "end", "pageup", "pagedown", "tab", "shift+tab", "enter", "escape",
    "space", "backspace", "delete", "ctrl+s", "ctrl+u", "ctrl+a", "f1", "shift+down", "ctrl+z",
)  # fmt: skip
WORDS = (
    "/notes\r", "/zzz\x1b", "work", "https://new.example/mcp", "X-Key: {token}", "90d", "dynatrace", "yyy",
)  # fmt: skip
PASTES = ("some text", "two\nlines\x07", "https://cb.example/?code=1&state=2", "", "TOKEN")
ANY = "".join(sorted({*string.ascii_letters, *string.digits, *string.punctuation, *"é漢"} - {"q"}))
KINDS = {"keys": 72, "answer": 6, "click": 9, "paste": 4, "resize": 4, "time": 3, "focus": 1, "user": 1}
QUITS = {"q", "ctrl+q", "ctrl+c"}  # the last one only tells how to quit
CHARACTERS = {" ": "space", "/": "slash", "\r": "enter", "\x1b": "escape", "?": "question_mark"}


def key_event(name: str) -> events.Key:
    """For a key as bindings name it, or a character."""
    named = {value: key for key, value in CHARACTERS.items()}
    character = name if len(name) == 1 else named.get(name)
    if character is not None and not character.isprintable() and name not in ("enter", "escape"):
        character = None
    return events.Key(CHARACTERS.get(name, name), character)


class Monkey:
    """Presses `count` keys, and checks with the witness after each burst."""

    def __init__(self, seed: int, home: FullHome, witness: Witness, clock: AheadClock) -> None:
        self.random, self.seed = random.Random(seed), seed
        self.home, self.witness, self.clock = home, witness, clock
        self.pressed = 0
        self.log: list[str] = []  # what it did, for a failure
        self.opened: set[str] = set()  # the screens that it saw
        self._threads = set(threading.enumerate())

    async def play(self, t: Terminal, until: int) -> None:
        """Go on until so many keys were pressed in all, or the application has ended."""
        while self.pressed < until and t.app.is_running:
            await self._step(t)
            await self.settle(t)
            if not t.app.is_running or not t.app.screen_stack:
                return
            self.opened.add(type(t.app.screen).__name__)
            if self.random.random() < DRAWN:
                self.witness.look_at_screen(t.app, t.text())
            self.witness.look()
            self.check()

    def check(self) -> None:
        done = "\n".join(self.log[-40:])
        assert not self.witness.wrong, (
            f"seed {self.seed}: {self.witness.wrong}; the last inputs were:\n{done}"
        )

    def summary(self) -> str:
        seen = self.witness
        return (
            f"{len(seen.confirmed)} dialogs confirmed, {len(seen.deleted)} credentials deleted, "
            f"{len(set(seen.changed))} files changed, {len(self.home.browsed)} times in the browser; "
            f"in {', '.join(sorted(self.opened))}"
        )

    async def _step(self, t: Terminal) -> None:
        kind = self.random.choices(list(KINDS), list(KINDS.values()))[0]
        if self.random.random() < 0.25 and getattr(t.app.screen, "GUARDED", False):
            kind = "answer"
        match kind:
            case "keys":
                await self._keys(t)
            case "answer":  # what makes a difference in most dialogs, so that all that follows is seen too
                self.clock.ahead += 1.0
                self._post(t.app, key_event("y"))
                self.pressed += 1
                self.log.append(f"y on {type(t.app.screen).__name__}")
            case "click":
                self._click(t)
            case "paste":
                self._paste(t.app)
            case "resize":
                self._resize(t.app)
            case "time":
                self.home.clock.time += self.random.choice((1, 60, 900, 40_000))
                t.main.tick()
                self.log.append("time passes")
            case "focus":
                t.app.post_message(events.AppBlur() if t.app.app_focus else events.AppFocus())
                self.log.append("the terminal's focus changes")
            case _:
                self.home.user_is_there = not self.home.user_is_there
                self.log.append(f"the user is {'there' if self.home.user_is_there else 'away'}")

    async def _keys(self, t: Terminal) -> None:
        speed = self.random.choices(("burst", "typing", "slow"), (50, 20, 30))[0]
        count = self.random.choice((4, 8, 16, 24) if speed == "burst" else (1, 2, 3, 5))
        names = [name for _ in range(count) for name in self._choose(t.app)]
        self.log.append(f"{speed} on {type(t.app.screen).__name__}: {' '.join(names)}")
        for name in names:
            gap = {"burst": (0.0, 0.04), "typing": (0.02, 0.28), "slow": (0.31, 2.0)}[speed]
            self.clock.ahead += self.random.uniform(*gap)
            self._post(t.app, key_event(name))
            self.pressed += 1
            if speed != "burst":
                await self.settle(t)
                if not t.app.is_running:
                    return

    def _choose(self, app: KeyrackApp) -> list[str]:
        """A key that is bound here, a move, a word or any character."""
        kind = self.random.choices(("bound", "move", "word", "any"), (60, 22, 6, 12))[0]
        if kind == "bound":
            bound = app.screen.active_bindings
            own = {name for name, each in bound.items() if type(each.node).__module__.startswith("keyrack.")}
            names = sorted(own if own and self.random.random() < 0.8 else bound)
            name = self.random.choice(names)
            return [name] if name not in QUITS or self.random.random() < 0.05 else ["escape"]
        if kind == "move":
            return [self.random.choice(MOVES)]
        if kind == "word":
            return [CHARACTERS.get(char, char) for char in self.random.choice(WORDS)]
        return [self.random.choice(ANY)]

    def _click(self, t: Terminal) -> None:
        width, height = t.app.size
        x, y = self.random.randrange(width), self.random.randrange(height)
        shown = [each for each in t.app.screen.walk_children(Widget) if _clickable(each, width, height)]
        if shown and self.random.random() < 0.6:
            region = self.random.choice(shown).region
            x = min(region.x + self.random.randrange(region.width), width - 1)
            y = min(region.y + self.random.randrange(region.height), height - 1)
        self.clock.ahead += self.random.choice((0.0, 0.1, 0.5))
        self.log.append(f"click at {x},{y} on {type(t.app.screen).__name__}")
        for kind in (events.MouseMove, events.MouseDown, events.MouseUp):
            self._post(t.app, kind(
                None, x=x, y=y, delta_x=0, delta_y=0, button=1, shift=False, meta=False, ctrl=False,
                screen_x=x, screen_y=y,
            ))  # fmt: skip

    def _paste(self, app: KeyrackApp) -> None:
        text = self.random.choice(
            ("some text", "two\nlines\x07", "https://cb.example/?code=1&state=2", "", "TOKEN")
        )
        if text == "TOKEN":
            text = f"typed-{self.pressed}"
            self.home.typed.append(text)
        self.log.append(f"paste {text!r}")
        self._post(app, events.Paste(text))
        self.pressed += 1

    def _resize(self, app: KeyrackApp) -> None:
        for _ in range(self.random.choice((1, 1, 4))):  # a window is dragged
            size = Size(*self.random.choice(SIZES))
            app._driver._size = size  # type: ignore[union-attr]
            app.post_message(events.Resize(size, size))
        self.log.append(f"resize to {size}")

    def _post(self, app: KeyrackApp, event: Any) -> None:
        event.time = self.clock()
        app.post_message(event)

    async def settle(self, t: Terminal) -> None:
        """Wait until everything has had its effect. Fails if keys are stuck."""
        end, calm = monotonic() + LIMIT, 0
        while calm < 2:
            assert monotonic() < end, f"seed {self.seed}: stuck after\n" + "\n".join(self.log[-40:])
            app = t.app
            if not app.is_running or not app.screen_stack:
                return
            busy = app.message_queue_size or app.keyboard.waiting or app.keyboard._is_busy() or self._works()
            calm = 0 if busy else calm + 1
            await asyncio.sleep(0.001 if busy else 0)

    def _works(self) -> bool:
        """Whether anything runs in the background but what waits for the user."""
        running = [each for each in threading.enumerate() if each not in self._threads and "(" in each.name]
        return len(running) > self.home.waits.count

    async def go_home(self, t: Terminal) -> None:
        """Leave all dialogs with esc, as a user would, and see that the list still takes keys."""
        for _ in range(MOST_DIALOGS):
            if isinstance(t.app.screen, MainScreen):
                break
            self.clock.ahead += 1.0
            self._post(t.app, key_event("escape"))
            await self.settle(t)
        done = "\n".join(self.log[-40:])
        assert isinstance(t.app.screen, MainScreen), (
            f"seed {self.seed}: esc leaves {t.app.screen_stack} open; the last inputs:\n{done}"
        )
        self._post(t.app, events.AppFocus())
        for name in ("escape", "escape", "f1", "?"):
            self.clock.ahead += 1.0
            t.app.screen.set_focus(t.table)
            await self.settle(t)
            self._post(t.app, key_event(name))
            await self.settle(t)
        assert type(t.app.screen).__name__ == "HelpScreen", f"seed {self.seed}: the list takes no key"


def _clickable(widget: Widget, width: int, height: int) -> bool:
    region = widget.region
    return widget.visible and region.area > 0 and 0 <= region.x < width and 0 <= region.y < height


@contextmanager
def loop_errors(found: list[str]) -> Iterator[None]:
    """Errors of tasks that nobody waits for."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, about: found.append(f"in a task: {about}"))
    yield

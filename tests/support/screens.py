"""Drives screens in tests: run a coroutine, wait for what should appear."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from textual._context import visible_screen_stack
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widget import Widget

from keyrack.operations.ports import Adapters
from keyrack.tui.app import KeyrackApp
from keyrack.tui.servers.main import MainScreen
from keyrack.tui.servers.server_table import ServerTable
from support.demo_rows import demo_parts

LIMIT = 20.0  # seconds until a wait is given up; a loaded machine is slow


def screen_test(body: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that is a coroutine."""

    @functools.wraps(body)
    def test(*args: Any, **kwargs: Any) -> None:
        asyncio.run(body(*args, **kwargs))

    return test


class Watch:
    """Notes each call of an adapter on the UI thread, where a slow one would stop the screen."""

    def __init__(self) -> None:
        self.ui_thread = 0
        self.called: list[str] = []

    def all(self, adapters: Adapters) -> Adapters:
        """These adapters, watched."""
        calls = {
            name: self.noting(name, value)
            for name, value in adapters._asdict().items()
            if callable(value) and name != "now"  # a clock does not block
        }
        return adapters._replace(**calls)

    def noting(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() == self.ui_thread:
                self.called.append(name)
            return call(*args, **kwargs)

        return noting


def app_with(adapters: Adapters | None = None, **more: Any) -> KeyrackApp:
    """The application over the demo's data, or over these adapters; `terminal` fails where one of them was
    called on the UI thread."""
    watch = Watch()
    found = watch.all(demo_parts() if adapters is None else adapters)
    app = KeyrackApp(lambda: found, **more)
    setattr(app, "adapters", watch.noting("adapters", app.adapters))  # noqa: B010  it may build them
    WATCHES[app] = watch
    return app


WATCHES: WeakKeyDictionary[KeyrackApp, Watch] = WeakKeyDictionary()


class Terminal:
    """A running application and what a user can see and do in it."""

    def __init__(self, app: KeyrackApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    async def until(self, condition: Callable[[], Any], what: str = "it") -> None:
        """Wait for a condition, not for a time."""
        end = monotonic() + LIMIT
        while not condition():
            assert monotonic() < end, f"{what} never happened; the screen:\n{self.text()}"
            await asyncio.sleep(0.01)
        await self.pilot.pause()

    async def sees(self, words: str) -> None:
        await self.until(lambda: words in self.text(), f"“{words}” on the screen")

    async def misses(self, words: str) -> None:
        await self.until(lambda: words not in self.text(), f"“{words}” gone")

    async def press(self, *keys: str) -> None:
        """As somebody who looks at the screen before the next key."""
        await self.pilot.pause()
        for key in keys:
            if not self.app.keyboard.ready():
                await self.until(self.app.keyboard.ready, f"the moment for {key}")
            await self.pilot.press(key)
        await self.pilot.pause()
        self.text()

    async def type(self, text: str) -> None:
        await self.press(
            *(
                {
                    " ": "space",
                    "-": "minus",
                    ".": "full_stop",
                    "/": "slash",
                    ":": "colon",
                    "{": "left_curly_bracket",
                    "}": "right_curly_bracket",
                }.get(c, c)
                for c in text
            )
        )

    def text(self) -> str:
        """The whole screen as plain text."""
        width, height = self.app.size
        lines = self._lines()
        return "\n".join("".join(segment.text for segment in line)[:width] for line in lines[:height])

    def shown(self, selector: str) -> str:
        """What stands where this widget is, the rows put together."""
        region = self.widget(selector).region
        rows = self._lines()[region.y : region.bottom]
        return "".join(row.crop(region.x, region.right).text.strip() for row in rows)

    def words(self, selector: str) -> str:
        """What stands where this widget is, as one line: without the frame, and unwrapped."""
        region = self.widget(selector).region
        rows = self._lines()[region.y : region.bottom]
        text = " ".join(row.crop(region.x, region.right).text for row in rows)
        return " ".join(text.replace("│", " ").split())

    def _lines(self) -> list[Strip]:
        """The screen drawn anew, with the screens behind a dialog."""
        visible_screen_stack.set(self.app._background_screens)
        return self.app.screen._compositor.render_strips(self.app.size)

    @property
    def main(self) -> MainScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def table(self) -> ServerTable:
        return self.main.query_one(ServerTable)

    @property
    def selected(self) -> str:
        """The name of the server under the cursor."""
        row = self.main.selected()
        return row.server.name if row else ""

    async def select(self, name: str) -> None:
        """Put the list's cursor there, also while a dialog is on top."""
        self.table.go_to(next(key for key, row in self.main.rows.items() if row.server.name == name))
        await self.until(lambda: self.selected == name)

    def line_of(self, name: str) -> str:
        """The list's line of a server; "" if it is not in sight."""
        starts = tuple(f"│{gutter}{name} " for gutter in (" ", "▸", "  ", " ▌", "▸ ", "▸▌"))
        return next((line for line in self.text().splitlines() if line.startswith(starts)), "")

    def names(self) -> list[str]:
        return [self.main.rows[key].server.name for key in self.table.keys]

    def said(self) -> list[str]:
        """The notifications so far."""
        return [message.sentence for message in self.app.messages.shown]

    def widget(self, selector: str) -> Widget:
        return self.app.screen.query_one(selector)


class terminal:
    """`async with terminal(app) as t:` with the list already there."""

    def __init__(self, app: KeyrackApp, size: tuple[int, int] = (80, 24), *, loaded: bool = True) -> None:
        self._app, self._loaded = app, loaded
        self._context = app.run_test(size=size, notifications=True, tooltips=True)

    async def __aenter__(self) -> Terminal:
        if watch := WATCHES.get(self._app):
            watch.ui_thread = threading.get_ident()
        self._terminal = seen = Terminal(self._app, await self._context.__aenter__())
        if self._loaded:
            await seen.until(lambda: seen.table.keys and seen.main.store is not None, "the list")
        return seen

    async def __aexit__(self, *error: Any) -> None:
        watch = WATCHES.get(self._app)
        if error[0] is None and self._app.is_running and self._app.screen_stack:
            self._terminal.text()
        await self._context.__aexit__(*error)
        assert watch is None or watch.called == [], "adapters were called on the UI thread"

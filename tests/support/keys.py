"""What each key of each screen does: an engine for `key_table`, and the bindings that there are."""

from __future__ import annotations

import importlib
import pkgutil
import unicodedata
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

from textual import events
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import _get_unicode_name_from_key
from textual.screen import Screen
from textual.widget import Widget

import keyrack.tui
from support.full_home import FullHome
from support.screens import Terminal
from support.witness import AheadClock


def bindings() -> dict[type[DOMNode], dict[str, str]]:
    """The keys of each screen and widget of keyrack's that has some of its own, with their actions."""
    for module in pkgutil.walk_packages(keyrack.tui.__path__, f"{keyrack.tui.__name__}."):
        importlib.import_module(module.name)
    found: dict[type[DOMNode], dict[str, str]] = {}
    for kind in _below(DOMNode):
        own = [each for each in vars(kind).get("BINDINGS", ()) if isinstance(each, Binding)]
        if own and kind.__module__.startswith(f"{keyrack.tui.__name__}."):
            found[kind] = {key: each.action for each in own for key in each.key.split(",")}
    return found


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


class User:
    """Presses keys without waiting for real: each comes a second after the last one."""

    def __init__(self, t: Terminal, home: FullHome, clock: AheadClock, copied: list[str]) -> None:
        self.t, self.home, self.copied, self._clock = t, home, copied, clock
        self.login: Any = None  # a `FakeLogin`, where one runs

    @property
    def top(self) -> Screen[Any]:
        return self.t.app.screen

    def now(self) -> float:
        return self._clock()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.calm()
            self._clock.ahead += 1.0
            self.home.clock.time += 1.0
            name = _get_unicode_name_from_key(key)
            character = key if len(key) == 1 else None
            if character is None and "+" not in key:
                try:
                    character = unicodedata.lookup(name)
                except KeyError:
                    character = None
            event = events.Key(key, character)
            event.time = self._clock()
            self.t.app.post_message(event)
            await self.calm()

    async def calm(self) -> None:
        """Until the last key has had its effect, and the screen on top takes the next."""
        app = self.t.app
        await self.t.until(
            lambda: not app.is_running or not (app.message_queue_size or app.keyboard.waiting), "an end of it"
        )
        if app.is_running:
            await self.t.until(lambda: not getattr(app.screen, "reading", False), "its content")

    async def opens(self, kind: type[Screen[Any]], *keys: str) -> None:
        await self.press(*keys)
        await self.t.until(lambda: isinstance(self.top, kind), f"a {kind.__name__}")
        await self.calm()

    async def back(self) -> None:
        """To the list, without its filter."""
        for _ in range(12):
            if self.top is self.t.main:
                break
            await self.press("escape")
        assert self.top is self.t.main, self.top
        self.t.table.focus()
        await self.press("escape")


Look = Callable[[User], Any]
Prepare = Callable[[User], Any]


class Effect(NamedTuple):
    """What a key does."""

    met: Callable[[User, Any], Any]  # with what `before` had returned before the key
    before: Look = lambda user: None


class Line(NamedTuple):
    keys: str  # one or more, with spaces between; each is pressed alone
    effect: Effect
    on: str = ""  # the server whose row is selected


class Scene(NamedTuple):
    """A place where keys are pressed."""

    of: type[DOMNode]
    open: Callable[[User, str], Awaitable[Any]]  # from the list; the second is the line's `on`
    lines: tuple[Line, ...]
    size: tuple[int, int] = (80, 24)
    setup: Callable[[FullHome], Any] = lambda home: None


# -- effects


def closes(user: User) -> Any:
    return user.top


CLOSES = Effect(lambda user, before: before not in user.t.app.screen_stack, closes)


def opens(kind: type[Screen[Any]]) -> Effect:
    return Effect(lambda user, before: isinstance(user.top, kind))


def sees(words: str) -> Effect:
    return Effect(lambda user, before: words in user.t.text())


def focuses(selector: str) -> Effect:
    return Effect(lambda user, before: user.top.focused in user.top.query(selector))


def changes(look: Look, prepare: Prepare = lambda user: None) -> Effect:
    def before(user: User) -> Any:
        prepare(user)
        return look(user)

    return Effect(lambda user, before: look(user) != before, before)


def copies() -> Effect:
    return changes(lambda user: len(user.copied))


FOCUS = changes(lambda user: user.top.focused)


def _scrolling(user: User) -> Widget:
    """The innermost of what can be scrolled."""
    return [each for each in user.top.walk_children(Widget) if each.max_scroll_y > 1][-1]


def _to_middle(user: User) -> float:
    box = _scrolling(user)
    box.scroll_to(y=box.max_scroll_y // 2, animate=False, immediate=True)
    return box.scroll_y


SCROLLS = (
    Line("j down pagedown space G end", Effect(lambda user, y: _scrolling(user).scroll_y > y, _to_middle)),
    Line("k up pageup g home", Effect(lambda user, y: _scrolling(user).scroll_y < y, _to_middle)),
)
ASKS = (
    Line("escape n", CLOSES),
    Line("left right", FOCUS),
)


def _cursor(user: User) -> Any:
    focused = user.top.focused
    return getattr(focused, "highlighted", None) if hasattr(focused, "highlighted") else focused.cursor_line  # type: ignore[union-attr]


def moves(down: bool) -> Effect:
    def before(user: User) -> Any:
        focused: Any = user.top.focused
        if hasattr(focused, "highlighted"):
            focused.highlighted = focused.option_count // 2
        else:
            focused.move_to(len(focused.keys) // 2)
        return _cursor(user)

    return Effect(lambda user, at: (_cursor(user) > at) if down else (_cursor(user) < at), before)

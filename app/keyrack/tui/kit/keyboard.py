"""Makes sure that only the screen a key was typed for handles it.

Textual passes a key on before the previous one has had its full effect: the focus moves late, a screen opens
late, and the key's binding is looked up in whatever screen is on top by then. With `/dynatrace`, half of the
text went into the filter and half into the list, where d clears a credential and y says yes.

Here a key waits until the effects of the previous one are complete and on screen. Whether the screen gets it
then depends on when it was typed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from textual import events
from textual._time import get_time
from textual.errors import NoWidget

from keyrack.tui.kit import keymap

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

QUIET = 0.3  # seconds without a key before a screen that must not be hit by accident accepts one
LONGEST = 5.0  # seconds that a key waits for the previous one, at most

Typed = events.Key | events.Paste


class Guard(Enum):
    """The condition for the top screen to accept a key."""

    OPEN = auto()
    SEEN = auto()  # typed after the screen was drawn
    SEEN_OR_TEXT = auto()  # or text for the focused field, so that a user who opens a form can keep typing
    QUIET = auto()  # typed at least `QUIET` seconds after the screen was drawn and the last key typed


class Keyboard:
    """Handles an application's keys one at a time. Its `on_event` calls all methods except `drawn`."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._queue: deque[Typed] = deque()
        self._turn: Typed | None = None  # the next one to handle
        self._task: asyncio.Task[None] | None = None
        self._screen: Screen[Any] | None = None
        self._depth = 0  # of the screen stack
        self._guard = Guard.SEEN
        self._drawn_at: float | None = None  # when the screen was first drawn on top
        self._taken_by: Screen[Any] | None = None
        self._last = float("-inf")  # when the last key was typed, accepted or not
        self._typing = False  # a text field has the focus
        self._asking = False  # the screen asks for something that no key meant for before may answer
        self._at_work = False  # the last key's effects are not complete
        self._from = float("-inf")  # keys typed before this are for nobody

    def passes(self, event: Typed) -> bool:
        """Whether the application handles this event now. An event that has to wait is posted again."""
        if event.is_forwarded:
            # The screen that accepted it sent it back. No other screen may use it.
            return self._app.screen_stack[-1:] == [self._taken_by]
        if event.time < self._from:
            return False
        if event is not self._turn:
            self._queue.append(event)
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._hand_on(), name="keys in turn")
            return False
        self._turn = None
        self._look()
        taken = self._is_meant(event)
        self._last = max(self._last, event.time)
        self._taken_by = self._screen
        self._at_work = True
        return taken

    def too_early(self, press: events.MouseEvent) -> bool:
        """Whether a button was pressed before the user could see the screen, or on something that is gone."""
        self._look()
        if self._guard is not Guard.OPEN:
            pause = QUIET if self._guard is Guard.QUIET else 0.0
            if self._drawn_at is None or press.time < self._drawn_at + pause:
                return True
        if self._is_gone(press):
            return True
        self._typing = False  # the click may move the focus
        return False

    def forget(self) -> None:
        """Drop what was typed so far: after ^z it was meant for the shell."""
        self._queue.clear()
        self._from = get_time()

    @property
    def waiting(self) -> bool:
        """Whether keys are queued, or the last one's effects are not complete."""
        return bool(self._queue) or self._turn is not None or self._at_work

    def ready(self) -> bool:
        """Whether the top screen would accept a key that is pressed now."""
        self._look()
        return not self.waiting and self._would_take(get_time())

    def drawn(self) -> None:
        """Called when the top screen has been drawn."""
        self._look()
        if self._drawn_at is None and not getattr(self._screen, "reading", False):
            self._drawn_at = get_time()

    def _is_gone(self, press: events.MouseEvent) -> bool:
        """Whether a widget is still drawn that was removed. Textual would look for its parent, and crash."""
        try:
            widget, _ = self._app.screen.get_widget_at(press.x, press.y)
        except NoWidget:
            return False
        return not widget.is_attached

    async def _hand_on(self) -> None:
        while self._queue:
            await self._until(lambda: not self._is_busy())
            self._look()
            await self._until(lambda: self._drawn_at is not None)
            if self._drawn_at is None:
                self._drawn_at = get_time()
            self._turn = self._queue.popleft()
            self._app.post_message(self._turn)
            await self._until(lambda: not self._is_busy())
            self._look()
            self._at_work = False

    async def _until(self, met: Any) -> None:
        end, pause = get_time() + LONGEST, 0.0
        while not met() and get_time() < end:
            await asyncio.sleep(pause)
            pause = min(pause + 0.001, 0.01)

    def _is_busy(self) -> bool:
        """Whether any message is queued: each can move the focus, or open or close a screen."""
        nodes = [node for screen in self._app.screen_stack for node in screen.walk_children(with_self=True)]
        return any(node.message_queue_size for node in (self._app, *nodes))

    def _look(self) -> None:
        """Notice when another screen is on top, begins to ask for something, or has lost the field in use."""
        stack = self._app.screen_stack
        if not stack:
            return
        was_typing, self._typing = self._typing, self._takes_text("a", "a")
        was_asking, self._asking = self._asking, getattr(stack[-1], "is_asking", False)
        if stack[-1] is self._screen:
            is_stray = was_typing and not self._typing and not self._at_work
            if is_stray or (self._asking and not was_asking):
                self._guard, self._drawn_at = Guard.QUIET, get_time()
            return
        begun, opened = self._screen is not None, len(stack) > self._depth
        self._screen, self._depth, self._drawn_at = stack[-1], len(stack), None
        by_itself = begun and not self._at_work
        if by_itself or self._asking or getattr(self._screen, "GUARDED", False):
            self._guard = Guard.QUIET
        else:
            self._guard = Guard.SEEN_OR_TEXT if opened else Guard.SEEN

    def _is_meant(self, event: Typed) -> bool:
        if isinstance(event, events.Key) and keymap.is_everywhere(event.key):
            return True
        if self._would_take(event.time):
            self._guard = Guard.OPEN
            return True
        if self._guard is Guard.SEEN_OR_TEXT:
            key, character = ("a", "a") if isinstance(event, events.Paste) else (event.key, event.character)
            if self._takes_text(key, character):
                return True
            self._guard = Guard.QUIET  # if one key of a burst is dropped, drop the rest too
        return False

    def _would_take(self, when: float) -> bool:
        if self._guard is Guard.OPEN:
            return True
        if self._drawn_at is None:
            return False
        if self._guard is Guard.QUIET:
            return when >= max(self._last, self._drawn_at) + QUIET
        return when >= self._drawn_at

    def _takes_text(self, key: str, character: str | None) -> bool:
        focused = self._app.focused if self._app.screen_stack else None
        return focused is not None and focused.check_consume_key(key, character)

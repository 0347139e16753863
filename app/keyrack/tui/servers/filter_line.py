"""The filter: waits until the typing pauses, and suggests how to complete a word."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.message import Message
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widgets import Input

from keyrack.operations.servers.filtering import KEYS, suggestion
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap

PAUSE = 0.12  # seconds without a key before the table is filtered
WORDS = f"a word, or {' '.join(f'{key}:' for key in KEYS)}  - excludes, tab completes"


class _Completion(Suggester):
    """Shown behind the cursor; tab or → takes it."""

    def __init__(self, rows: Callable[[], Iterable[Row]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._rows = rows

    async def get_suggestion(self, value: str) -> str | None:
        return suggestion(value, self._rows())


class FilterLine(Input):
    BINDINGS: ClassVar = [*keymap.FILTER]

    class Filtered(Message):
        """Show what matches."""

        def __init__(self, needle: str) -> None:
            super().__init__()
            self.needle = needle

    class Left(Message):
        """The user goes back to the list."""

    def __init__(self, rows: Callable[[], Iterable[Row]] | None = None) -> None:
        """`rows` gives those whose states, programs and accounts are suggested; None: only plain words."""
        super().__init__(
            placeholder=self._invitation,
            compact=True,
            select_on_focus=False,
            suggester=_Completion(rows) if rows is not None else None,
        )
        self._pause: Timer | None = None

    @property
    def _invitation(self) -> str:
        return f"{keymap.key_of('filter')} filter…"

    def on_focus(self) -> None:
        if self.suggester is not None:
            self.placeholder = WORDS

    def on_blur(self) -> None:
        self.placeholder = self._invitation

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._tell)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave()

    def _tell(self) -> None:
        self.post_message(self.Filtered(self.value))

    def action_clear_filter(self) -> None:
        with self.prevent(Input.Changed):
            self.value = ""
        self._tell()
        self.post_message(self.Left())

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Also "/", for which Textual knows no character: it is typed here, and so not in the footer."""
        return key == "slash" or super().check_consume_key(key, character)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.suggester is not None if action == "complete" else True

    def action_complete(self) -> None:
        """Take the suggestion. Without one nothing happens: the next letters must not reach the list."""
        if self._suggestion:
            self.action_end()
            self.action_cursor_right()

    def action_leave(self) -> None:
        self._tell()
        self.post_message(self.Left())

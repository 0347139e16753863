"""The filter: waits until the typing pauses."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from keyrack.tui.kit import keymap

PAUSE = 0.12  # seconds without a key before the table is filtered


class FilterLine(Input):
    BINDINGS: ClassVar = [*keymap.FILTER]

    class Filtered(Message):
        """Show what matches."""

        def __init__(self, needle: str) -> None:
            super().__init__()
            self.needle = needle

    class Left(Message):
        """The user goes back to the list."""

    def __init__(self) -> None:
        super().__init__(
            placeholder=f"{keymap.key_of('filter')} filter…", compact=True, select_on_focus=False
        )
        self._pause: Timer | None = None

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

    def action_leave(self) -> None:
        self._tell()
        self.post_message(self.Left())

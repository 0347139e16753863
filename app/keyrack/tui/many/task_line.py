"""The line above the footer: the progress of a task over many servers, or how many rows are marked."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import bar, join, key_hint, say
from keyrack.tui.kit.steady import update


class TaskLine(Static):
    """Takes no room while there is nothing to tell."""

    def __init__(self) -> None:
        super().__init__("", id="progress")
        self._progress = Content("")
        self._marked = Content("")

    def show_progress(self, words: str, share: float) -> None:
        """Show how far it is, from 0 to 1; "" removes it."""
        stop = key_hint(keymap.key_of("stop"), "Stop")
        self._progress = join(" ", bar(share), "  ", say(words), "   ", stop) if words else Content("")
        self._show()

    def show_marked(self, words: Content) -> None:
        """Show it while there is no progress to show, or remove it."""
        self._marked = words
        self._show()

    def _show(self) -> None:
        told = self._progress if self._progress.plain else self._marked
        self.display = bool(told.plain)
        update(self, told, layout=False)

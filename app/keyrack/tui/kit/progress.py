"""A dialog with the progress of slow work."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import bar, say


class ProgressScreen(Dialog[None]):
    """Stays open until its opener calls `close_by_itself`, or until escape.

    Escape gives up at once ("cancel"), asks to begin no more and waits for that ("stop"), or
    only takes the box away ("hide").
    """

    BINDINGS: ClassVar = [keymap.PROGRESS["cancel"]]

    def __init__(self, head: Content, words: str, escape: keymap.Escape) -> None:
        super().__init__()
        self._head, self._words = head, words
        self._escape: keymap.Escape = escape
        self._share = 0.0
        self.given_up = False  # may be read in any thread

    def compose(self) -> ComposeResult:
        with Box(self._head):
            yield Static(id="words")
            yield Static(id="bar")
            yield KeyLine([keymap.PROGRESS[self._escape]])

    def on_mount(self) -> None:
        self._show()

    def show(self, words: str, share: float) -> None:
        """Show the progress, from 0 to 1."""
        self._words, self._share = words, share
        if self.is_mounted and not self.given_up:
            self._show()

    def _show(self) -> None:
        self.query_one("#words", Static).update(say(self._words))
        self.query_one("#bar", Static).update(bar(self._share, 40))

    def action_leave(self) -> None:
        self.given_up = self._escape != "hide"
        if self._escape == "stop":
            self._words = "Stopping after this one…"
            self._show()
        else:
            self.dismiss(None)

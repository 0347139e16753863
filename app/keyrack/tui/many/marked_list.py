"""The marked servers in a dialog: scrolls where they are many, and leaves room for the question."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.visual import Visual
from textual.widgets import Static

from keyrack.tui.kit import keymap
from keyrack.tui.kit.hanging import Lines

SHARE, LEAST = 0.4, 3  # of the terminal's height; rows


class MarkedList(VerticalScroll, can_focus=False):
    def __init__(self, lines: list[Visual] | None = None) -> None:
        super().__init__()
        self._text = Static(Lines(lines or []))

    def compose(self) -> ComposeResult:
        yield self._text

    def on_mount(self) -> None:
        # In vh, a box around it counts the height of everything in it.
        self.watch(self.screen, "size", self._fit)

    def show(self, lines: list[Visual]) -> None:
        self._text.update(Lines(lines))

    def scroll_by_key(self, where: str) -> None:
        keymap.scroll(self, where)

    def _fit(self) -> None:
        self.styles.max_height = max(int(self.app.size.height * SHARE), LEAST)

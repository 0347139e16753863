"""Textual's command palette, drawn like keyrack's other boxes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.command import CommandList, CommandPalette, SearchIcon
from textual.containers import Vertical

from keyrack.tui.kit.options import Signed
from keyrack.tui.kit.present import title


class _Results(CommandList, Signed):  # Textual looks for it by the first of the two
    """Its entries have two blank columns on the left."""


class Palette(CommandPalette):
    CSS_PATH: ClassVar = ["palette.tcss"]

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            yield _Results() if type(widget) is CommandList else widget

    def on_mount(self) -> None:
        self.query_one(SearchIcon).icon = "/"  # an emoji is as wide as the terminal's font has it
        self.query_one("#--container", Vertical).border_title = title("Commands")

"""Textual's command palette, drawn like keyrack's other boxes."""

from __future__ import annotations

from typing import ClassVar

from textual.command import CommandPalette, SearchIcon
from textual.containers import Vertical

from keyrack.tui.kit.present import title


class Palette(CommandPalette):
    CSS_PATH: ClassVar = ["palette.tcss"]

    def on_mount(self) -> None:
        self.query_one(SearchIcon).icon = "/"  # an emoji is as wide as the terminal's font has it
        self.query_one("#--container", Vertical).border_title = title("Commands")

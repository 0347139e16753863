"""A list of options with the keys of all lists."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.widgets import OptionList

from keyrack.tui.kit import keymap


class Options(OptionList):
    BINDINGS: ClassVar = [*keymap.LIST]

    def _move_page(self, direction: Any) -> None:
        # Where there is no room for a line, Textual has laid out none, and would look for one.
        if self.scrollable_content_region:
            super()._move_page(direction)

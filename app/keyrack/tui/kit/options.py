"""A list of options with the keys of all lists, and a sign at the selected one: not only a color."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import OptionList

from keyrack.tui.kit import keymap
from keyrack.wording.glyphs import CURSOR


class Signed(OptionList):
    """Draws the sign in the first column of the selected option's first line. That column must be blank."""

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        line = self.scroll_offset.y + y
        is_first = line < len(self._lines) and self._lines[line] == (self.highlighted, 0)
        if not is_first or not strip.text.startswith(" "):
            return strip
        style = next(segment.style for segment in strip if segment.text)
        return Strip.join([Strip([Segment(CURSOR, style)]), strip.crop(1, strip.cell_length)])


class Options(Signed):
    BINDINGS: ClassVar = [*keymap.LIST]

    def _move_page(self, direction: Any) -> None:
        # Where there is no room for a line, Textual has laid out none, and would look for one.
        if self.scrollable_content_region:
            super()._move_page(direction)

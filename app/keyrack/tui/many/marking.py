"""The user's marks, and which rows an action is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import join, key_hint, say
from keyrack.wording.tones import Tone

if TYPE_CHECKING:
    from keyrack.tui.servers.list_screen import ListScreen


class Marking:
    """Marks stay until they are removed, also on rows that the filter hides; actions leave those out."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen, self._marks = screen, screen.marks

    def toggle(self) -> None:
        """Mark the selected row, or unmark it."""
        row = self._screen.selected()
        if row is not None:
            self._marks.marked ^= {row.key}
            self._screen.refresh_rows()

    def toggle_shown(self) -> None:
        """Mark all rows that are shown, or unmark them if all are marked."""
        shown = {row.key for row in self._screen.shown}
        if shown <= self._marks.marked:
            self._marks.marked -= shown
        else:
            self._marks.marked |= shown
        self._screen.refresh_rows()

    def clear(self) -> bool:
        """Remove all marks; False if there are none."""
        if not self._marks.marked:
            return False
        self._marks.marked.clear()
        self._screen.refresh_rows()
        return True

    def targets(self) -> list[Row]:
        """The marked rows that are shown, in their order, else the selected row."""
        marked = [row for row in self._screen.shown if row.key in self._marks.marked]
        selected = self._screen.selected()
        return marked or ([selected] if selected is not None else [])

    def words(self) -> Content:
        """How many are marked, and the keys that act on them; nothing if none are."""
        count = len(self._marks.marked)
        if not count:
            return Content("")
        shown = sum(row.key in self._marks.marked for row in self._screen.shown)
        # The keys that may have no room are in the footer too.
        parts = [say(f"{count} marked", Tone.STRONG), key_hint(keymap.key_of("stop"), "Unmark")]
        if not shown:
            parts.append(say("all hidden: keys act on the selected server", Tone.WARN))
        else:
            if shown < count:
                parts.append(say(f"{shown} shown: keys act on {'it' if shown == 1 else 'them'}", Tone.WARN))
            parts += [key_hint(keymap.key_of(each), keymap.name_of(each)) for each in keymap.TOGETHER]
        return join(" ", say("  ").join(parts))

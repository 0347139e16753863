"""The list with the details beside it, or words where there is nothing to list."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from keyrack.operations.servers.overview import Overview, Row
from keyrack.tui.kit.present import error_text, say, title
from keyrack.tui.servers.detail_pane import DetailPane
from keyrack.tui.servers.marks import Marks
from keyrack.tui.servers.server_table import ServerTable
from keyrack.tui.servers.view import View
from keyrack.wording.tones import Tone

LEAST_DETAIL, MOST_DETAIL = 44, 84  # columns for the details beside the list


class ListBody(Horizontal):
    def __init__(self) -> None:
        super().__init__(id="body")
        self.table = ServerTable()
        self.table.border_title = title("Servers")
        self.table.display = False  # until there are rows
        self.detail = DetailPane()
        self._empty = Static(say("Reading the configuration files…", Tone.DIM), id="empty")

    def compose(self) -> ComposeResult:
        yield self.table
        yield self._empty
        yield self.detail

    def show(self, rows: Mapping[str, Row], overview: Overview, now: float, marks: Marks, view: View) -> None:
        """Show the rows as they are at `now` (Unix seconds), arranged as `view` says."""
        self.table.show(view.lines(rows.values(), overview.unread), now, marks, view)
        self.share_width(view)
        shown = len(self.table.keys)
        some = f"{shown} of {len(rows)} · " if shown != len(rows) else ""
        self.table.border_subtitle = say(f"{some}{view.words}", Tone.DIM)
        # Not by a class of the screen: it would style every widget again.
        self.table.display, self._empty.display = bool(shown), not shown
        self.detail.set_class(not shown, "-empty")
        if not shown:
            from keyrack.tui.servers.source_words import no_match, no_servers

            self._empty.update(no_match(view.needle) if rows else no_servers(overview))

    def show_error(self, error: Exception) -> None:
        """Show why there is nothing to list."""
        self._empty.update(say(error_text(error), Tone.BAD))

    def share_width(self, view: View) -> None:
        """Give the list what it needs, and the details the rest. Typing a filter moves neither."""
        if not view.needle and self.screen.has_class("-wide"):
            left = self.app.size.width - self.table.needed_width()
            self.detail.styles.width = min(max(left, LEAST_DETAIL), MOST_DETAIL)

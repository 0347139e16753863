"""The details of the selected server, beside the list."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from keyrack.operations.servers.overview import Row
from keyrack.tui.host import Host, host_of
from keyrack.tui.servers.facts_view import FactsView
from keyrack.tui.servers.marks import Trouble

if TYPE_CHECKING:
    from keyrack.tui.servers.held_lines import HeldLines
    from keyrack.tui.servers.history_reader import HistoryReader


class DetailPane(FactsView):
    """It reads nothing while it is hidden: a narrow terminal has no room for it."""

    def __init__(self) -> None:
        super().__init__(id="detail", classes="-empty")
        self._row: Row | None = None
        self._trouble: Trouble | None = None

    # Created on first use, so that the first frame does not wait for the operations' imports.

    @cached_property
    def _held_lines(self) -> HeldLines:
        from keyrack.tui.servers.held_lines import HeldLines

        return HeldLines(self, self._show)

    @cached_property
    def _history(self) -> HistoryReader:
        from keyrack.tui.servers.history_reader import HistoryReader

        return HistoryReader(self, self._show)

    @property
    def host(self) -> Host:
        return host_of(self)

    def show_row(self, row: Row | None, trouble: Trouble | None) -> None:
        """Show this row as it is now, and what last failed with it."""
        self._row, self._trouble = row, trouble
        self._show()

    def look_again(self) -> None:
        """The programs' files may have changed."""
        self._held_lines.look_again()

    def tick(self) -> None:
        """Read the log again if it has changed."""
        if self.display:
            self._history.look()

    def _show(self) -> None:
        if not self.display:
            return
        row = self._row
        has_lines = row is not None and (row.elsewhere or row.server.in_plain_text)
        lines = self._held_lines.of(row) if has_lines else None
        events = self._history.of(row) if row else None
        self.show(row, self.host.now(), self._trouble, lines, events)

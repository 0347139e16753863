"""A screen with everything about one server."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.signal import Signal

from keyrack.operations.servers.overview import Overview, Row
from keyrack.operations.servers.own_entries import own_source
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.styles import BOX
from keyrack.tui.servers.facts_view import FactsView
from keyrack.tui.servers.held_lines import HeldLines
from keyrack.tui.servers.history import HistoryScreen
from keyrack.tui.servers.history_reader import LOOK, HistoryReader
from keyrack.tui.servers.marks import Trouble


class DetailScreen(Dialog[str]):
    """The result is the row action that the user chose, if any; the list runs it."""

    CSS_PATH: ClassVar = [BOX, "detail.tcss"]
    BINDINGS: ClassVar = [*keymap.DETAIL]

    def __init__(
        self, row: Row, trouble_of: Callable[[Row], Trouble | None], looked: Signal[Overview]
    ) -> None:
        """`looked`: the list was read again."""
        super().__init__()
        self._row, self._trouble_of, self._looked = row, trouble_of, looked
        self._lines = HeldLines(self, self._show)
        self._history = HistoryReader(self, self._show)

    def compose(self) -> ComposeResult:
        yield FactsView(id="all-facts")
        keys = [*(binding for binding in keymap.ROW if binding.show), keymap.SHOW_HISTORY]
        if self._row.server.sources:
            keys += [keymap.OPEN, *([keymap.EDIT] if own_source(self._row.server) else [])]
        if self._row.elsewhere:
            keys += [keymap.TAKE_OVER, keymap.CLEAR_THERE]
        yield KeyLine([*keymap.CLOSE, *keys])

    def on_mount(self) -> None:
        self._looked.subscribe(self, self._changed)
        self._show()
        self.set_interval(LOOK, self._history.look)

    def _changed(self, overview: Overview) -> None:
        """Show the same server as it is now; one that is gone stays as it was."""
        self._row = next((row for row in overview.rows if row.key == self._row.key), self._row)
        self._lines.look_again()
        self._show()

    def _show(self) -> None:
        row = self._row
        lines, events = self._lines.of(row), self._history.of(row)
        self.query_one(FactsView).show(row, self.host.now(), self._trouble_of(row), lines, events)

    def action_row(self, what: str) -> None:
        if what == "history":
            self.host.push_screen(HistoryScreen(self._row))
        else:
            self.dismiss(what)

    def action_help(self) -> None:
        from keyrack.tui.kit.help import HelpScreen

        self.app.push_screen(HelpScreen())

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one(FactsView), where)

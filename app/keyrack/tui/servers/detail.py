"""A screen with everything about one server."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.styles import BOX
from keyrack.tui.servers.facts_view import FactsView
from keyrack.tui.servers.marks import Trouble


class DetailScreen(Dialog[str]):
    """The result is the row action that the user chose, if any; the list runs it."""

    CSS_PATH: ClassVar = [BOX, "detail.tcss"]
    BINDINGS: ClassVar = [*keymap.DETAIL]

    def __init__(self, row: Row, trouble: Trouble | None) -> None:
        super().__init__()
        self._row, self._trouble = row, trouble

    def compose(self) -> ComposeResult:
        yield FactsView(id="all-facts")
        yield KeyLine([*keymap.CLOSE, *(binding for binding in keymap.ROW if binding.show)])

    def on_mount(self) -> None:
        self.query_one(FactsView).show(self._row, self.host.now(), self._trouble)

    def action_row(self, what: str) -> None:
        self.dismiss(what)

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one(FactsView), where)

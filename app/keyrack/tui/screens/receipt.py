"""What was done, line by line."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from keyrack.operations.receipt import Receipt
from keyrack.tui import keymap
from keyrack.tui.present import outcome, title
from keyrack.tui.screens.dialog import Box, Dialog
from keyrack.tui.widgets.key_line import KeyLine


class ReceiptScreen(Dialog[None]):
    BINDINGS: ClassVar = [*keymap.OVERLAY]

    def __init__(self, name: str, receipt: Receipt) -> None:
        super().__init__()
        self._name, self._receipt = name, receipt

    def compose(self) -> ComposeResult:
        with Box(title("Cleared" if self._receipt.ok else "Not all was done", self._name)):
            for line in self._receipt.lines:
                yield Static(outcome(line.what, line.outcome, line.detail))
            yield KeyLine(keymap.CLOSE)

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one(Box), where)

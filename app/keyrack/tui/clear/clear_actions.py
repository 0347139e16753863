"""Clears the credential of one server: the question, the work and the receipt."""

from __future__ import annotations

from keyrack.domain.model import Server
from keyrack.operations.clearing import clear as clear_op
from keyrack.operations.receipt import Receipt
from keyrack.operations.servers.overview import Row
from keyrack.tui.clear.clear import Clearing, ClearScreen
from keyrack.tui.kit.present import title
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.servers.row_work import RowWork


class ClearActions:
    def __init__(self, work: RowWork) -> None:
        self._work, self._screen = work, work.screen

    def clear(self, row: Row) -> None:
        if self._work.nothing_stored(row):
            return
        adapters = self._screen.host.adapters

        # The row of this moment: the cursor may stand elsewhere when the answer comes.
        def answered(wanted: Clearing | None) -> None:
            if wanted is not None:
                self._work.start(
                    row,
                    "clearing",
                    lambda: clear_op.clear(
                        adapters(),
                        row.server,
                        revoke=wanted.revoke,
                        forget=wanted.forget,
                        only=row.credential,  # what the question was about
                    ),
                    self._cleared,
                )

        self._screen.host.push_screen(ClearScreen(row), answered)

    def _cleared(self, server: Server, receipt: Receipt) -> None:
        head = "Cleared" if receipt.ok else "Not everything was done"
        self._screen.host.push_screen(ReceiptScreen(title(head, server.display_name), [("", receipt)]))

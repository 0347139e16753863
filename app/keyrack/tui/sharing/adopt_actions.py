"""Moves a token or secrets to the keychain: the question, the work and the receipt."""

from __future__ import annotations

from functools import partial

from keyrack.domain.model import Server
from keyrack.operations.receipt import Receipt
from keyrack.operations.servers import adopt as token_op
from keyrack.operations.servers import adopt_secrets as secrets_op
from keyrack.operations.servers.adopt_secrets import SecretsPlan
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit.present import title
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.servers.row_work import RowWork
from keyrack.tui.sharing.adopt import AdoptScreen, AnyPlan

COPIED = "Put this into your shell profile; it was sent to the terminal's clipboard."


class AdoptActions:
    def __init__(self, work: RowWork) -> None:
        self._work, self._screen = work, work.screen

    def adopt(self, row: Row) -> None:
        adapters = self._screen.host.adapters

        def answered(plan: AnyPlan | None) -> None:
            if plan is None:
                return

            def move() -> Receipt:
                if isinstance(plan, SecretsPlan):
                    return secrets_op.adopt_secrets(adapters(), plan)
                return token_op.adopt(adapters(), plan).receipt

            done = partial(self._moved, plan)
            self._screen.when_open(lambda: self._work.start(row, "moving", move, done))

        self._screen.host.push_screen(AdoptScreen(row.server), answered)

    def _moved(self, plan: AnyPlan, server: Server, receipt: Receipt) -> None:
        head = "Moved" if receipt.ok else "Not everything was done"
        told = ["Restart the program to start the server with keyrack."]
        if not isinstance(plan, SecretsPlan):
            told = ["keyrack itself needs no variable."]
            if token_op.needs_variable(plan):
                lines = token_op.shell_lines(plan)
                self._screen.host.copy("\n".join(lines))
                told = [f"{COPIED} Then restart the program.", *lines]
        self._screen.host.push_screen(ReceiptScreen(title(head, server.display_name), [("", receipt)], told))

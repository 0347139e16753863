"""Moves the secrets of a local server to the keychain: the question, the work and the receipt."""

from __future__ import annotations

from keyrack.domain.model import Server
from keyrack.domain.status import Action
from keyrack.operations.receipt import Receipt
from keyrack.operations.servers import adopt_secrets as adopt_op
from keyrack.operations.servers.adopt_secrets import SecretsPlan
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit.present import title
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.servers.row_work import RowWork
from keyrack.tui.sharing.adopt import AdoptScreen
from keyrack.wording.commands import command_for


class AdoptActions:
    def __init__(self, work: RowWork) -> None:
        self._work, self._screen = work, work.screen

    def adopt(self, row: Row) -> None:
        """The token in a header needs a variable in the program's environment, which the command explains."""
        if row.server.plaintext_headers:
            command = command_for(Action.ADOPT, row.server)
            self._work.say(f"{row.server.display_name}: to move its token, run: {command}")
            return
        adapters = self._screen.host.adapters

        def answered(plan: SecretsPlan | None) -> None:
            if plan is None:
                return

            def move() -> Receipt:
                return adopt_op.adopt_secrets(adapters(), plan)

            self._screen.when_open(lambda: self._work.start(row, "moving", move, self._moved))

        self._screen.host.push_screen(AdoptScreen(row.server), answered)

    def _moved(self, server: Server, receipt: Receipt) -> None:
        head = "Moved" if receipt.ok else "Not everything was done"
        told = [("Restart the program to start the server with keyrack.", receipt)]
        self._screen.host.push_screen(ReceiptScreen(title(head, server.display_name), told))

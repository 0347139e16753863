"""What keys do to several servers at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from keyrack.operations.clearing import clear as clear_op
from keyrack.operations.receipt import Receipt
from keyrack.operations.servers.overview import Row
from keyrack.tui.clear.clear import Clearing
from keyrack.tui.many.clear_marked import ClearMarkedScreen
from keyrack.tui.many.login_series import LoginSeries
from keyrack.tui.many.many_actions import Task, divided

if TYPE_CHECKING:
    from keyrack.tui.many.many_actions import ManyActions
    from keyrack.tui.servers.list_screen import ListScreen


class MarkedActions:
    """Runs an action on the rows that were marked and shown when the key was pressed."""

    def __init__(self, screen: ListScreen, many: ManyActions) -> None:
        self._screen, self._many = screen, many

    def run(self, what: str, rows: list[Row]) -> None:
        """Run `what`: login, refresh, check or clear."""
        actions: dict[str, Callable[[list[Row]], None]] = {
            "login": LoginSeries(self._screen).begin,
            "refresh": self._many.refresh,
            "check": self._many.check,
            "clear": self._clear,
        }
        actions[what](rows)

    def _clear(self, rows: list[Row]) -> None:
        if not self._many.is_free():
            return
        able, left = divided(rows, lambda row: "" if row.credential else "nothing is stored in keyrack")
        if not able:
            self._screen.host.say(
                "None of the marked servers has a credential in keyrack.", severity="warning"
            )
            return
        adapters = self._screen.host.adapters

        def answered(wanted: Clearing | None) -> None:
            if wanted is None:
                return

            def work(row: Row) -> Receipt:
                # Of a token made by hand the dialog promised no revocation.
                is_login = row.credential is not None and row.credential.kind == "oauth"
                return clear_op.clear(
                    adapters(),
                    row.server,
                    revoke=wanted.revoke and is_login,
                    forget=wanted.forget and is_login,
                    only=row.credential,
                )

            def tell(row: Row, receipt: Receipt) -> Receipt:
                return receipt

            task = Task("clearing", "Cleared", work, tell)
            self._screen.when_open(lambda: self._many.start(task, able))

        self._screen.host.push_screen(ClearMarkedScreen(able, left), answered)

"""Clears stale credentials: the search, the question, the work and the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.domain.errors import Cancelled
from keyrack.operations.clearing import stale as stale_op
from keyrack.operations.clearing.stale import Stale
from keyrack.operations.receipt import Receipt
from keyrack.tui.clear.stale import StaleChoice, StaleScreen
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import deliver, in_background
from keyrack.tui.kit.present import title
from keyrack.tui.kit.progress import ProgressScreen
from keyrack.tui.kit.receipt import ReceiptScreen

if TYPE_CHECKING:
    from keyrack.tui.servers.list_screen import ListScreen

HEAD = "Clear stale"


class StaleActions:
    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen

    def begin(self) -> None:
        """What is stale is known only from inside the credentials, so a locked vault is opened first."""
        self._screen.when_open(self._look)

    def _look(self) -> None:
        host = self._screen.host
        progress = ProgressScreen(title(HEAD), "Looking at every credential…", "cancel")

        def one(done: int, total: int) -> None:
            if progress.given_up:
                raise Cancelled("Nothing was changed.")
            deliver(progress, progress.show, f"Looked at {done} of {total}", done / total)

        def found(stale: tuple[Stale, ...]) -> None:
            if progress.given_up:
                return
            progress.close_by_itself()
            if stale:
                host.push_screen(StaleScreen(stale), self._answered)
            else:
                check = keymap.key_of("check-all")
                host.say(f"Nothing is stale. {check} tests every credential on its server.")

        def failed(error: Exception) -> None:
            if not progress.given_up:
                progress.close_by_itself()
                host.say_error(error)

        host.push_screen(progress)
        in_background(self._screen, lambda: stale_op.find_stale(host.adapters(), on_one=one), found, failed)

    def _answered(self, wanted: StaleChoice | None) -> None:
        if wanted is None:
            return
        host, total = self._screen.host, len(wanted.chosen)
        progress = ProgressScreen(title(HEAD), f"Cleared 0 of {total}", "stop")
        done: list[tuple[str, Receipt]] = []

        def one(stale: Stale, receipt: Receipt) -> None:
            done.append((stale.server.display_name, receipt))
            deliver(progress, progress.show, f"Cleared {len(done)} of {total}", len(done) / total)
            if progress.given_up and len(done) < total:
                raise Cancelled("Stopped.")

        def ended(error: Exception | None) -> None:
            progress.close_by_itself()
            self._screen.look_again()
            if error is not None and not isinstance(error, Cancelled):
                host.say_error(error)
            if done:
                host.push_screen(ReceiptScreen(title(_head(done), f"{len(done)} of {total}"), done))

        host.push_screen(progress)
        in_background(
            self._screen,
            lambda: stale_op.clear_stale(
                host.adapters(), wanted.chosen, revoke=wanted.revoke, forget=wanted.forget, on_one=one
            ),
            lambda _: ended(None),
            ended,
        )


def _head(done: list[tuple[str, Receipt]]) -> str:
    return "Cleared" if all(receipt.ok for _, receipt in done) else "Not everything was done"

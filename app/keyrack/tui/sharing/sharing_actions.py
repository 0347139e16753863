"""Take over, clear there, undo: the questions, the work and the receipts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual.content import Content

from keyrack.domain.change import Backup
from keyrack.domain.held import HeldToken
from keyrack.domain.model import Server
from keyrack.operations.receipt import Receipt
from keyrack.operations.servers.overview import Row
from keyrack.operations.sharing import clearing as clearing_op
from keyrack.operations.sharing import importing as importing_op
from keyrack.operations.sharing import undo as undo_op
from keyrack.operations.sharing.clearing import Clearing
from keyrack.operations.sharing.importing import Imported
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.present import title
from keyrack.tui.kit.progress import ProgressScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.servers.row_work import RowWork
from keyrack.tui.sharing.clear_there import ClearThereScreen
from keyrack.tui.sharing.take_over import TakeOver, TakeOverScreen
from keyrack.tui.sharing.undo import UndoScreen
from keyrack.tui.sharing.which import WhichScreen, entry_of

FAILED = "Not everything was done"


class SharingActions:
    def __init__(self, work: RowWork) -> None:
        self._work, self._screen, self._host = work, work.screen, work.screen.host

    def take_over(self, row: Row, tokens: Sequence[HeldToken]) -> None:
        """`tokens` are those to choose from."""
        if self._work.no_address(row, "log in to"):
            return
        if not tokens:
            key = keymap.key_of("login")
            words = f"no other program holds a login for it. Press {key} to log in."
            self._work.say(f"{row.server.display_name}: {words}", "warning")
            return
        head = title("Take over", row.server.display_name)
        self._choose(head, tokens, lambda held: self._screen.when_open(lambda: self._ask_import(row, held)))

    def clear_there(self, server: Server, tokens: Sequence[HeldToken]) -> None:
        if not tokens:
            self._work.say(f"{server.display_name}: no other program holds a login for it.", "warning")
            return
        head = title("Clear elsewhere", server.display_name)
        self._choose(head, tokens, partial(self._ask_clear, server))

    def undo(self) -> None:
        """The backups are sealed with a key in the store, so a locked vault is opened first."""
        self._screen.when_open(lambda: self._host.push_screen(UndoScreen(), self._undo))

    def _choose(self, head: Content, tokens: Sequence[HeldToken], then: Callable[[HeldToken], None]) -> None:
        if len(tokens) == 1:
            then(tokens[0])
            return
        entries = [entry_of(held.client, held, self._host.now()) for held in tokens]
        which = WhichScreen(head, "Which program's login?", entries)
        self._host.push_screen(which, lambda at: None if at is None else then(tokens[at]))

    def _ask_import(self, row: Row, held: HeldToken) -> None:
        def answered(wanted: TakeOver | None) -> None:
            if wanted is None:
                return
            adapters = self._host.adapters

            def work() -> tuple[Imported, bool]:
                can_connect = wanted.importing.held.client in adapters().entries().programs()
                return importing_op.import_login(adapters(), wanted.importing, wanted.how), can_connect

            self._work.start(row, "taking over", work, partial(self._imported, wanted))

        self._host.push_screen(TakeOverScreen(row.server, held), answered)

    def _imported(self, wanted: TakeOver, server: Server, found: tuple[Imported, bool]) -> None:
        client, (done, can_connect) = wanted.importing.held.client, found
        told: list[str] = []
        if wanted.how == "move" and done.receipt.ok:
            key = keymap.key_of("connect")
            more = f"Press {key} in the list to let it take its tokens from keyrack instead."
            more = more if can_connect else ""
            told = [f"{client} will ask for a login of its own when it needs one. {more}".rstrip()]
        head = title("Taken over" if done.receipt.ok else FAILED, server.display_name)
        self._host.push_screen(ReceiptScreen(head, [("", done.receipt)], told))

    def _ask_clear(self, server: Server, held: HeldToken) -> None:
        def answered(wanted: tuple[Clearing, bool] | None) -> None:
            if wanted is not None:
                self._screen.when_open(lambda: self._clear(*wanted))

        self._host.push_screen(ClearThereScreen(server, held), answered)

    def _clear(self, clearing: Clearing, revoke: bool) -> None:
        head = title("Clear elsewhere", clearing.server.display_name)

        def cleared(receipt: Receipt) -> None:
            done = f"Cleared in {clearing.held.client}" if receipt.ok else FAILED
            self._host.push_screen(ReceiptScreen(title(done, clearing.server.display_name), [("", receipt)]))

        adapters = self._host.adapters
        words = f"Clearing the login in {clearing.held.client}…"
        self._run(head, words, lambda: clearing_op.clear_there(adapters(), clearing, revoke=revoke), cleared)

    def _undo(self, backup: Backup | None) -> None:
        if backup is None:
            return

        def undone(receipt: Receipt) -> None:
            head = title("Undone" if receipt.ok else FAILED, backup.what)
            self._host.push_screen(ReceiptScreen(head, [("", receipt)]))

        adapters = self._host.adapters
        self._run(title("Undo"), "Reversing the change…", lambda: undo_op.undo(adapters(), backup), undone)

    def _run(
        self, head: Content, words: str, work: Callable[[], Receipt], done: Callable[[Receipt], None]
    ) -> None:
        """Show that it runs, then read the list again."""
        progress = ProgressScreen(head, words, "hide")

        def ended(receipt: Receipt) -> None:
            progress.close_by_itself()
            self._screen.look_again()
            done(receipt)

        def failed(error: Exception) -> None:
            progress.close_by_itself()
            self._screen.look_again()
            self._host.say_error(error)

        self._host.push_screen(progress)
        in_background(self._screen, work, ended, failed)

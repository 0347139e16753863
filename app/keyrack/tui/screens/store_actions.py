"""The place for secrets: opened, chosen where there is none, and changed for another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from keyrack.domain.errors import StoreAbsent
from keyrack.domain.storage import StoreKind
from keyrack.operations import vault as vault_op
from keyrack.operations.move import move
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.tidy import tidy
from keyrack.operations.unlock import unlock
from keyrack.tui.present import error_text, title
from keyrack.tui.screens.confirm import ConfirmScreen
from keyrack.tui.screens.passphrase import UnlockScreen
from keyrack.tui.screens.place import create_vault, find_a_place
from keyrack.tui.screens.progress import ProgressScreen
from keyrack.tui.screens.receipt import ReceiptScreen
from keyrack.tui.work import deliver, in_background

if TYPE_CHECKING:
    from keyrack.domain.secret import Secret
    from keyrack.operations.vault import VaultStatus
    from keyrack.tui.screens.main import MainScreen

PLACES: dict[StoreKind, str] = {"keychain": "keychain", "vault": "sealed vault"}
OPENING = "The {} is asked to open; it may want its password."
MOVE = (
    "Every credential is copied to the {} and read back; only then is it deleted in the {}. "
    "From then on the {} is used."
)


class Command(NamedTuple):
    """For the palette."""

    name: str
    help: str
    run: Callable[[], Any]


class StoreActions:
    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._unlocking = False

    def commands(self) -> Iterable[Command]:
        """What has no key of its own."""
        store = self._screen.store
        kind = store.kind if store else "keychain"
        other: StoreKind = "keychain" if kind == "vault" else "vault"
        yield Command(
            f"Move all credentials to the {PLACES[other]}",
            "Copied, read back, then deleted where they were",
            partial(self.move, other),
        )
        if store and kind == "vault" and store.ready:
            yield Command("Lock the sealed vault", "Its passphrase opens it again", self._lock)

    def tidy(self) -> None:
        """Finish what a killed keyrack left half done; told only where there was something."""
        in_background(
            self._screen, lambda: tidy(self._screen.host.parts()), self._tidied, self._screen.host.say_error
        )

    def when_open(self, then: Callable[[], Any]) -> None:
        """At once; where the vault is locked, after its passphrase. A keychain asks by itself."""
        store = self._screen.store
        if store is not None and store.locked and store.kind == "vault":
            self._ask_passphrase(then)
        else:
            then()

    def unlock(self) -> None:
        """Open what is locked; where there is no place for secrets, offer some."""
        host, store = self._screen.host, self._screen.store
        if store is not None and store.locked and store.kind == "vault":
            self._ask_passphrase(lambda: host.say("The sealed vault is open."))
        elif store is not None and not store.persistent:
            find_a_place(host, "", "Credentials are kept in memory now.", lambda found: None)
        elif self._unlocking:
            host.say("It is being asked already.")
        else:
            if store is not None and store.locked:
                host.say(OPENING.format(store.name))
            self._unlocking = True
            in_background(self._screen, lambda: unlock(host.parts()), self._unlocked, self._not_unlocked)

    def move(self, to: StoreKind) -> None:
        """Ask, open or make what has to be open, move, and show the receipt."""
        place, source = PLACES[to], PLACES["keychain" if to == "vault" else "vault"]
        host = self._screen.host

        def agreed(yes: bool | None) -> None:
            if yes:
                in_background(
                    self._screen,
                    lambda: vault_op.status(host.parts()),
                    lambda vault: self._move_with(vault, to),
                    host.say_error,
                )

        question = MOVE.format(place, source, place)
        host.push_screen(ConfirmScreen("Move all credentials", f"to the {place}", question, "Move"), agreed)

    def _ask_passphrase(self, then: Callable[[], Any]) -> None:
        host = self._screen.host

        def open_it(passphrase: Secret) -> None:
            vault_op.unlock(host.parts(), passphrase)

        def opened(answer: object) -> None:
            self._screen.look_again()
            if answer:
                then()

        host.push_screen(UnlockScreen(open_it), opened)

    def _unlocked(self, _: None) -> None:
        self._unlocking = False
        store = self._screen.store
        self._screen.host.say(f"The {store.name} is open." if store else "It is open.")
        self._screen.look_again()

    def _not_unlocked(self, error: Exception) -> None:
        self._unlocking = False
        self._screen.look_again()
        if isinstance(error, StoreAbsent):
            find_a_place(self._screen.host, "", str(error), lambda found: None)
        else:
            self._screen.host.say(error_text(error), severity="error")

    def _lock(self) -> None:
        host = self._screen.host
        in_background(
            self._screen,
            lambda: vault_op.lock(host.parts()),
            lambda _: self._screen.look_again(),
            host.say_error,
        )

    def _move_with(self, vault: VaultStatus, to: StoreKind) -> None:
        go = partial(self._move, to)
        if to == "vault" and not vault.exists:
            create_vault(self._screen.host, lambda made: go() if made else None)
        elif vault.state.locked:
            self._ask_passphrase(go)
        else:
            go()

    def _move(self, to: StoreKind) -> None:
        host = self._screen.host
        progress = ProgressScreen(title("Move all credentials"), "Copying every credential…", "hide")
        count = sum(row.credential is not None for row in self._screen.rows.values())
        told: list[Line] = []

        def one(line: Line) -> None:
            told.append(line)
            deliver(progress, progress.show, f"{line.what}: {line.outcome}", len(told) / (count + 1))

        def done(receipt: Receipt) -> None:
            self._screen.look_again()
            head = "Moved" if receipt.ok else "Not all was done"
            if receipt.ok and not progress.is_attached:  # the user is at something else
                host.say(f"All credentials are in the {PLACES[to]}.")
                return
            progress.close_by_itself()
            host.push_screen(ReceiptScreen(title(head, f"to the {PLACES[to]}"), [("", receipt)]))

        def failed(error: Exception) -> None:
            self._screen.look_again()
            progress.close_by_itself()
            host.say_error(error)

        host.push_screen(progress)
        in_background(self._screen, lambda: move(host.parts(), to, on_line=one), done, failed)

    def _tidied(self, receipt: Receipt) -> None:
        if not receipt.lines:
            return
        self._screen.look()
        good = sum(line.outcome == "done" for line in receipt.lines)
        bad = [f"{line.what}: {line.detail}" for line in receipt.lines if line.outcome == "failed"]
        words = [f"{good} unfinished credential{'s' if good > 1 else ''} put right."] if good else []
        self._screen.host.say(" ".join([*words, *bad]), severity="warning" if bad else "information")

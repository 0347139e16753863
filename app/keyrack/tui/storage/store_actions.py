"""Actions on the store: unlock it, choose one if there is none, move to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from keyrack.domain.errors import StoreAbsent, StoreLocked
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.storage import StoreKind, StoreState
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.storage import vault as vault_op
from keyrack.operations.storage.move import move
from keyrack.operations.storage.recover import find_again, recover
from keyrack.operations.storage.unlock import unlock
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import Single, deliver, in_background
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.present import error_text, named_store, title
from keyrack.tui.kit.progress import ProgressScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.storage.current import CurrentStoreScreen
from keyrack.tui.storage.passphrase import NewPassphraseScreen, UnlockScreen
from keyrack.tui.storage.setup import create_vault, set_up_storage

if TYPE_CHECKING:
    from keyrack.domain.secret import Secret
    from keyrack.operations.storage.vault import VaultStatus
    from keyrack.tui.servers.list_screen import ListScreen

PLACES: dict[StoreKind, str] = {"keychain": "keychain", "vault": "sealed vault"}
OPENING = "{} is being unlocked; it may ask for a password."
NO_SCREEN = "keyrack vault init"  # in the hint if there is no screen to ask for the keychain's password on
STAYS_OPEN = "The sealed vault opens with an environment variable or a setting, so it can't be locked."
CHANGED = "Changed the passphrase. A copy of the old identity.age still opens with the old passphrase."
MOVE = (
    "Every credential is copied to the {}, read back, and only then deleted from the {}. "
    "After that, keyrack uses the {}."
)


class Command(NamedTuple):
    """A command for the palette."""

    name: str
    help: str
    run: Callable[[], Any]


class StoreActions:
    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen
        self._unlocking = False
        self._lookup = Single(screen)
        self._can_lock = False  # true for a vault that opens with a passphrase

    def commands(self) -> Iterable[Command]:
        """The commands that have no key."""
        store = self._screen.store
        kind = store.kind if store else "keychain"
        other: StoreKind = "keychain" if kind == "vault" else "vault"
        yield Command(
            f"Move all credentials to the {PLACES[other]}",
            "Copy, verify, then delete the originals",
            partial(self.move, other),
        )
        if store and kind == "vault" and store.ready and self._can_lock:
            yield Command("Lock the sealed vault", "Its passphrase unlocks it again", self._lock)

    def changed(self, store: StoreState) -> None:
        """Called when the store has been replaced, opened or locked."""
        self._can_lock = False
        if store.kind == "vault" and store.ready:
            self._with_vault(self._learn)
        if not store.locked:
            self._tidy()

    def _learn(self, vault: VaultStatus) -> None:
        self._can_lock = not vault.has_own_key

    def _tidy(self) -> None:
        """Finish what a killed keyrack left half done, and find credentials that lost their records.

        Nothing is shown if there were none.
        """

        def work() -> tuple[Receipt, Receipt]:
            adapters = self._screen.host.adapters()
            return recover(adapters), find_again(adapters)

        in_background(self._screen, work, self._tidied, self._screen.host.say_error)

    def when_open(self, then: Callable[[], Any]) -> None:
        """Call `then`, after asking for the passphrase if the vault is locked. A keychain asks by itself."""
        store = self._screen.store
        if store is not None and store.locked and store.kind == "vault":
            self._ask_passphrase(then)
        else:
            then()

    def unlock(self) -> None:
        """Unlock the store, offer a choice if there is none, or show the one that is open."""
        host, store = self._screen.host, self._screen.store
        if store is not None and store.locked and store.kind == "vault":
            self._ask_passphrase(lambda: host.say("The sealed vault is open."))
        elif store is not None and not store.persistent:
            set_up_storage(host, "", "Credentials are now kept in memory.", lambda found: None)
        elif store is not None and store.ready:
            self._tell_of(store)
        elif self._unlocking:
            host.say("It is already being unlocked.")
        else:
            if store is not None and store.locked and NO_SCREEN not in store.hint:
                name = named_store(store.name)
                host.say(OPENING.format(name[0].upper() + name[1:]))
            self._unlocking = True
            in_background(self._screen, lambda: unlock(host.adapters()), self._unlocked, self._not_unlocked)

    def _tell_of(self, store: StoreState) -> None:
        def show(vault: VaultStatus | None) -> None:
            self._screen.host.push_screen(CurrentStoreScreen(store, vault), answered)

        def answered(task: keymap.StoreTask | None) -> None:
            if task == "lock":
                self._lock()
            elif task == "passphrase":
                self._change_passphrase()
            elif task == "move":
                self.move("keychain" if store.kind == "vault" else "vault")

        if store.kind == "vault":
            self._ask_with_vault(show)
        else:
            show(None)

    def _with_vault(self, then: Callable[[VaultStatus], Any]) -> None:
        host = self._screen.host
        in_background(self._screen, lambda: vault_op.status(host.adapters()), then, host.say_error)

    def _ask_with_vault(self, then: Callable[[VaultStatus], Any]) -> None:
        """The same, for what opens a dialog."""
        host = self._screen.host
        self._lookup.run(lambda: vault_op.status(host.adapters()), then, host.say_error)

    def _change_passphrase(self) -> None:
        host = self._screen.host

        def change(passphrase: Secret) -> None:
            vault_op.change_passphrase(host.adapters(), passphrase)

        host.push_screen(NewPassphraseScreen(change), lambda done: host.say(CHANGED) if done else None)

    def move(self, to: StoreKind) -> None:
        """Move all credentials, after asking, and show the receipt. Opens or creates the vault if needed."""
        place, source = PLACES[to], PLACES["keychain" if to == "vault" else "vault"]
        host = self._screen.host

        def agreed(yes: bool | None) -> None:
            if yes:
                self._with_vault(lambda vault: self._move_with(vault, to))

        question = MOVE.format(place, source, place)
        host.push_screen(ConfirmScreen("Move all credentials", f"to the {place}", question, "Move"), agreed)

    def _ask_passphrase(self, then: Callable[[], Any]) -> None:
        host = self._screen.host

        def open_it(passphrase: Secret) -> None:
            vault_op.unlock(host.adapters(), passphrase)

        def opened(answer: object) -> None:
            self._screen.look_again()
            if answer:
                then()

        def ask(vault: VaultStatus) -> None:
            if vault.has_key:
                host.push_screen(UnlockScreen(open_it), opened)
            else:  # a passphrase would not help
                host.say(f"{vault.state.reason} {vault.state.hint}", severity="error")

        self._ask_with_vault(ask)

    def _unlocked(self, _: None) -> None:
        self._unlocking = False
        store = self._screen.store
        name = named_store(store.name) if store else "it"
        self._screen.host.say(f"{name[0].upper()}{name[1:]} is open.")
        self._screen.look_again()

    def _not_unlocked(self, error: Exception) -> None:
        self._unlocking = False
        self._screen.look_again()
        if isinstance(error, StoreAbsent):
            set_up_storage(self._screen.host, "", str(error), lambda found: None)
        elif isinstance(error, StoreLocked) and NO_SCREEN in error.hint:
            why = f"{error} {error.hint.partition('. ')[0]}."
            set_up_storage(self._screen.host, "", why, lambda found: None)
        else:
            self._screen.host.say(error_text(error), severity="error")

    def _lock(self) -> None:
        host = self._screen.host

        def lock() -> VaultStatus:
            vault_op.lock(host.adapters())
            return vault_op.status(host.adapters())

        def locked(vault: VaultStatus) -> None:
            self._screen.look_again()
            if not vault.state.locked:
                host.say(STAYS_OPEN, severity="warning")

        in_background(self._screen, lock, locked, host.say_error)

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
            head = "Moved" if receipt.ok else "Not everything was done"
            if receipt.ok and not progress.is_open:  # the user is doing something else
                host.say(f"All credentials are in the {PLACES[to]}.")
                return
            progress.close_by_itself()
            host.push_screen(ReceiptScreen(title(head, f"to the {PLACES[to]}"), [("", receipt)]))

        def failed(error: Exception) -> None:
            self._screen.look_again()
            progress.close_by_itself()
            host.say_error(error)

        host.push_screen(progress)
        in_background(self._screen, lambda: move(host.adapters(), to, on_line=one), done, failed)

    def _tidied(self, receipts: tuple[Receipt, Receipt]) -> None:
        lines = [line for receipt in receipts for line in receipt.lines]
        if not lines:
            return
        self._screen.look()
        put_right, found = (sum(line.outcome == "done" for line in each.lines) for each in receipts)
        bad = [f"{line.what}: {line.detail}" for line in lines if line.outcome == "failed"]
        words: list[str] = []
        if put_right:
            words.append(f"Repaired {put_right} unfinished credential{'s' if put_right > 1 else ''}.")
        if found:
            words.append(
                f"Rebuilt {found} lost record{'s' if found > 1 else ''} from the stored credentials."
            )
        severity = "error" if bad else "information"
        self._screen.host.say(" ".join([*words, *bad]), severity=severity, stays=True)

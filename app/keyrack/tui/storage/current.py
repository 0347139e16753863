"""A dialog about the open store: what it is, where it is, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from keyrack.domain.storage import StoreState
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.entry import Entry
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import named_store, say, short_path, title
from keyrack.wording.tones import Tone

if TYPE_CHECKING:
    from keyrack.operations.storage.vault import VaultStatus

LOCK = "Lock it ({})", "its passphrase unlocks it again"
PASSPHRASE = "Change its passphrase ({})", "asks for the new one twice; the vault's contents stay the same"
TO_KEYCHAIN = (
    "Move all credentials to the keychain ({})",
    "copies, verifies, then deletes them from the vault",
)
TO_VAULT = (
    "Move all credentials to a sealed vault ({})",
    "one encrypted file with a passphrase; copies, verifies, then deletes them from the keychain",
)


class CurrentStoreScreen(Dialog[keymap.StoreTask]):
    """The result is the chosen action, or None. `vault` is the vault, if that is in use."""

    BINDINGS: ClassVar = [*keymap.IN_USE]
    GUARDED: ClassVar = True

    def __init__(self, store: StoreState, vault: VaultStatus | None) -> None:
        super().__init__()
        self._store, self._vault = store, vault
        if vault is None:
            self._tasks: dict[keymap.StoreTask, tuple[str, str]] = {"move": TO_VAULT}
        elif vault.has_own_key:  # nothing that a passphrase or a lock would change
            self._tasks = {"move": TO_KEYCHAIN}
        else:
            self._tasks = {"lock": LOCK, "passphrase": PASSPHRASE, "move": TO_KEYCHAIN}

    def compose(self) -> ComposeResult:
        bindings = {binding.id: binding for binding in keymap.IN_USE}
        offered = [(bindings[f"in-use-{task}"], words) for task, words in self._tasks.items()]
        with Box(title("Where credentials are stored")):
            yield Static(say(f"They are in {named_store(self._store.name)}, which is unlocked."))
            for line in self._where():
                yield Static(say(line, Tone.DIM))
            for binding, (name, meaning) in offered:
                head = say(name.format(keymap.shown(binding)), Tone.STRONG)
                yield Static(Entry(head, say(meaning, Tone.DIM)), classes="gap")
            yield KeyLine([*(binding for binding, _ in offered), bindings["in-use-close"]])

    def _where(self) -> list[str]:
        vault = self._vault
        if vault is None:
            return [f"keyring uses the backend {self._store.backend}."] if self._store.backend else []
        key = short_path(vault.key_path) or "in the environment"
        return [f"File  {short_path(vault.path)}", f"Key   {key}"]

    def action_do(self, task: keymap.StoreTask) -> None:
        if task in self._tasks:
            self.dismiss(task)

"""The sealed vault's passphrase: of a new vault, typed twice, or of the one that is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.domain.secret import Secret
from keyrack.tui import keymap
from keyrack.tui.present import Tone, error_text, say, title
from keyrack.tui.screens.dialog import Box, Dialog
from keyrack.tui.widgets.key_line import KeyLine
from keyrack.tui.widgets.secret_input import SecretInput
from keyrack.tui.work import in_background

EMPTY, DIFFERENT = "Nothing is typed.", "These are two different passphrases."


class PassphraseScreen(Dialog[Any]):
    """Does `work(passphrase)` in the background, which takes a second or two, and answers with a tuple of
    what came of it; with nothing after escape. What fails is said here, and another can be typed."""

    CSS_PATH: ClassVar = ["box.tcss", "token.tcss", "passphrase.tcss"]
    AUTO_FOCUS = "SecretInput"
    KEYS: ClassVar[list[Binding]] = []
    DOING = ""

    def __init__(self, work: Callable[[Secret], Any]) -> None:
        super().__init__()
        self._work = work
        self._busy = False

    def passphrase(self) -> Secret:
        """What was typed. Raises UsageError."""
        [field] = self.query(SecretInput)
        if not field.secret:
            raise UsageError(EMPTY)
        return field.secret

    def on_mount(self) -> None:
        self.query_one("#said").display = False

    def action_save(self) -> None:
        if self._busy:
            return
        try:
            passphrase = self.passphrase()
        except KeyrackError as error:
            self._failed(error)
            return
        self._busy = True
        self._say(say(self.DOING, Tone.BUSY))
        in_background(self, lambda: self._work(passphrase), self._done, self._failed)

    def action_close(self) -> None:
        if not self._busy:  # what was begun is seen to its end, which is near
            self._wipe()
            self.dismiss(None)

    def _done(self, result: Any) -> None:
        self._wipe()
        self.dismiss((result,))

    def _failed(self, error: Exception) -> None:
        if self._busy:
            self._wipe()
        self._busy = False
        self._say(say(error_text(error), Tone.BAD))
        self.query(SecretInput).first().focus()

    def _wipe(self) -> None:
        for field in self.query(SecretInput):
            field.wipe()

    def _say(self, words: Content) -> None:
        said = self.query_one("#said", Static)
        said.display = True
        said.update(words)


class NewVaultScreen(PassphraseScreen):
    BINDINGS: ClassVar = [*keymap.VAULT_INIT]
    DOING = "Making the vault…"

    def compose(self) -> ComposeResult:
        with Box(title("New sealed vault"), classes="form passphrase"):
            yield Static(say("One file, encrypted in the age format, holds every credential."))
            yield Static(say("Keep the passphrase: nobody can open the vault without it.", Tone.DIM))
            with Horizontal(classes="field"):
                yield Static("Passphrase", classes="label")
                yield SecretInput("long, and easy for you to remember", id="first")
            with Horizontal(classes="field"):
                yield Static("Again", classes="label")
                yield SecretInput("the same", id="second")
            yield Static("", id="said")
            yield KeyLine(binding for binding in reversed(keymap.VAULT_INIT) if binding.id)

    def passphrase(self) -> Secret:
        first, second = (self.query_one(name, SecretInput).secret for name in ("#first", "#second"))
        if not first:
            raise UsageError(EMPTY)
        if first != second:
            raise UsageError(DIFFERENT)
        return first

    def action_next(self) -> None:
        """Enter: on to the second field, and from there on."""
        if self.query_one("#first").has_focus:
            self.set_focus(self.query_one("#second"))
        else:
            self.action_save()


class UnlockScreen(PassphraseScreen):
    BINDINGS: ClassVar = [*keymap.VAULT_UNLOCK]
    DOING = "Opening…"

    def compose(self) -> ComposeResult:
        with Box(title("Unlock the sealed vault"), classes="form passphrase"):
            with Horizontal(classes="field close-by"):
                yield Static("Passphrase", classes="label")
                yield SecretInput("stays hidden", id="first")
            yield Static("", id="said")
            yield KeyLine(reversed(keymap.VAULT_UNLOCK))

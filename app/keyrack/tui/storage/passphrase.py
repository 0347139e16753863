"""Asks for the sealed vault's passphrase: to open it, or a new one, typed twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from keyrack.domain.secret import Secret
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.keyed import IN_LIST
from keyrack.tui.kit.present import error_text, say, title
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.kit.styles import BOX, FORM
from keyrack.wording.tones import Tone

EMPTY, AGAIN, DIFFERENT = "Nothing is entered.", "Enter it again.", "The two passphrases are different."
LONG = 12  # characters; a passphrase with fewer is called short
SHORT = "That is short: anyone who gets the file could guess it. Press enter again to use it anyway."


class PassphraseScreen(Dialog[Any]):
    """Runs `work(passphrase)` in the background, which takes a second or two.

    The screen's result is a tuple of what `work` returned, or None after escape. An error is shown here, and
    the user can try again.
    """

    CSS_PATH: ClassVar = [BOX, FORM, "passphrase.tcss"]
    AUTO_FOCUS = "SecretInput"
    DOING = TIP = ""

    def __init__(self, work: Callable[[Secret], Any]) -> None:
        super().__init__()
        self._work = work
        self._busy = False

    def passphrase(self) -> Secret | None:
        """What was typed; None, after showing why, if it can't be used."""
        field = self.field("#first")
        if not field.secret:
            self.refuse(EMPTY, field)
        return field.secret or None

    def field(self, name: str) -> SecretInput:
        return self.query_one(name, SecretInput)

    def said(self) -> Static:
        """The line for the tip, or for a message in its place. It reserves the space for both."""
        return Static(say(self.TIP, Tone.DIM), id="said")

    def refuse(self, words: str, field: SecretInput) -> None:
        self._say(say(words, Tone.BAD))
        field.focus()

    def action_save(self) -> None:
        if self._busy or (passphrase := self.passphrase()) is None:
            return
        self._busy = True
        self._say(say(self.DOING, Tone.BUSY))
        in_background(self, lambda: self._work(passphrase), self._done, self._failed)

    def action_close(self) -> None:
        if not self._busy:  # running work is not interrupted, and ends soon
            self.wipe()
            self.dismiss(None)

    @on(SecretInput.Changed)
    def _corrected(self) -> None:
        if not self._busy:
            self._say(say(self.TIP, Tone.DIM))

    def _done(self, result: Any) -> None:
        self.wipe()
        self.dismiss((result,))

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self.wipe()
        self.refuse(error_text(error, IN_LIST), self.field("#first"))

    def wipe(self, *fields: SecretInput) -> None:
        """Clear these fields, or all of them, without counting it as the user's correction."""
        for field in fields or self.query(SecretInput):
            with field.prevent(SecretInput.Changed):
                field.wipe()

    def _say(self, words: Content) -> None:
        self.query_one("#said", Static).update(words)


class NewPassphraseScreen(PassphraseScreen):
    """Asks for a new passphrase twice. A short one is accepted on the second enter."""

    BINDINGS: ClassVar = [*keymap.VAULT_PASSPHRASE]
    KEYS: ClassVar = keymap.VAULT_PASSPHRASE
    HEAD = "New passphrase"
    ABOUT = "It replaces the old passphrase of the sealed vault."
    TIP = "A copy of the old identity.age still opens with the old passphrase."
    DOING = "Changing the passphrase…"

    def __init__(self, work: Callable[[Secret], Any]) -> None:
        super().__init__(work)
        self._warned_of = Secret("")

    def compose(self) -> ComposeResult:
        with Box(title(self.HEAD), classes="form passphrase"):
            yield Static(say(self.ABOUT))
            for label, placeholder, name in (
                ("Passphrase", "long, and easy for you to remember", "first"),
                ("Again", "the same again", "second"),
            ):
                with Horizontal(classes="field"):
                    yield Static(label, classes="label")
                    yield SecretInput(placeholder, id=name)
            yield self.said()
            yield KeyLine(binding for binding in reversed(self.KEYS) if binding.id)

    def passphrase(self) -> Secret | None:
        first, second = self.field("#first"), self.field("#second")
        if not first.secret:
            self.refuse(EMPTY, first)
        elif self._is_short():
            pass
        elif not second.secret:
            self.refuse(AGAIN, second)
        elif first.secret != second.secret:
            self.wipe(second)
            self.refuse(DIFFERENT, second)
        else:
            return first.secret
        return None

    def action_next(self) -> None:
        """Handle enter: move to the second field, or save from there."""
        first = self.field("#first")
        if not first.has_focus or not first.secret:
            self.action_save()
        elif not self._is_short():
            self._corrected()
            self.set_focus(self.field("#second"))

    def wipe(self, *fields: SecretInput) -> None:
        super().wipe(*fields)
        if not self.field("#first").secret:
            self._warned_of = Secret("")

    def _is_short(self) -> bool:
        """Warn about a short passphrase, but only once for the same one."""
        typed = self.field("#first").secret
        if len(typed) >= LONG or typed == self._warned_of:
            return False
        self._warned_of = typed
        self._say(say(SHORT, Tone.WARN))
        return True


class NewVaultScreen(NewPassphraseScreen):
    BINDINGS: ClassVar = [*keymap.VAULT_NEW]
    KEYS: ClassVar = keymap.VAULT_INIT
    HEAD = "New sealed vault"
    ABOUT = "One file, encrypted in the age format, holds all credentials."
    TIP = "Don't lose the passphrase: nobody can open the vault without it."
    DOING = "Creating the vault…"


class UnlockScreen(PassphraseScreen):
    BINDINGS: ClassVar = [*keymap.VAULT_UNLOCK]
    TIP = "Locks after 15 minutes unused (by default)."
    DOING = "Opening…"

    def compose(self) -> ComposeResult:
        with Box(title("Unlock the sealed vault"), classes="form passphrase"):
            with Horizontal(classes="field close-by"):
                yield Static("Passphrase", classes="label")
                yield SecretInput("stays hidden", id="first")
            yield self.said()
            yield KeyLine(reversed(keymap.VAULT_UNLOCK))

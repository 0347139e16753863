"""A dialog with the choices on a machine without a keychain."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.entry import Entry
from keyrack.tui.kit.present import say, title
from keyrack.wording.tones import Tone

WAYS = (
    ("Sealed vault (v)", "one encrypted file (age format) with a passphrase"),
    ("In memory (m)", "until keyrack exits; nothing is saved"),
)


class WaysScreen(Dialog[keymap.Way]):
    """The result is the choice, or None."""

    BINDINGS: ClassVar = [*keymap.WAYS]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#no"

    def __init__(self, about: str, why: str) -> None:
        super().__init__()
        self._about, self._why = about, why

    def compose(self) -> ComposeResult:
        with Box(title("Where to store credentials", *([self._about] if self._about else []))):
            yield Static(say(self._why))
            for name, meaning in WAYS:
                yield Static(Entry(say(name, Tone.STRONG), say(meaning, Tone.DIM)), classes="gap")
            with Horizontal(classes="buttons"):  # shorter names, so that they fit on 60 columns
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content("Memory (m)"), id="memory", compact=True)
                yield Button(Content("Vault (v)"), id="vault", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer("" if event.button.id == "no" else event.button.id or "")

    def action_answer(self, way: str) -> None:
        self.dismiss("vault" if way == "vault" else "memory" if way == "memory" else None)

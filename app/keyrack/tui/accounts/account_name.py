"""A dialog for the name of another account of a server."""

from __future__ import annotations

from collections.abc import Container
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from keyrack.domain.account import account_name
from keyrack.domain.errors import KeyrackError, UsageError
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.keyed import IN_LIST
from keyrack.tui.kit.present import error_text, say, title
from keyrack.tui.kit.styles import BOX, FORM
from keyrack.wording.tones import Tone


class AccountNameScreen(Dialog[str]):
    """The result is a name that no account of the server has yet."""

    CSS_PATH: ClassVar = [BOX, FORM]
    BINDINGS: ClassVar = [*keymap.ACCOUNT_NAME]
    AUTO_FOCUS = "#name"

    def __init__(self, server: str, taken: Container[str]) -> None:
        super().__init__()
        self._server, self._taken = server, taken

    def compose(self) -> ComposeResult:
        with Box(title("New account", self._server), classes="form"):
            with Horizontal(classes="field close-by"):
                yield Static("Name", classes="label")
                yield Input(placeholder="work", id="name", compact=True)
            yield Static(say("Choose any name. The login starts next.", Tone.DIM), classes="gap")
            yield Static("", id="said")
            yield KeyLine(reversed(keymap.ACCOUNT_NAME))

    def on_mount(self) -> None:
        self.query_one("#said").display = False

    @on(Input.Submitted)
    def action_save(self) -> None:
        try:
            name = account_name(self.query_one("#name", Input).value)
            if name in self._taken:
                raise UsageError("There is already an account with that name.")
        except KeyrackError as error:
            said = self.query_one("#said", Static)
            said.display = True
            said.update(say(error_text(error, IN_LIST), Tone.BAD))
        else:
            self.dismiss(name)

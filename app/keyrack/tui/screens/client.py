"""A client that the user registered at the authorization server, for one that registers none by itself."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from keyrack.domain.errors import UsageError
from keyrack.domain.model import Server
from keyrack.domain.secret import Secret
from keyrack.domain.status import Action, command_for
from keyrack.tui import keymap
from keyrack.tui.client_form import typed_client_id
from keyrack.tui.present import Tone, error_text, say, title
from keyrack.tui.screens.dialog import Box, Dialog
from keyrack.tui.widgets.key_line import KeyLine
from keyrack.tui.widgets.secret_input import SecretInput

KEPT = "Both are kept in the keychain with the login."


class OwnClient(NamedTuple):
    client_id: str
    secret: Secret | None  # None: a public client


class ClientScreen(Dialog[OwnClient]):
    """Answers with the client to log in with, or nothing."""

    CSS_PATH: ClassVar = ["box.tcss", "token.tcss"]
    BINDINGS: ClassVar = [*keymap.CLIENT]
    AUTO_FOCUS = "#client-id"

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def compose(self) -> ComposeResult:
        with Box(title("Client id", self._server.name), classes="form"):
            with Horizontal(classes="field close-by"):
                yield Static("Client id", classes="label")
                yield Input(placeholder="as the authorization server shows it", id="client-id", compact=True)
            with Horizontal(classes="field"):
                yield Static("Secret", classes="label")
                yield SecretInput("empty for a public client", id="client-secret")
            yield Static(say(KEPT), classes="gap")
            yield Static(say(f"With a private key: {self._with_key()}", Tone.DIM))
            yield Static("", id="said")
            yield KeyLine([keymap.CLIENT[1], keymap.CLIENT[0]])

    def _with_key(self) -> str:
        command = command_for(Action.LOGIN, self._server) or ""
        return command.replace("login", "login --client-id ID --client-key-stdin", 1) + " < key.pem"

    def on_mount(self) -> None:
        self.query_one("#said").display = False

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_save(self) -> None:
        try:
            client_id = typed_client_id(self.query_one("#client-id", Input).value)
        except UsageError as error:
            said = self.query_one("#said", Static)
            said.display = True
            said.update(say(error_text(error), Tone.BAD))
            return
        secret = Secret(self.query_one(SecretInput).secret.reveal().strip())
        self.query_one(SecretInput).wipe()
        self.dismiss(OwnClient(client_id, secret or None))

    def action_close(self) -> None:
        self.query_one(SecretInput).wipe()
        self.dismiss(None)

"""A form for a client that the user registered, for issuers without dynamic registration."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from keyrack.domain.errors import BadUrl, UsageError
from keyrack.domain.model import Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.redirect import Redirect
from keyrack.domain.secret import Secret
from keyrack.operations.login.options import LoginOptions
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.keyed import IN_LIST
from keyrack.tui.kit.present import error_text, say, title
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.kit.styles import BOX, FORM
from keyrack.tui.login.client_form import typed_client_id, typed_redirect_uri
from keyrack.wording.commands import command_line
from keyrack.wording.tones import Tone

KEPT = "They are stored in the keychain with the login."


class OwnClient(NamedTuple):
    client_id: str
    secret: Secret | None  # None: a public client
    redirect: Redirect | None = None  # None: the issuer takes any port of this machine

    def used_in(self, options: LoginOptions) -> LoginOptions:
        """The options of a login as this client."""
        host, port, path = self.redirect or (None, None, None)
        return options._replace(
            client_id=self.client_id,
            client_secret=self.secret,
            callback_port=port,
            redirect_host=host,
            callback_path=path,
        )


class ClientScreen(Dialog[OwnClient]):
    """The result is the client to log in with, or None."""

    CSS_PATH: ClassVar = [BOX, FORM]
    BINDINGS: ClassVar = [*keymap.CLIENT]
    AUTO_FOCUS = "#client-id"

    def __init__(self, server: Server, redirect_uri: str = "") -> None:
        """`redirect_uri` is the one that the app is to be registered with, where that was said."""
        super().__init__()
        self._server = server
        self._redirect_uri = redirect_uri

    def compose(self) -> ComposeResult:
        with Box(title("Client ID", self._server.name), classes="form client"):
            with Horizontal(classes="field close-by"):
                yield Static("Client ID", classes="label")
                yield Input(placeholder="as shown by the authorization server", id="client-id", compact=True)
            with Horizontal(classes="field"):
                yield Static("Secret", classes="label")
                yield SecretInput("empty for a public client", id="client-secret")
            with Horizontal(classes="field"):
                yield Static("Redirect URI", classes="label")
                yield Input(
                    self._redirect_uri, placeholder="as it was registered", id="redirect-uri", compact=True
                )
            yield Static(say(KEPT), classes="gap")
            yield Static(say(f"With a private key, run: {self._with_key()}", Tone.DIM))
            yield Static("", id="said")
            yield KeyLine([keymap.CLIENT[1], keymap.CLIENT[0]])

    def _with_key(self) -> str:
        command = command_line("login", self._server, "--client-id", "ID", "--client-key-stdin")
        return f"{command} < key.pem"

    def on_mount(self) -> None:
        self.query_one("#said").display = False

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "redirect-uri":
            self.action_save()
        else:
            self.focus_next()

    def action_save(self) -> None:
        try:
            client_id = typed_client_id(self.query_one("#client-id", Input).value)
            redirect = typed_redirect_uri(self.query_one("#redirect-uri", Input).value)
        except (UsageError, BadUrl) as error:
            said = self.query_one("#said", Static)
            said.display = True
            said.update(say(error_text(error, IN_LIST), Tone.BAD))
            return
        secret = Secret(self.query_one(SecretInput).secret.reveal().strip())
        self.query_one(SecretInput).wipe()
        self.dismiss(OwnClient(client_id, secret or None, redirect))

    def action_close(self) -> None:
        self.query_one(SecretInput).wipe()
        self.dismiss(None)

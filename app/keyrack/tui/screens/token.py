"""A token that a person made by hand: what it is, where to make it, and whether it works."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from keyrack.cards import load
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server
from keyrack.domain.secret import Secret
from keyrack.operations import set_token as set_token_op
from keyrack.operations.pasted import clean
from keyrack.operations.set_token import TokenSaved, Typed
from keyrack.tui import keymap
from keyrack.tui.present import Tone, error_text, join, say, title
from keyrack.tui.screens.dialog import Box, Dialog
from keyrack.tui.token_form import DEFAULT_HEADER, PLACE, header_text, parse_header, typed_expiry
from keyrack.tui.widgets.choice import Tick
from keyrack.tui.widgets.key_line import KeyLine
from keyrack.tui.widgets.secret_input import SecretInput
from keyrack.tui.work import in_background


class TokenScreen(Dialog[bool]):
    """Answers True when a token was stored."""

    CSS_PATH: ClassVar = ["box.tcss", "token.tcss"]
    BINDINGS: ClassVar = [*keymap.TOKEN, keymap.TOKEN_PAGE]
    AUTO_FOCUS = "#token"

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        card = load.card_for(server.url) if server.url else None
        self._card = card if card is not None and card.takes_token else None
        self._saving = False

    def compose(self) -> ComposeResult:
        card = self._card
        with Box(title("Token", self._server.name), classes="form"):
            if card is not None:
                yield Static(join(say(card.name, Tone.STRONG), say(f" · {card.token_name}")))
                yield Static(say(" → ".join(card.steps), Tone.DIM))
                if card.page:
                    yield Static(say(card.page.removeprefix("https://")), id="page")
            else:
                yield Static(
                    say(f"For {self._server.url}. Make the token on the service's own page.", Tone.DIM)
                )
            with Horizontal(classes="field gap"):
                yield Static("Token", classes="label")
                yield SecretInput("paste it here; it stays hidden", id="token")
            yield Static("", id="looks")
            with Horizontal(classes="field close-by"):
                yield Static("Header", classes="label")
                yield Input(
                    self._header(),
                    id="header",
                    compact=True,
                    select_on_focus=False,
                )
            with Horizontal(classes="field"):
                yield Static("Expires", classes="label")
                yield Input(
                    placeholder="not known; or a date (2027-01-31), or 90d", id="expires", compact=True
                )
            yield Tick("Try it on the server before saving", value=True, id="try")
            yield Static("", id="said")
            yield KeyLine([*([keymap.TOKEN_PAGE] if card and card.page else []), *reversed(keymap.TOKEN)])

    def _header(self) -> str:
        """The card's header, unless it is made of more than the token."""
        card = self._card
        return header_text(card.header, card.template) if card and PLACE in card.template else DEFAULT_HEADER

    def on_mount(self) -> None:
        self.query_one("#said").display = False

    @on(SecretInput.Changed)
    def _typed(self) -> None:
        self.query_one("#looks", Static).update(self._looks(self.query_one(SecretInput).secret))

    def _looks(self, secret: Secret) -> Content:
        """Its length, and whether it begins like this service's tokens. Says nothing of the rest."""
        if not secret:
            return Content("")
        count = say(f"{len(secret)} characters", Tone.DIM)
        prefixes = self._card.prefixes if self._card else ()
        if not prefixes:
            return count
        if secret.reveal().startswith(tuple(prefixes)):
            return join(count, say(" · looks right", Tone.GOOD))
        return join(count, say(f" · does not begin with {' or '.join(prefixes)}", Tone.WARN))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_open_page(self) -> None:
        if self._card is None or not self._card.page:
            return
        parts, page = self.host.parts, self._card.page

        def opened(done: bool) -> None:
            if not done:
                self.host.say(f"No browser could be opened. The page is {page}", severity="warning")

        in_background(self, lambda: parts().browse(page), opened, self.host.say_error)

    def action_save(self) -> None:
        if self._saving:
            return
        try:
            token = clean(self.query_one(SecretInput).secret.reveal())
            header, template = parse_header(self.query_one("#header", Input).value)
            expires_at = typed_expiry(self.query_one("#expires", Input).value, self.host.now())
        except KeyrackError as error:
            self._say(say(error_text(error), Tone.BAD))
            return
        try_it = self.query_one("#try", Tick).value
        parts, server = self.host.parts, self._server
        self._saving = True
        self._say(say("Trying it on the server…" if try_it else "Saving…", Tone.BUSY))
        # The app's side: it may be stored after esc, and the list must know.
        in_background(
            self.app,
            lambda: set_token_op.set_token(
                parts(), server, Typed({"token": token}, header, template, expires_at), try_it=try_it
            ),
            self._saved,
            self._failed,
        )

    def _saved(self, saved: TokenSaved) -> None:
        if not self.is_attached:
            self.host.look_again()
            return
        self.query_one(SecretInput).wipe()
        self.dismiss(True)

    def _failed(self, error: Exception) -> None:
        self._saving = False
        if self.is_attached:
            self._say(say(error_text(error), Tone.BAD))
        else:
            self.host.say_error(error)

    def action_close(self) -> None:
        self.query_one(SecretInput).wipe()
        self.dismiss(False)

    def _say(self, words: Content) -> None:
        said = self.query_one("#said", Static)
        said.display = True
        said.update(words)

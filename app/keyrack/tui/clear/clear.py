"""The dialog that asks whether to clear or revoke a credential."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.domain.errors import BadUrl
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import origin
from keyrack.domain.service import Service
from keyrack.operations.clearing.revoking import lives_on
from keyrack.operations.ports import by_client
from keyrack.operations.servers.overview import Row
from keyrack.operations.tokens.service import revoke_words, service_for
from keyrack.tui.kit import keymap
from keyrack.tui.kit.choice import Pick, Tick, pick_on
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.link import Link
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.kit.reading import ReadingDialog
from keyrack.tui.token.pages import open_page
from keyrack.wording.tones import Tone

REVOKE, KEEP = 0, 1  # the two lines


class Clearing(NamedTuple):
    """The user's choice."""

    revoke: bool
    forget: bool


class ClearScreen(ReadingDialog[Clearing]):
    """Asks how to clear. The result is None if the user cancels."""

    BINDINGS: ClassVar = [*keymap.CLEAR_ONE]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#no"

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row
        self._issuer = issuer_of(row)
        self._service: Service | None = None  # of a token made by hand: what is known of its service
        self._revoke_words: str | None = None
        self._page = ""
        self._can_pick = False

    def read(self) -> tuple[Service | None, str | None]:
        if self._issuer is not None:  # all there is to know is in the row
            return None, None
        adapters, row = self.host.adapters(), self._row
        return service_for(adapters, row.server.url), revoke_words(adapters, row.server, row.credential)

    def take(self, found: tuple[Service | None, str | None] | None) -> None:
        self._service, self._revoke_words = found or (None, None)

    def waiting(self) -> ComposeResult:
        with Box(title(f"Clear credential for {self._row.server.display_name}?")):
            yield Static(say("Looking up the service…", Tone.DIM))

    def content(self) -> ComposeResult:
        row = self._row
        with Box(title(f"Clear credential for {row.server.display_name}?")):
            if self._issuer is not None:
                yield self._pick(self._issuer, REVOKE)
                if row.credential is not None and row.credential.client_kind == "dynamic":
                    yield Tick("Also delete the registration at the issuer", id="forget")
            else:
                yield from self._by_hand()
            if (others := self._others()) is not None:
                yield Static(others, classes="gap")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content("Clear (y)"), id="yes", compact=True, classes="danger")
            if self._can_pick:
                yield KeyLine(keymap.CLEAR)

    def _by_hand(self) -> ComposeResult:
        """Of a token made by hand only what its service can do is promised."""
        if self._row.server.secrets:
            yield Static(say("Its secrets are only deleted here. They still work where they are used."))
            return
        service, words = self._service, self._revoke_words
        if words is not None and service is not None and service.revoke is not None:
            yield self._pick(service.name, KEEP, service)
            yield Static(join(say("! ", Tone.WARN), say(words)), classes="gap")
            return
        yield Static(say(f"It is only deleted here. The token {self._lives_on(service)}."))
        if words is not None:
            yield Static(say(words))
        if service is not None and service.page:
            self._page = service.page
            yield Link(join(say("[o]", Tone.KEY), say(" Open that page", Tone.DIM)), "open_page")

    def _pick(self, where: str, value: int, service: Service | None = None) -> Pick:
        self._can_pick = True
        keep = f"Only delete it here; the token {self._lives_on(service)}"
        return Pick((f"Revoke it at {where}, then delete it here", keep), value=value)

    def _lives_on(self, service: Service | None = None) -> str:
        credential = self._row.credential
        if credential is None:
            return "works until it expires"
        if service is not None and service.never_expires and credential.expires_at is None:
            return "works until it is revoked"
        return lives_on(credential, self.host.now())

    def action_pick(self, step: int) -> None:
        pick_on(self, step)

    def action_open_page(self) -> None:
        if self._page:
            open_page(self, self._page)

    def _others(self) -> Content | None:
        names = [name for name in by_client(self._row.server.sources) if name != "keyrack"]
        if not names:
            return None
        one = len(names) == 1
        listed = names[0] if one else f"{', '.join(names[:-1])} and {names[-1]}"
        return say(f"{listed} may keep {'its own copy' if one else 'their own copies'}.", Tone.DIM)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        if not agreed:
            self.dismiss(None)
            return
        if self.reading:
            return
        picks = self.query(Pick)
        self.dismiss(
            Clearing(
                revoke=bool(picks) and picks.first().value == REVOKE,
                forget=any(tick.value for tick in self.query(Tick)),
            )
        )


def issuer_of(row: Row) -> str | None:
    """The host of a login's issuer; None for a token made by hand."""
    credential = row.credential
    if credential is None or credential.kind != "oauth" or not credential.issuer:
        return None
    try:
        return origin(credential.issuer).partition("://")[2]
    except BadUrl:
        return credential.issuer

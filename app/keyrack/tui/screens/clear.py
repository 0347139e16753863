"""Clear or revoke: what is to be done, and the last chance not to."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.domain.errors import BadUrl
from keyrack.domain.resource import host
from keyrack.operations.overview import Row
from keyrack.operations.parts import by_client
from keyrack.tui import keymap
from keyrack.tui.present import Tone, say, title
from keyrack.tui.screens.dialog import Box, Dialog
from keyrack.tui.widgets.choice import Pick, Tick

REVOKE = 0  # the first of the two lines


class Clearing(NamedTuple):
    """What the user wants done."""

    revoke: bool
    forget: bool


class ClearScreen(Dialog[Clearing]):
    """Asks how to clear; answers with nothing where nothing is to be done."""

    BINDINGS: ClassVar = [*keymap.ASK]
    AUTO_FOCUS = "#no"

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row

    def compose(self) -> ComposeResult:
        row = self._row
        with Box(title(f"Clear credential for {row.server.name}?")):
            if (issuer := self._issuer()) is not None:
                yield Pick(
                    (
                        f"Revoke at {issuer}, then delete here",
                        "Delete here only; the token works until it expires",
                    )
                )
                yield Tick("Forget the client registration too", id="forget")
            else:
                yield Static(say("Delete it here. The service that made the token still takes it."))
            if (others := self._others()) is not None:
                yield Static(others, classes="gap")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content("Clear (y)"), id="yes", compact=True, classes="danger")

    def _issuer(self) -> str | None:
        credential = self._row.credential
        if credential is None or credential.kind != "oauth" or not credential.issuer:
            return None
        try:
            return host(credential.issuer)
        except BadUrl:
            return credential.issuer

    def _others(self) -> Content | None:
        names = [name for name in by_client(self._row.server.sources) if name != "keyrack"]
        if not names:
            return None
        one = len(names) == 1
        listed = names[0] if one else f"{', '.join(names[:-1])} and {names[-1]}"
        return say(f"{listed} may keep {'a copy of its own' if one else 'copies of their own'}.", Tone.DIM)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        if not agreed:
            self.dismiss(None)
            return
        picks = self.query(Pick)
        self.dismiss(
            Clearing(
                revoke=bool(picks) and picks.first().value == REVOKE,
                forget=any(tick.value for tick in self.query(Tick)),
            )
        )

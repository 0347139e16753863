"""Shows the result of saving a token: who was asked, and their answers."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from keyrack.domain.model import Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.status import UNTESTED
from keyrack.operations.tokens.set_token import TokenSaved
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import join, named_store, outcome, say, title
from keyrack.tui.kit.styles import BOX, FORM
from keyrack.wording.times import relative, utc
from keyrack.wording.tones import Tone


class SavedToken(NamedTuple):
    """What became of a token, and what it was saved for."""

    saved: TokenSaved
    asked: bool  # the user wanted the service's own check
    never_expires: bool  # as the service says


class TokenSavedScreen(Dialog[None]):
    CSS_PATH: ClassVar = [BOX, FORM]
    BINDINGS: ClassVar = [*keymap.SAVED]

    def __init__(self, server: Server, what: SavedToken) -> None:
        super().__init__()
        self._server = server
        self._saved, self._asked, self._never = what

    def compose(self) -> ComposeResult:
        saved = self._saved
        with Box(title("Token", self._server.display_name), classes="form token"):
            yield Static(outcome("Saved", "done", f"in {named_store(saved.credential.store)}"))
            yield Static(self._tried())
            if self._asked:
                yield Static(self._told())
            for place, (label, words) in enumerate(self._facts()):
                with Horizontal(classes="fact gap" if place == 0 else "fact"):
                    yield Static(label, classes="label")
                    yield Static(words, classes="value")
            yield KeyLine(keymap.CLOSE)

    def _tried(self) -> Content:
        check = self._saved.check
        if check is None:
            return join(say("–  ", Tone.DIM), say("It was not tested on the server.", Tone.DIM))
        if check.verdict == "accepted":
            return outcome("Tested", "done", f"{self._server.name} accepts it.")
        if check.reason == UNTESTED:
            return join(say("!", Tone.WARN), "  ", say(UNTESTED))
        reason = check.reason or f"{self._server.name} did not say whether it accepts it."
        return join(say("!", Tone.WARN), "  ", say(f"Tested: {reason}"))

    def _told(self) -> Content:
        service = self._saved.service
        if service is None:
            return join(say("!", Tone.WARN), "  ", say("The service has no check for this kind of token."))
        if service.ok:
            return outcome("Service", "done", service.sentence)
        return join(say("!", Tone.WARN), "  ", say(f"Service: {service.sentence}"))

    def _facts(self) -> list[tuple[str, Content]]:
        credential = self._saved.credential
        facts = [("Account", say(credential.label))] if credential.label else []
        if credential.scopes:
            facts.append(("Scopes", say(", ".join(credential.scopes))))
        if credential.header not in ("", "Authorization"):
            facts.append(("Header", say(credential.header)))
        return [*facts, ("Expires", self._ends())]

    def _ends(self) -> Content:
        expires_at = self._saved.credential.expires_at
        if expires_at is None:
            return say("never" if self._never else "expiry unknown")
        day = (utc(expires_at) or "").partition("T")[0]
        when = f"in {relative(expires_at - self.host.now())}{f' ({day})' if day else ''}"
        return join(say(when), say(" · keyrack warns 7 days before", Tone.DIM))

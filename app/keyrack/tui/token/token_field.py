"""One field of a token: its name, what is typed, and a line about how that looks."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from keyrack.domain.secret import Secret
from keyrack.domain.service import Field, FormatHint, Service
from keyrack.tui.kit.present import join, say
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.token.token_form import judged, typed_field
from keyrack.wording.glyphs import FAILED, WARNING
from keyrack.wording.tones import Tone

_TONES = {"right": Tone.GOOD, "odd": Tone.WARN, "wrong": Tone.BAD, "unknown": Tone.DIM}
_SIGNS = {"odd": f"{WARNING} ", "wrong": f"{FAILED} "}


class TokenField(Vertical):
    """Hidden where the service calls it a secret. A hint never keeps a token from being saved."""

    def __init__(self, field: Field, service: Service | None) -> None:
        super().__init__()
        self.field, self._service = field, service

    def compose(self) -> ComposeResult:
        field = self.field
        with Horizontal(classes="field close-by"):
            yield Static(say(field.label, limit=40), classes="label")
            if field.secret:
                main = self._service is None or self._service.main_field == field.key
                yield SecretInput("paste it here; it stays hidden", id="token" if main else None)
            else:
                empty = "optional" if field.optional else ""
                yield Input(placeholder=empty, compact=True, select_on_focus=False)
        yield Static("", classes="looks")

    def on_mount(self) -> None:
        self._show(judged(self._service, self.field, ""))

    @property
    def _text(self) -> str:
        if self.field.secret:
            return self.query_one(SecretInput).secret.reveal()
        return self.query_one(Input).value

    @property
    def filled(self) -> bool:
        return bool(self._text.strip())

    def typed(self) -> Secret | None:
        """What was typed; None for an optional field left empty. Raises KeyrackError with a sentence."""
        return typed_field(self.field, self._text)

    def take_focus(self) -> None:
        self.query_one(SecretInput if self.field.secret else Input).focus()

    def wipe(self) -> None:
        """Forget a secret."""
        if self.field.secret:
            self.query_one(SecretInput).wipe()

    def on_secret_input_changed(self) -> None:
        self._show(judged(self._service, self.field, self._text))

    def on_input_changed(self) -> None:
        self._show(judged(self._service, self.field, self._text))

    def _show(self, found: FormatHint) -> None:
        line = self.query_one(".looks", Static)
        line.display = self.field.secret or bool(found.sentence or self.field.hint)
        line.update(_words(found) if found.sentence else say(self.field.hint, Tone.DIM))


def _words(found: FormatHint) -> Content:
    """Color is not the only indication, and the count of characters has no color."""
    sign = _SIGNS.get(found.level, "")
    count, dot, rest = found.sentence.partition(" · ")
    if found.level == "right" and dot:
        return join(say(count, Tone.DIM), say(dot + rest, Tone.GOOD))
    return say(sign + found.sentence, _TONES[found.level])

"""An input for a secret: it shows a dot per character, and nothing can be copied from it.

Textual's `Input(password=True)` is not used: select and ctrl+c copy the plain text,
a paste loses all but its first line, and the messages contain the value.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from keyrack.domain.secret import Secret
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import dots, join, say
from keyrack.wording.tones import Tone

LONGEST = 65536  # characters; more is no token


class SecretInput(Widget, can_focus=True):
    BINDINGS: ClassVar = [*keymap.SECRET_INPUT]
    ALLOW_SELECT = False

    class Changed(Message):
        """Something was typed or pasted; ask the field for `secret`."""

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._placeholder = placeholder
        self._secret = Secret("")

    @property
    def secret(self) -> Secret:
        return self._secret

    def wipe(self) -> None:
        """Forget what was typed."""
        self._set("")

    def render(self) -> Content:
        if not self._secret:
            # The cursor is on the first character, so that the text does not move.
            under = 1 if self.has_focus else 0
            head, rest = self._placeholder[:under], self._placeholder[under:]
            return join(say(head, Tone.CURSOR), say(rest, Tone.DIM))
        cursor = say(" ", Tone.CURSOR) if self.has_focus else ""
        room = max(self.size.width - 1, 1)
        return join(say(dots(min(len(self._secret), room))), cursor)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character:
            event.stop()
            event.prevent_default()
            self._set(self._secret.reveal() + event.character)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        # A terminal that wrapped a long token puts line breaks into the copy.
        self._set(self._secret.reveal() + "".join(event.text.splitlines()).strip())

    def action_delete(self) -> None:
        self._set(self._secret.reveal()[:-1])

    def action_wipe(self) -> None:
        self.wipe()

    def action_refuse_copy(self) -> None:
        self.app.bell()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _set(self, value: str) -> None:
        self._secret = Secret(value[:LONGEST])
        self.refresh()
        self.post_message(self.Changed())

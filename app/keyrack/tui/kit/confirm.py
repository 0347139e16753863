"""A question for which the safe answer is the default."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.present import say, title


class ConfirmScreen(Dialog[bool]):
    """The result is True only after the confirming key or button."""

    BINDINGS: ClassVar = [*keymap.ASK]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#no"

    def __init__(
        self, head: str, about: str, question: str, yes: str, *, no: str = "Cancel", destroys: bool = False
    ) -> None:
        """`destroys`: something is lost for good with a yes, so the button is red."""
        super().__init__()
        self._no, self._destroys = no, destroys
        self._head, self._about, self._question, self._yes = head, about, question, yes

    def compose(self) -> ComposeResult:
        with Box(title(self._head, self._about)):
            yield Static(say(self._question))
            with Horizontal(classes="buttons"):
                yield Button(self._no, id="no", compact=True)
                yield Button(
                    Content(f"{self._yes} (y)"),
                    id="yes",
                    compact=True,
                    classes="danger" if self._destroys else "",
                )

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        self.dismiss(agreed)

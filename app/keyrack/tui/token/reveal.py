"""Shows a token for ten seconds."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from keyrack.domain.secret import Secret
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import HIDDEN, say, title
from keyrack.wording.tones import Tone

SECONDS = 10


class RevealScreen(Dialog[None]):
    """Closes by itself, and forgets the token."""

    BINDINGS: ClassVar = [*keymap.OVERLAY]
    GUARDED: ClassVar = True
    ALLOW_SELECT = False

    def __init__(self, name: str, token: Secret) -> None:
        super().__init__()
        self._name, self._token = name, token
        self._left = SECONDS

    def compose(self) -> ComposeResult:
        with Box(title("Token", self._name)):
            yield Static(id="token-text")
            yield Static(id="left", classes="gap")
            yield KeyLine(keymap.CLOSE)

    def on_mount(self) -> None:
        self.query_one("#token-text", Static).update(say(self._token.reveal(), limit=20_000))
        self._count()
        self.set_interval(1.0, self._tick)
        self.app.app_suspend_signal.subscribe(self, self._suspended, immediate=True)

    def on_unmount(self) -> None:
        self._token = Secret("")

    def _suspended(self, app: object) -> None:
        self._hide()

    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self._hide()
        else:
            self._count()

    def _hide(self) -> None:
        self.query_one("#token-text", Static).update(HIDDEN)  # seen also while something is on top
        self.close_by_itself()

    def _count(self) -> None:
        self.query_one("#left", Static).update(say(f"Hidden again in {max(self._left, 0)} s", Tone.DIM))

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one(Box), where)

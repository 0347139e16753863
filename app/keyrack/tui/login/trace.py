"""A screen with a login's requests and responses, during the login and after it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from keyrack.oauth.trace import Exchange, as_text
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import say, title
from keyrack.tui.kit.styles import BOX
from keyrack.tui.login.exchange_view import ExchangeView
from keyrack.wording.tones import Tone


class TraceScreen(Dialog[None]):
    """Its exchanges are `harmless` already."""

    CSS_PATH: ClassVar = [BOX, "trace.tcss"]
    BINDINGS: ClassVar = [*keymap.TRACE]

    def __init__(self, name: str, exchanges: Iterable[Exchange]) -> None:
        super().__init__()
        self._name = name
        self._exchanges = list(exchanges)
        self._views = 0

    def compose(self) -> ComposeResult:
        with Box(title("Trace", self._name), foot=say("secrets are masked"), id="trace"):
            with VerticalScroll(id="trace-text", can_focus=False):
                yield Static(say("Nothing has been sent yet.", Tone.DIM), id="nothing")
            yield KeyLine([keymap.TRACE[0], *keymap.CLOSE])

    def on_mount(self) -> None:
        self._show_new()

    def add(self, exchange: Exchange) -> None:
        """Add an exchange of the running login. If the end is in view, keep it in view."""
        self._exchanges.append(exchange)
        if not self.query("#trace-text"):
            return  # opened just now: it is shown with the others
        text = self.query_one("#trace-text")
        at_end = text.is_vertical_scroll_end
        self._show_new()
        if at_end:
            text.scroll_end(animate=False)

    def _show_new(self) -> None:
        new = self._exchanges[self._views :]
        self._views += len(new)
        self.query_one("#nothing").display = not self._views
        self.query_one("#trace-text").mount_all(ExchangeView(exchange) for exchange in new)

    def action_copy(self) -> None:
        self.host.copy(as_text(self._exchanges))
        self.host.say("Copied, with all secrets masked.")

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one("#trace-text"), where)

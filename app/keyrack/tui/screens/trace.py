"""What a login sent and got, while it runs and after it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from keyrack.oauth.trace import Exchange, as_text
from keyrack.tui import keymap
from keyrack.tui.present import Tone, say, title
from keyrack.tui.screens.dialog import Box, Dialog
from keyrack.tui.widgets.exchange_view import ExchangeView
from keyrack.tui.widgets.key_line import KeyLine


class TraceScreen(Dialog[None]):
    """Its exchanges are `harmless` already."""

    CSS_PATH: ClassVar = ["box.tcss", "trace.tcss"]
    BINDINGS: ClassVar = [*keymap.TRACE]

    def __init__(self, name: str, exchanges: Iterable[Exchange]) -> None:
        super().__init__()
        self._name = name
        self._exchanges = list(exchanges)

    def compose(self) -> ComposeResult:
        with Box(title("Trace", self._name), id="trace") as box:
            box.border_subtitle = say("every secret is masked", Tone.DIM)
            with VerticalScroll(id="trace-text", can_focus=False):
                if not self._exchanges:
                    yield Static(say("Nothing has been sent yet.", Tone.DIM), id="nothing")
                for exchange in self._exchanges:
                    yield ExchangeView(exchange)
            yield KeyLine([keymap.TRACE[0], *keymap.CLOSE])

    def add(self, exchange: Exchange) -> None:
        """The login goes on meanwhile. Whoever reads at the end sees it."""
        self._exchanges.append(exchange)
        text = self.query_one("#trace-text")
        at_end = text.is_vertical_scroll_end
        self.query("#nothing").remove()
        text.mount(ExchangeView(exchange))
        if at_end:
            text.scroll_end(animate=False)

    def action_copy(self) -> None:
        self.host.copy(as_text(self._exchanges))
        self.host.say("Copied. Every secret is masked.")

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one("#trace-text"), where)

"""One exchange of a login's trace."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from keyrack.oauth.trace import Exchange
from keyrack.tui.login.trace_words import laid_out


class ExchangeView(Widget):
    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self._exchange = exchange

    def render(self) -> Content:
        return laid_out(self._exchange, self.content_size.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return laid_out(self._exchange, width).plain.count("\n") + 1

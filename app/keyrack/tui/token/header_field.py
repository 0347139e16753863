"""Which headers carry a token: as the service wants it, another of its ways, or one that is typed."""

from __future__ import annotations

from collections.abc import Collection

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from keyrack.domain.service import Service
from keyrack.tui.kit.choice import Pick
from keyrack.tui.kit.link import Link
from keyrack.tui.kit.present import say
from keyrack.tui.token.token_form import (
    DEFAULT_HEADER,
    PLACE,
    header_lines,
    header_text,
    lowered,
    parse_header,
    ways,
)
from keyrack.wording.tones import Tone

OWN = "a custom header"


class HeaderField(Vertical):
    """A preview with a way to change it; for an unknown service the line to type, at once."""

    def __init__(self, service: Service | None) -> None:
        super().__init__()
        self._service = service
        self._ways = ways(service) if service is not None else []
        self._open = service is None
        self._given: Collection[str] = ()

    def compose(self) -> ComposeResult:
        service = self._service
        with Horizontal(classes="field close-by tall"):
            yield Static("Header", classes="label")
            with Vertical(classes="value"):
                yield Static("", id="preview")
                if len(self._ways) > 1:
                    names = (", ".join(headers) for _, headers in self._ways)
                    yield Pick((*names, OWN), id="way")
                alone = service is not None and len(service.headers) == 1 and PLACE in service.template
                first = header_text(service.header, service.template) if service and alone else DEFAULT_HEADER
                yield Input(first, id="header", compact=True, select_on_focus=False)
                if service is not None and len(service.fields) > 1:
                    label = next((f.label for f in service.fields if f.key == service.main_field), "Token")
                    yield Static(say(f"{PLACE} stands for the {lowered(label)}.", Tone.DIM), id="place")
            if service is not None:
                yield Link(say("[change]", Tone.KEY), "change_header", id="change")

    def on_mount(self) -> None:
        self._refresh_parts()

    def show(self, given: Collection[str]) -> None:
        """Show what is sent with these fields filled in (by their keys)."""
        self._given = given
        self._refresh_parts()

    def open(self) -> None:
        """Let the user choose."""
        self._open = True
        self._refresh_parts()
        picks = self.query(Pick)
        (picks.first() if picks else self.query_one("#header")).focus()

    @on(Pick.Changed)
    def _refresh_parts(self) -> None:
        way = self._way
        own = self._open and way >= len(self._ways)
        preview = self.query_one("#preview", Static)
        if self._service is not None:
            headers = self._ways[way][1] if 0 < way < len(self._ways) else None
            lines = header_lines(self._service, self._given, headers)
            preview.update(Content("\n").join(say(line) for line in lines))
        preview.display = not own
        self.query_one("#header").display = own
        for extra in self.query("#place"):
            extra.display = own
        for pick in self.query(Pick):
            pick.display = self._open
        for link in self.query(Link):
            link.display = not self._open

    def typed(self) -> tuple[str | None, str | None]:
        """(name, template), each None where the service decides. Raises UsageError with a sentence."""
        way = self._way
        if not self._open or way == 0 < len(self._ways):
            return None, None
        if way < len(self._ways):
            return self._ways[way][0], None
        return parse_header(self.query_one("#header", Input).value)

    @property
    def _way(self) -> int:
        """The place among the ways; behind them all: a header that is typed."""
        if not self._open:
            return 0
        picks = self.query(Pick)
        return picks.first().value if picks else len(self._ways)

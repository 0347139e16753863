"""The dialog to choose the table's columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import say, title
from keyrack.tui.kit.styles import BOX, LIST
from keyrack.tui.kit.tick_list import TickList
from keyrack.tui.servers.columns import ROOMY, Column
from keyrack.wording.tones import Tone

CHOICES = {
    Column.AUTH: "OAuth, a token, a header or stdio",
    Column.EXPIRES: "when the access token expires",
    Column.ELSEWHERE: "what other programs hold for the server",
    Column.ACCOUNT: f"its account, from {ROOMY} columns",
    Column.FOUND_IN: f"the programs whose files have it, from {ROOMY} columns",
    Column.SCOPES: f"what the token permits, from {ROOMY} columns",
    Column.CHECKED: f"the last check, or what failed last, from {ROOMY} columns",
}


class ColumnChoice(Dialog[None]):
    """Each change has its effect at once."""

    CSS_PATH: ClassVar = [BOX, LIST]
    BINDINGS: ClassVar = [*keymap.COLUMNS]
    AUTO_FOCUS = "TickList"

    def __init__(self, hidden: frozenset[Column], hide: Callable[[frozenset[Column]], None]) -> None:
        super().__init__()
        self._hidden, self._hide = hidden, hide

    def compose(self) -> ComposeResult:
        with Box(title("Columns")):
            yield Static(say("Each is shown where there is room for it and it says something."))
            entries = ((say(column.heading), say(meaning, Tone.DIM)) for column, meaning in CHOICES.items())
            yield TickList(entries, off=[n for n, column in enumerate(CHOICES) if column in self._hidden])
            yield KeyLine(keymap.COLUMNS)

    @on(TickList.Changed)
    def _changed(self) -> None:
        ticked = self.query_one(TickList).ticked
        self._hide(frozenset(column for place, column in enumerate(CHOICES) if place not in ticked))

    def action_tick(self) -> None:
        self.query_one(TickList).action_tick()

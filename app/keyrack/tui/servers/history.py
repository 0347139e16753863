"""A screen with all that the log knows of a credential."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.visual import Visual
from textual.widgets import Static

from keyrack.domain.event import Event
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.hanging import Hanging, Lines
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.kit.styles import BOX
from keyrack.tui.servers.history_facts import AS_CALLED, NOTHING, line_words, timeline_lines
from keyrack.tui.servers.history_reader import LOOK, HistoryReader
from keyrack.wording.history import LEGEND, lines, timeline
from keyrack.wording.signs import Sign
from keyrack.wording.tones import Tone

READING = "Reading the log…"
NO_CREDENTIAL = "keyrack stores no credential for it."
FOOT = "the log keeps the newest events only"
SIGN_WIDTH = 2


class HistoryScreen(Dialog[None]):
    """Follows the log. What happens again and again is summed in one line, or not, as the user likes."""

    CSS_PATH: ClassVar = [BOX, "history.tcss"]
    BINDINGS: ClassVar = [*keymap.HISTORY]

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row
        self._history = HistoryReader(self, self._show)
        self._folded = True
        self._shown: object = None

    def compose(self) -> ComposeResult:
        with Box(title("History", self._row.server.display_name), foot=say(FOOT), id="history"):
            with VerticalScroll(id="history-text", can_focus=False):
                yield Static(say(READING, Tone.DIM))
            yield KeyLine(keymap.history_keys(folded=True))

    def on_mount(self) -> None:
        self.call_after_refresh(self._show)  # text that comes before the first layout would get no room
        self.set_interval(LOOK, self._tick)

    def _tick(self) -> None:
        self._history.look()
        self._show()

    def _show(self) -> None:
        if not self.is_open:
            return
        text = self.query_one("#history-text Static", Static)
        events, now = self._history.of(self._row), self.host.now()
        if self._row.server.key is None:
            text.update(say(NO_CREDENTIAL, Tone.DIM))
        elif events is not None:
            found = lines(events, now, folded=self._folded), timeline(events, now)
            if found != self._shown:  # a new layout of a thousand lines takes long
                self._shown = found
                text.update(_words(events, now, folded=self._folded))

    def action_fold(self) -> None:
        self._folded = not self._folded
        self.query_one(KeyLine).show(keymap.history_keys(folded=self._folded))
        self._show()

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one("#history-text"), where)


def _legend(row: Sequence[tuple[Sign, str]]) -> Content:
    return Content("   ").join(join(say(*sign), " ", say(words, Tone.DIM)) for sign, words in row)


def _words(events: Sequence[Event], now: float, *, folded: bool) -> Visual:
    if not events:
        return say(NOTHING, Tone.DIM)
    found = timeline(events, now)
    parts: list[Visual] = [
        *timeline_lines(found),
        Content(""),
        say(f"A sign for each {found.unit}:", Tone.DIM),
        *(_legend(row) for row in LEGEND),
        Content(""),
        *(
            Hanging(say(*line.sign), SIGN_WIDTH, line_words(line))
            for line in lines(events, now, folded=folded)
        ),
    ]
    if any(event.program for event in events):
        parts += [Content(""), say(AS_CALLED, Tone.DIM)]
    return Lines(parts)

"""Every place that was looked in, what was there, and what is wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from keyrack.operations.servers.overview import Overview
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import say, title
from keyrack.tui.kit.styles import BOX
from keyrack.tui.servers.source_words import all_places
from keyrack.wording.tones import Tone

if TYPE_CHECKING:
    from keyrack.tui.servers.main import MainScreen


LOOKING = "Reading the configuration files…"


class SourcesScreen(Dialog[None]):
    """Looks again, shows what that has found, and each look after it."""

    CSS_PATH: ClassVar = [BOX, "sources.tcss"]
    BINDINGS: ClassVar = [*keymap.PLACES]

    def __init__(self, main: MainScreen) -> None:
        super().__init__()
        self._main = main
        self._looking = 0  # looks that were begun here and have not ended

    def compose(self) -> ComposeResult:
        with Box(title("Where keyrack looks"), id="places"):
            with VerticalScroll(id="places-text"):
                yield Static(say(LOOKING, Tone.DIM))
            yield KeyLine([keymap.PLACES[-1], *keymap.CLOSE])

    def on_mount(self) -> None:
        self.query_one("#places-text").can_focus = False
        self._main.looked.subscribe(self, self._changed)
        self.action_look()

    def action_look(self) -> None:
        self._looking += 1
        self._text.update(say(LOOKING, Tone.DIM))
        self._main.look(self._looked)

    def _looked(self) -> None:
        self._looking -= 1
        if self.is_attached:
            self._changed(self._main.overview)

    def _changed(self, overview: Overview) -> None:
        if not self._looking:  # what an earlier look has found is not what was asked for
            self._text.update(all_places(overview))

    @property
    def _text(self) -> Static:
        return self.query_one("#places-text Static", Static)

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one("#places-text"), where)

"""A screen with every configuration file that was read, and its problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.signal import Signal
from textual.widgets import Static

from keyrack.operations.servers.overview import Overview
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import say, title
from keyrack.tui.kit.styles import BOX
from keyrack.tui.servers.source_words import all_places
from keyrack.wording.tones import Tone

LOOKING = "Reading the configuration files…"


class SourcesScreen(Dialog[None]):
    """Looks again, shows what that has found, and each look after it."""

    CSS_PATH: ClassVar = [BOX, "sources.tcss"]
    BINDINGS: ClassVar = [*keymap.PLACES]

    def __init__(
        self,
        overview: Overview,
        looked: Signal[Overview],
        look: Callable[[Callable[[], Any]], Any],
        open_file: Callable[[Overview], Any],
    ) -> None:
        """`look(then)` looks again and then calls back; `looked` tells what every look has found.
        `open_file` opens one of the files in an editor."""
        super().__init__()
        self._open_file = open_file
        self._overview, self._every_look, self._look = overview, looked, look
        self._looking = 0  # looks that were begun here and have not ended

    def compose(self) -> ComposeResult:
        with Box(title("Where keyrack looks"), id="places"):
            with VerticalScroll(id="places-text"):
                yield Static(say(LOOKING, Tone.DIM))
            yield KeyLine([keymap.PLACES_LOOK, keymap.PLACES_OPEN, *keymap.CLOSE])

    def on_mount(self) -> None:
        self.query_one("#places-text").can_focus = False
        self._every_look.subscribe(self, self._changed)
        self.action_look()

    def action_look(self) -> None:
        self._looking += 1
        self._text.update(say(LOOKING, Tone.DIM))
        self._look(self._looked)

    def _looked(self) -> None:
        self._looking -= 1
        if self.is_open:
            self._changed(self._overview)

    def _changed(self, overview: Overview) -> None:
        self._overview = overview
        if not self._looking:  # what an earlier look has found is not what was asked for
            self._text.update(all_places(overview))

    @property
    def _text(self) -> Static:
        return self.query_one("#places-text Static", Static)

    def action_open(self) -> None:
        self._open_file(self._overview)

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one("#places-text"), where)

"""Every place that was looked in, what was there, and what is wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from keyrack.operations.overview import Overview
from keyrack.tui import keymap
from keyrack.tui.places import all_places
from keyrack.tui.present import title
from keyrack.tui.screens.dialog import Box, Dialog
from keyrack.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from keyrack.tui.screens.main import MainScreen


class PlacesScreen(Dialog[None]):
    """Shows the list's last look, and each one after it."""

    CSS_PATH: ClassVar = ["box.tcss", "places.tcss"]
    BINDINGS: ClassVar = [*keymap.PLACES]

    def __init__(self, main: MainScreen) -> None:
        super().__init__()
        self._main = main

    def compose(self) -> ComposeResult:
        with Box(title("Where keyrack looks"), id="places"):
            with VerticalScroll(id="places-text"):
                yield Static(all_places(self._main.overview))
            yield KeyLine([keymap.PLACES[-1], *keymap.CLOSE])

    def on_mount(self) -> None:
        self.query_one("#places-text").can_focus = False
        self._main.looked.subscribe(self, self._changed)

    def _changed(self, overview: Overview) -> None:
        self.query_one("#places-text Static", Static).update(all_places(overview))

    def action_look(self) -> None:
        self._main.look()

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one("#places-text"), where)

"""What was done by a take-over, and what the program needs to get its tokens from keyrack."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from keyrack.operations.receipt import Receipt
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.hanging import Lines
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import say
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.wording.tones import Tone


class TakenOverScreen(ReceiptScreen):
    BINDINGS: ClassVar = [*keymap.TAKEN_OVER]

    def __init__(self, head: Content, receipt: Receipt, told: Iterable[str], entry: str) -> None:
        """`told`: sentences below the receipt. `entry`: what to add to the program's file, "" if nothing."""
        super().__init__(head, [("", receipt)])
        self._told, self._entry = tuple(told), entry

    def compose(self) -> ComposeResult:
        keys = [binding for binding in keymap.TAKEN_OVER if binding.id in ("taken-over-copy", "close")]
        with Box(self._head):
            with VerticalScroll(id="receipt"):
                yield Static(Lines(self._lines()))
                for sentence in self._told:
                    yield Static(say(sentence), classes="gap")
                if self._entry:
                    lines = self._entry.split("\n")
                    yield Static(
                        Content("\n").join(say(line, Tone.BUSY, limit=2000) for line in lines), classes="gap"
                    )
            yield KeyLine(keys if self._entry else keymap.CLOSE)

    def action_copy(self) -> None:
        if self._entry:
            self.host.copy(self._entry)
            self.host.say("Copied the entry.")

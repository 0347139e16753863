"""A dialog that shows what was done, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.visual import Visual
from textual.widgets import Static

from keyrack.operations.receipt import Receipt
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.hanging import Hanging, Lines
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.keyed import in_receipt
from keyrack.tui.kit.present import outcome_parts, say, short_paths
from keyrack.tui.kit.styles import BOX, RECEIPT
from keyrack.wording.tones import Tone

GLYPH_WIDTH = 3  # columns


class ReceiptScreen(Dialog[None]):
    """A block for each thing that something was done to; a block without a name is the only one."""

    CSS_PATH: ClassVar = [BOX, RECEIPT]
    BINDINGS: ClassVar = [*keymap.OVERLAY]

    def __init__(
        self, head: Content, blocks: Iterable[tuple[str, Receipt]], told: Iterable[str] = ()
    ) -> None:
        """`told`: sentences below the receipt."""
        super().__init__()
        self._head, self._blocks, self._told = head, tuple(blocks), tuple(told)

    def compose(self) -> ComposeResult:
        with Box(self._head):
            with VerticalScroll(id="receipt"):
                yield Static(Lines(self._lines()))
                for sentence in self._told:
                    yield Static(say(sentence), classes="gap")
            yield KeyLine(keymap.CLOSE)

    def on_mount(self) -> None:
        self.query_one("#receipt").can_focus = False

    def _lines(self) -> list[Visual]:
        lines: list[Visual] = []
        for name, receipt in self._blocks:
            if name:
                lines += [*([Content("")] if lines else []), say(name, Tone.STRONG)]
            for line in receipt.lines:
                glyph, words = outcome_parts(
                    short_paths(line.what), line.outcome, in_receipt(short_paths(line.detail))
                )
                lines.append(Hanging(glyph, GLYPH_WIDTH, words))
        return lines

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one("#receipt"), where)

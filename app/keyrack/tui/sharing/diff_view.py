"""A change to another program's file, in colors."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from keyrack.tui.kit.present import say
from keyrack.wording.tones import Tone

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.BUSY}


class DiffView(VerticalScroll):
    """Each line begins with a sign, so that the color is not the only one. Secrets are masked in it.

    A long one scrolls by itself, so that the buttons below stay in sight.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(classes="gap diff")
        self._diff = lines

    def compose(self) -> ComposeResult:
        told = [say(line, _tone(line)) for line in self._diff]
        yield Static(Content("\n").join(told))


def _tone(line: str) -> Tone:
    return Tone.DIM if line.startswith(("---", "+++")) else _TONES.get(line[:1], Tone.DIM)

"""A change to another program's file, in colors."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from keyrack.tui.kit.present import say
from keyrack.wording.tones import Tone

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.BUSY}


class DiffView(Static):
    """Each line begins with a sign, so that the color is not the only one. Secrets are masked in it."""

    def __init__(self, lines: Sequence[str]) -> None:
        told = [say(line, _TONES.get(line[:1], Tone.DIM)) for line in lines]
        super().__init__(Content("\n").join(told), classes="gap diff")

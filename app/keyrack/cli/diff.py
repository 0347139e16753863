"""Prints the diff of a change to another program's file."""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.cli.output import Output, paint
from keyrack.domain.text import plain
from keyrack.wording.tones import Tone

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.BUSY}


def show(out: Output, lines: Iterable[str]) -> None:
    """In color on a terminal. The lines contain no secrets, but other programs' words."""
    for line in lines:
        out.line(paint(plain(line, 1000), _TONES.get(line[:1], Tone.PLAIN), out.stdout))

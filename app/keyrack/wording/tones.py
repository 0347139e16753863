"""What a colour means, for both front ends. Each has colours of its own for these."""

from __future__ import annotations

from enum import StrEnum


class Tone(StrEnum):
    """Never the only sign: a word or a glyph says the same."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    BUSY = "busy"
    DIM = "dim"
    KEY = "key"
    STRONG = "strong"
    CURSOR = "cursor"

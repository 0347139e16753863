"""What colors mean, for both front ends. Each front end chooses its own colors."""

from __future__ import annotations

from enum import StrEnum


class Tone(StrEnum):
    """Never the only indication: a word or a glyph says the same."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    BUSY = "busy"
    DIM = "dim"
    KEY = "key"
    STRONG = "strong"
    CURSOR = "cursor"

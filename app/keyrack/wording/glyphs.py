"""The signs of what was done, of a login's steps, and of what was found out. Those of states: `states`."""

from __future__ import annotations

from typing import NamedTuple

from keyrack.wording.tones import Tone

DONE, FAILED, WARNING, NOTHING = "✓", "✕", "!", "–"
LOCKED, UNKNOWN = "▣", "?"
NONE_STORED = "◌"
CHOSEN, NOT_CHOSEN = "●", "○"  # of several


class Sign(NamedTuple):
    glyph: str
    tone: Tone


# A login's step, by its state.
STEPS = {
    "running": Sign("▸", Tone.BUSY),
    "done": Sign(DONE, Tone.GOOD),
    "failed": Sign(FAILED, Tone.BAD),
    "ahead": Sign("·", Tone.DIM),
}
# The steps whose failure ends no login: what they tell comes beside the others.
BESIDE = ("device", "stray")

# A receipt's line, by its outcome.
OUTCOMES = {
    "done": Sign(DONE, Tone.GOOD),
    "not supported": Sign(NOTHING, Tone.WARN),
    "failed": Sign(FAILED, Tone.BAD),
    "nothing to do": Sign(NOTHING, Tone.DIM),
    "still works": Sign(WARNING, Tone.WARN),
    "may still work": Sign(WARNING, Tone.WARN),
    "stays": Sign(NOTHING, Tone.WARN),
}

"""The glyph and tone of each step of a login, and of each line of a receipt."""

from __future__ import annotations

from keyrack.domain.named_tuple import NamedTuple
from keyrack.wording.glyphs import DONE, FAILED, NOTHING, WARNING
from keyrack.wording.tones import Tone


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
# Steps that can fail without ending the login; they are shown next to the others.
BESIDE = ("device", "stray")

# A receipt's line, by its outcome.
OUTCOMES = {
    "done": Sign(DONE, Tone.GOOD),
    "to do": Sign(WARNING, Tone.WARN),  # it worked, and asks for something of the user's
    "not supported": Sign(NOTHING, Tone.WARN),
    "failed": Sign(FAILED, Tone.BAD),
    "nothing to do": Sign(NOTHING, Tone.DIM),
    "still works": Sign(WARNING, Tone.WARN),
    "may still work": Sign(WARNING, Tone.WARN),
    "stays": Sign(NOTHING, Tone.WARN),
}

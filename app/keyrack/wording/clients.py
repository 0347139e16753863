"""How a program's entries get their credentials, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from keyrack.domain.held import HeldState, HeldToken
from keyrack.wording.glyphs import NOTHING
from keyrack.wording.held import HELD
from keyrack.wording.tones import Tone

# By `operations.sharing.clients.Way`.
WAYS: Mapping[str, tuple[str, Tone]] = {
    "plain-text": ("plain text!", Tone.WARN),
    "connected-by-helper": ("connected by helper", Tone.GOOD),
    "connected-by-bridge": ("connected by bridge", Tone.GOOD),
    "published": ("from keyrack", Tone.PLAIN),
    "own-login": ("own login", Tone.PLAIN),
    "helper": ("helper", Tone.PLAIN),
    "reference": ("reference", Tone.PLAIN),
    "environment": ("environment", Tone.DIM),
    "none": (NOTHING, Tone.DIM),
}


def ways(found: Iterable[str]) -> tuple[str, Tone]:
    """The ways of a program's entries, each once, the worst first: "plain text!, own login"."""
    used = set(found) - {"none"}
    told = [way for way in WAYS if way in used]
    if not told:
        return WAYS["none"]
    return ", ".join(WAYS[way][0] for way in told), WAYS[told[0]][1]


def holds(tokens: Iterable[HeldToken], now: float) -> tuple[str, Tone]:
    """How many tokens a program holds in each state: "2 ●, 1 ✕"."""
    states = [token.state(now) for token in tokens]
    counted: dict[HeldState, int] = {state: states.count(state) for state in HELD if state in states}
    if not counted:
        return NOTHING, Tone.DIM
    tone = HELD[next(iter(counted))].tone
    return ", ".join(f"{count} {HELD[state].glyph}" for state, count in counted.items()), tone

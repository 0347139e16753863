"""What other programs hold for a server, in words and glyphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keyrack.domain.held import HeldState, HeldToken, Place
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.status import State
from keyrack.wording.commands import restrict_command
from keyrack.wording.glyphs import ABOUT, NOTHING, UNKNOWN
from keyrack.wording.states import STATES
from keyrack.wording.times import relative
from keyrack.wording.tones import Tone


class HeldLook(NamedTuple):
    glyph: str
    word: str
    tone: Tone
    meaning: str  # for the legend


# From the best to the worst. No red: it is its program that asks for a new login, not keyrack.
HELD = {
    HeldState.VALID: HeldLook(STATES[State.VALID].glyph, "valid", Tone.GOOD, "its token has not expired"),
    HeldState.REFRESHABLE: HeldLook(
        STATES[State.REFRESHABLE].glyph, "renews when used", Tone.GOOD, "expired, but it can refresh it"
    ),
    HeldState.UNKNOWN: HeldLook(UNKNOWN, "expiry unknown", Tone.DIM, "it did not store when it expires"),
    HeldState.EXPIRED: HeldLook(
        STATES[State.LOGIN_NEEDED].glyph, "expired", Tone.DIM, "expired, with no way to refresh it"
    ),
}
_BEST = {state: place for place, state in enumerate(HELD)}


def by_program(tokens: Iterable[HeldToken], now: float) -> tuple[tuple[str, HeldState], ...]:
    """Each program with the best state of its tokens, the best first."""
    best: dict[str, HeldState] = {}
    for token in tokens:
        state = token.state(now)
        if token.client not in best or _BEST[state] < _BEST[best[token.client]]:
            best[token.client] = state
    return tuple(sorted(best.items(), key=lambda pair: (_BEST[pair[1]], pair[0].casefold())))


def elsewhere(tokens: Sequence[HeldToken], now: float, room: int | None = None) -> tuple[str, Tone]:
    """The list's column: "Claude Code ●, Codex ✕". The tone is the best one's.

    With `room` columns, it is the longest of the `forms` that fits.
    """
    programs = by_program(tokens, now)
    if not programs:
        return NOTHING, Tone.DIM
    found = forms(tokens, now)
    told = next((form for form in found if room is None or len(form) <= room), found[-1])
    return told, HELD[programs[0][1]].tone


def forms(tokens: Sequence[HeldToken], now: float) -> tuple[str, ...]:
    """From the longest to the shortest: "Claude Code ●, Codex ✕", "Claude Code ● +1", "● ✕"."""
    programs = by_program(tokens, now)
    words = [f"{client} {HELD[state].glyph}" for client, state in programs]
    counted = (f"{', '.join(words[:n])} +{len(words) - n}" for n in range(len(words) - 1, 0, -1))
    return ", ".join(words), *counted, " ".join(HELD[state].glyph for _, state in programs)


def held_words(held: HeldToken, now: float) -> tuple[str, Tone]:
    """One token: "● valid, ≈ 41 min", "✕ expired, 2 h ago", "? expiry unknown"."""
    state = held.state(now)
    look = HELD[state]
    expires = "" if state is HeldState.UNKNOWN else f", {held_expiry(held, now)}"
    return f"{look.glyph} {look.word}{expires}", look.tone


def exposed(place: Place) -> str:
    """The warning about a file that others can read, with what to do; "" if they can't."""
    if not place.is_readable_by_others:
        return ""
    return f"{place.mode:04o}: others can read it. Run {restrict_command(place.path)}."


def held_expiry(held: HeldToken, now: float) -> str:
    """ "41 min", "2 h ago"; "≈ 41 min" if it is estimated; "unknown"."""
    expires_at = held.tokens.expires_at
    if expires_at is None:
        return "unknown"
    return f"{ABOUT} " * held.is_estimate + relative(expires_at - now)

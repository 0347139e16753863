"""Glyph, word, tone and meaning of each state, and the words for the kinds of credentials."""

from __future__ import annotations

from typing import NamedTuple

from keyrack.domain.status import State
from keyrack.wording.glyphs import LOCKED, NONE_STORED, NOTHING, UNKNOWN, WARNING
from keyrack.wording.tones import Tone

SWITCHED_OFF = "switched off"


class Look(NamedTuple):
    glyph: str
    word: str
    tone: Tone
    meaning: str  # for the legend


STATES = {
    State.VALID: Look("●", "valid", Tone.GOOD, "there is a token, and it has not expired"),
    State.EXPIRING: Look("◐", "expiring", Tone.WARN, "it expires soon"),
    State.REFRESHABLE: Look("↻", "refreshable", Tone.WARN, "expired; a refresh token is there"),
    State.LOGIN_NEEDED: Look("✕", "login needed", Tone.BAD, "expired or refused for good"),
    State.NO_CREDENTIAL: Look(NONE_STORED, "no credential", Tone.PLAIN, "nothing is stored yet"),
    State.CONFIGURED: Look("◆", "configured", Tone.GOOD, "the program's own file sends a header"),
    State.EMPTY_HEADER: Look("◇", "empty header", Tone.WARN, "the header's variable is not set"),
    State.NO_AUTH: Look("◦", "no auth", Tone.DIM, "the server is open"),
    State.STDIO: Look("○", "stdio", Tone.DIM, "a local process with its own environment"),
    State.UNREACHABLE: Look(WARNING, "unreachable", Tone.BAD, "it could not be reached the last time"),
    State.BAD_ENTRY: Look("≠", "bad entry", Tone.BAD, "the program's entry makes no sense"),
    State.STORE_LOCKED: Look(LOCKED, "store locked", Tone.WARN, "the keychain has to be unlocked"),
    State.ORPHAN: Look(UNKNOWN, "orphan", Tone.WARN, "stored, but no program names the server"),
}

KINDS = {
    "oauth": "OAuth",
    "token": "Token",
    "header": "Header",
    "none": "none",
    "stdio": "stdio",
    "unknown": NOTHING,
}


def state_words(state: State) -> str:
    """Glyph and word: "● valid"."""
    look = STATES[state]
    return f"{look.glyph} {look.word}"


def listed_state(state: State, *, is_off: bool) -> tuple[str, Tone]:
    """The list's status and its tone: the state, or that nothing has to be done."""
    look = STATES[state]
    return (f"{look.glyph} {SWITCHED_OFF}", Tone.DIM) if is_off else (state_words(state), look.tone)

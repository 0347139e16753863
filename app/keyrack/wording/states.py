"""Glyph, word, tone and meaning of each state, and the words for the kinds of credentials."""

from __future__ import annotations

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.status import State, Status
from keyrack.wording.glyphs import LOCKED, NONE_STORED, NOTHING, UNKNOWN, WARNING
from keyrack.wording.tones import Tone

SWITCHED_OFF = "switched off"


class Look(NamedTuple):
    glyph: str
    word: str
    tone: Tone
    meaning: str  # for the legend


STATES = {
    State.VALID: Look("●", "valid", Tone.GOOD, "a token is stored and has not expired"),
    State.EXPIRING: Look("◐", "expiring", Tone.WARN, "the token expires soon"),
    State.REFRESHABLE: Look("↻", "refreshable", Tone.WARN, "expired, but can be refreshed"),
    State.LOGIN_NEEDED: Look("✕", "login needed", Tone.BAD, "expired or refused; log in again"),
    State.NO_CREDENTIAL: Look(NONE_STORED, "no credential", Tone.PLAIN, "nothing is stored yet"),
    State.CONFIGURED: Look("◆", "configured", Tone.GOOD, "the program's file has the credential"),
    State.EMPTY_HEADER: Look("◇", "variable not set", Tone.WARN, "the program's file uses an unset variable"),
    State.NO_AUTH: Look("◦", "no login needed", Tone.DIM, "the server works without a login"),
    State.STDIO: Look("○", "stdio", Tone.DIM, "a local process with its own environment"),
    State.UNREACHABLE: Look(WARNING, "unreachable", Tone.BAD, "the last check could not reach it"),
    State.BAD_ENTRY: Look("≠", "bad entry", Tone.BAD, "the program's entry is not valid"),
    State.STORE_LOCKED: Look(LOCKED, "store locked", Tone.WARN, "unlock the keychain or vault first"),
    State.ORPHAN: Look(UNKNOWN, "orphan", Tone.WARN, "stored, but no program lists the server"),
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


def status_words(status: Status) -> str:
    """Glyph and word, with the program that holds a login: "◌ held by Claude Code"."""
    if not status.held_by:
        return state_words(status.state)
    return f"{STATES[status.state].glyph} held by {status.held_by}"


def listed_state(status: Status, *, is_off: bool) -> tuple[str, Tone]:
    """The list's status with its tone: the state, or "switched off"."""
    look = STATES[status.state]
    return (f"{look.glyph} {SWITCHED_OFF}", Tone.DIM) if is_off else (status_words(status), look.tone)

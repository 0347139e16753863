"""Glyph, word, tone and meaning of each state, and the words for the kinds of credentials."""

from __future__ import annotations

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.status import State, Status
from keyrack.wording.glyphs import LOCKED, NONE_STORED, NOTHING, UNKNOWN, WARNING
from keyrack.wording.tones import Tone

SWITCHED_OFF = "switched off"
IN_PLAIN_TEXT, PLAIN_TEXT = "in plain text", "plain text!"  # in full, and in a list


class Look(NamedTuple):
    glyph: str
    word: str
    tone: Tone  # green: nothing to do; yellow: soon; red: now; grey: nothing that keyrack is for
    meaning: str  # for the legend
    short: str = ""  # the word in a list, if it is another one


STATES = {
    State.VALID: Look("●", "valid", Tone.GOOD, "nothing to do; it may renew itself"),
    State.EXPIRING: Look("◐", "expiring", Tone.WARN, "ends soon, and does not renew itself"),
    State.REFRESHABLE: Look(
        "↻", "renews when used", Tone.GOOD, "the access token has expired; the login has not"
    ),
    State.LOGIN_NEEDED: Look("✕", "login needed", Tone.BAD, "expired or refused; log in again"),
    State.NO_CREDENTIAL: Look(NONE_STORED, "not logged in", Tone.BAD, "nothing is stored yet"),
    State.CONFIGURED: Look("◆", "configured", Tone.GOOD, "the program's file has the credential"),
    State.EMPTY_HEADER: Look("◇", "variable not set", Tone.BAD, "the program's file uses an unset variable"),
    State.NO_AUTH: Look("◦", "no login needed", Tone.DIM, "the server works without a login"),
    State.STDIO: Look("⌂", "local", Tone.DIM, "a local process with its own environment"),
    State.UNREACHABLE: Look(WARNING, "unreachable", Tone.BAD, "the last check could not reach it"),
    State.BAD_ENTRY: Look("≠", "bad entry", Tone.BAD, "the program's entry is not valid"),
    State.ORPHAN: Look(
        UNKNOWN,
        "not configured any more",
        Tone.DIM,
        "stored, but no program lists the server",
        "not configured",
    ),
}
RENEWS, RENEWS_ITSELF = " · renews", " · renews itself"

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
    """In full: "● valid · renews itself", "○ held by Claude Code", "● valid ▣" in a locked store."""
    return f"{STATES[status.state].glyph} {in_words(status)}{_lock(status)}"


def in_words(status: Status) -> str:
    """The same without signs."""
    word = f"held by {status.held_by}" if status.held_by else STATES[status.state].word
    if status.plain_text:
        return f"{word} · {IN_PLAIN_TEXT}"
    return word + (RENEWS_ITSELF if status.renews and status.state is State.VALID else "")


def tone_of(status: Status) -> Tone:
    """Whether a person has to act. Nobody has to log in where another program does, or no need is known."""
    is_idle = status.held_by or status.is_optional
    if status.plain_text:
        return Tone.WARN
    return Tone.DIM if is_idle else STATES[status.state].tone


def listed_state(status: Status, *, is_off: bool) -> tuple[str, Tone]:
    """The list's status with its tone: "● valid · renews", or "● switched off"."""
    look = STATES[status.state]
    if is_off:
        return f"{look.glyph} {SWITCHED_OFF}{_lock(status)}", Tone.DIM
    word = f"held by {status.held_by}" if status.held_by else look.short or look.word
    word = PLAIN_TEXT if status.plain_text else word
    renews = RENEWS if status.renews and status.state is State.VALID else ""
    return f"{look.glyph} {word}{renews}{_lock(status)}", tone_of(status)


def _lock(status: Status) -> str:
    return f" {LOCKED}" if status.locked else ""

"""How things look: glyphs, colours, and other people's words made harmless.

The only module that knows a glyph or a colour, and the way that every string from
outside takes to the screen. `Content` and `Text` objects hold no markup, so a
server named "[@click=…]" is those characters and nothing more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from rich.style import Style
from rich.text import Text
from textual.content import Content

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import MASK
from keyrack.domain.status import State
from keyrack.domain.text import plain

HIDDEN = MASK
NOTHING = "–"


class Tone(StrEnum):
    """What a colour means. Never the only sign: a word or a glyph says the same."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    BUSY = "busy"
    DIM = "dim"
    KEY = "key"
    STRONG = "strong"
    CURSOR = "cursor"


# How Textual writes each tone. ServerTable's component classes say the same in its .tcss.
_STYLES = {
    Tone.PLAIN: "",
    Tone.GOOD: "$text-success",
    Tone.WARN: "$text-warning",
    Tone.BAD: "$text-error",
    Tone.BUSY: "$text-primary",
    Tone.DIM: "$foreground 62%",
    Tone.KEY: "bold $footer-key-foreground",
    Tone.STRONG: "bold",
    Tone.CURSOR: "reverse",
}


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
    State.NO_CREDENTIAL: Look("◌", "no credential", Tone.PLAIN, "nothing is stored yet"),
    State.CONFIGURED: Look("◆", "configured", Tone.GOOD, "the program's own file sends a header"),
    State.EMPTY_HEADER: Look("◇", "empty header", Tone.WARN, "the header's variable is not set"),
    State.NO_AUTH: Look("◦", "no auth", Tone.DIM, "the server is open"),
    State.STDIO: Look("○", "stdio", Tone.DIM, "a local process with its own environment"),
    State.UNREACHABLE: Look("!", "unreachable", Tone.BAD, "it could not be reached the last time"),
    State.BAD_ENTRY: Look("≠", "bad entry", Tone.BAD, "the program's entry makes no sense"),
    State.STORE_LOCKED: Look("▣", "store locked", Tone.WARN, "the keychain has to be unlocked"),
    State.ORPHAN: Look("?", "orphan", Tone.WARN, "stored, but no program names the server"),
}

KINDS = {
    "oauth": "OAuth",
    "token": "Token",
    "header": "Header",
    "none": "none",
    "stdio": "stdio",
    "unknown": NOTHING,
}

_STEP = {
    "running": ("▸", Tone.BUSY),
    "done": ("✓", Tone.GOOD),
    "failed": ("✕", Tone.BAD),
    "ahead": ("·", Tone.DIM),
}
_OUTCOME = {
    "done": ("✓", Tone.GOOD),
    "not supported": ("–", Tone.WARN),
    "failed": ("✕", Tone.BAD),
    "nothing to do": ("–", Tone.DIM),
    "still works": ("!", Tone.WARN),
    "may still work": ("!", Tone.WARN),
    "stays": ("–", Tone.WARN),
}

# A camera wants dark modules on light ground, whatever the theme is.
_PICTURE = "#ffffff on #000000"

STORE_READY, STORE_MISSING, STORE_LOCKED = "✓", "!", "▣"
_TICK = {True: "[x]", False: "[ ]"}
_PICK = {True: "(•)", False: "( )"}


def safe(text: str, limit: int = 500) -> str:
    """Anybody's string on one line, with nothing in it that acts on a terminal."""
    return plain(text, limit)


def say(text: str, tone: Tone = Tone.PLAIN, *, limit: int = 500) -> Content:
    """Anybody's string for a widget."""
    return Content.styled(safe(text, limit), _STYLES[tone])


def cell(text: str, style: Style, *, limit: int = 200) -> Text:
    """Anybody's string for the table."""
    return Text(safe(text, limit), style=style, no_wrap=True, overflow="ellipsis", end="")


def join(*parts: Content | str) -> Content:
    """One after another; plain strings are ours."""
    return Content.assemble(*(Content(part) if isinstance(part, str) else part for part in parts))


def short_path(path: str) -> str:
    """A path with the home folder as "~", as people and shells write it."""
    home = os.path.expanduser("~")
    return f"~{path[len(home) :]}" if home != os.sep and path.startswith(home + os.sep) else path


def title(*words: str) -> Content:
    """A box's title: "Log in · linear"."""
    head, *rest = words
    return join(say(head, Tone.STRONG), *(say(f" · {word}", Tone.DIM, limit=60) for word in rest if word))


def named_store(name: str) -> str:
    """A place for secrets inside of a sentence: "the Secret Service", "the sealed vault", "memory"."""
    if name in ("memory", "none"):
        return name
    return "the sealed vault" if name == "Sealed vault" else f"the {name}"


def key_hint(key: str, what: str) -> Content:
    """ "l Login", as in the footer."""
    return join(say(key, Tone.KEY), " ", say(what, Tone.DIM))


def state_words(state: State) -> str:
    """Glyph and word: "● valid"."""
    look = STATES[state]
    return f"{look.glyph} {look.word}"


def state(state: State) -> Content:
    return say(state_words(state), STATES[state].tone)


def busy_words(what: str) -> str:
    """What is going on with a row, in the place of its state."""
    return f"… {what}"


def step_glyph(step_state: str) -> Content:
    """The sign of a login step: running, done, failed, ahead."""
    glyph, tone = _STEP[step_state]
    return say(glyph, tone)


def ticked(on: bool) -> Content:
    """A box that is ticked or not."""
    return say(_TICK[on], Tone.KEY if on else Tone.DIM)


def chosen(on: bool) -> Content:
    """The one of several that is meant, or another."""
    return say(_PICK[on], Tone.KEY if on else Tone.DIM)


def outcome(what: str, result: str, detail: str = "") -> Content:
    """A receipt's line: "✓ Delete", "– Revoke  not supported by the server"."""
    glyph, tone = _OUTCOME[result]
    words = [say(glyph, tone), "  ", say(what, Tone.STRONG)]
    if result != "done":
        words += ["  ", say(result, tone)]
    return join(*words, *(["  ", say(detail, Tone.DIM)] if detail else []))


def error_text(error: BaseException) -> str:
    """A sentence and a hint. An error that is not for people tells its kind only:
    its message could hold anything."""
    if isinstance(error, KeyrackError):
        return f"{error} {error.hint}".strip()
    return f"Something went wrong inside keyrack ({type(error).__name__})."


def dots(count: int) -> str:
    """A secret of that many characters."""
    return MASK[0] * count


def bar(share: float, width: int = 20) -> Content:
    """How much is done, of 1.0."""
    full = round(min(max(share, 0.0), 1.0) * width)
    return join(say("━" * full, Tone.BUSY), say("─" * (width - full), Tone.DIM))


def more(above: bool, below: bool) -> Content:
    """That there is more than is seen, and which way; nothing where all is seen."""
    signs = "▲" * above + "▼" * below
    return say(f"{signs} more") if signs else Content("")


def picture(rows: Iterable[str]) -> Content:
    """A QR picture's rows, in its own two colours."""
    return Content.styled("\n".join(rows), _PICTURE)


def blocks(rows: Iterable[str]) -> Content:
    """Big letters."""
    return Content.styled("\n".join(rows), _STYLES[Tone.BUSY])


def clock(seconds: float) -> str:
    """ "1:12"."""
    whole = max(int(seconds), 0)
    return f"{whole // 60}:{whole % 60:02}"

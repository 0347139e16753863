"""Characters that an output's encoding lacks, in the nearest ones that it has.

An old Windows code page has no “✓”, and ASCII has no “ö”. Python would raise, or write
`\\u2713`; what a person gets instead is "ok" and "o". One handler serves both streams, and
so whatever is written to them, by anybody.
"""

from __future__ import annotations

import codecs
from typing import TextIO

NAME = "keyrack-readable"
UNKNOWN = "?"

# keyrack's own signs, and letters that have no accent to lose. Each is one column wide.
SIGNS = {
    "✓": "ok", "✕": "x", "▸": ">", "●": "*", "◐": "~", "↻": "@", "○": "o", "◌": ".", "◆": "#", "◇": "=",
    "≠": "!=", "◦": "o", "▣": "%", "•": "*", "·": "-", "…": "...", "→": "->", "←": "<-", "↑": "^", "↓": "v",
    "×": "x", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "‐": "-",
    "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "─": "-", "│": "|", "€": "EUR", "£": "GBP",
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i",
}  # fmt: skip


def make_readable(stream: TextIO | None) -> None:
    """From now on the stream takes every character."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=NAME)


def readable(text: str, stream: TextIO | None) -> str:
    """What the stream will show of `text`: for what is aligned, or written past the stream."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, NAME).decode(encoding)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_in_ascii, error.object[error.start : error.end])), error.end


def _in_ascii(char: str) -> str:
    known = SIGNS.get(char)
    if known is not None:
        return known
    import unicodedata

    if unicodedata.combining(char):
        return ""  # an accent; the letter has been written
    apart = unicodedata.normalize("NFKD", char)
    return "".join(SIGNS.get(part, part if part.isascii() else "") for part in apart) or UNKNOWN


codecs.register_error(NAME, _replace)

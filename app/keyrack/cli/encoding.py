"""Replaces characters that an output's encoding lacks by similar ones.

An old Windows code page has no “✓”, and ASCII has no “ö”. Python would raise, or write
`\\u2713`; users see "ok" and "o" instead. One error handler on both streams covers
everything that is written to them.
"""

from __future__ import annotations

import codecs
from typing import TextIO

NAME = "keyrack-readable"
UNKNOWN = "?"

# keyrack's own signs, and letters that are not just a base letter with an accent. All are one column wide.
SIGNS = {
    "✓": "ok", "✕": "x", "▸": ">", "●": "*", "◐": "~", "↻": "@", "○": "o", "⌂": "^", "◆": "#", "◇": "=",
    "≠": "!=", "◦": "o", "▣": "%", "•": "*", "·": "-", "…": "...", "→": "->", "←": "<-", "↑": "^", "↓": "v",
    "≈": "~", "×": "x", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "─": "-", "│": "|", "€": "EUR", "£": "GBP",
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i",
}  # fmt: skip


def make_readable(stream: TextIO | None) -> None:
    """Make the stream accept every character."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=NAME)


def readable(text: str, stream: TextIO | None) -> str:
    """`text` as the stream will show it: to align it, or to write it past the stream."""
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
        return ""  # an accent; its letter is already written
    apart = unicodedata.normalize("NFKD", char)
    return "".join(SIGNS.get(part, part if part.isascii() else "") for part in apart) or UNKNOWN


codecs.register_error(NAME, _replace)

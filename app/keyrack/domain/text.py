"""Make untrusted strings safe to show on one line.

Servers, issuers and configuration files control what their strings contain.
Before they reach a terminal, everything is removed that could control the
terminal, change the text direction, or hide: control characters, format
characters and separators.
"""

from __future__ import annotations

# Printable by their category, but invisible: the grapheme
# joiner, Hangul fillers, Khmer vowels, variation selectors (both ranges).
_UNSEEN = frozenset(
    map(
        chr,
        (
            0x034F,
            0x115F,
            0x1160,
            0x17B4,
            0x17B5,
            0x180B,
            0x180C,
            0x180D,
            0x180F,
            0x3164,
            0xFFA0,
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)
_REPLACEMENT = "\ufffd"


def plain(text: str, limit: int = 500) -> str:
    """`text` on one line, without anything that acts on a terminal, in at most `limit` characters.

    Line breaks, tabs and unusual spaces become a space. Control characters (C0, C1, DEL)
    and format characters (bidirectional, zero-width, tags, soft hyphen) are removed. Lone
    surrogates, private and unassigned characters become U+FFFD. A longer text ends in “…”.
    """
    # A hostile string can be huge, and start with any number of invisible characters.
    start = text[: limit * 4]
    if not (start.isascii() and start.isprintable()):
        start = "".join(map(_shown, start))
    if len(start) > limit or len(text) > limit * 4:
        return start[: max(limit - 1, 0)] + "…"
    return start


def verbatim(text: str, limit: int = 200) -> str:
    """`text` in quotes, with non-ASCII as `\\u200b`, so that different strings also look different."""
    start = text[:limit].encode("unicode_escape").decode("ascii")
    return f"“{start[:limit]}…”" if len(text) > limit or len(start) > limit else f"“{start}”"


def _shown(char: str) -> str:
    if char.isprintable():
        return "" if char in _UNSEEN else char
    if char.isspace():
        return " "
    import unicodedata  # imported late: few strings need it

    return "" if unicodedata.category(char) in ("Cc", "Cf") else _REPLACEMENT

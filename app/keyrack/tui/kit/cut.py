"""Cuts text to a number of terminal columns. Some characters take two."""

from __future__ import annotations

from rich.cells import cell_len

MORE = "…"


def width_of(text: str) -> int:
    """How many columns it takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut_end(text: str, width: int) -> str:
    """At most `width` columns: "read:org rep…"."""
    if width_of(text) <= width:
        return text
    return f"{_head(text, width - 1)}{MORE}" if width > 0 else ""


def cut_middle(text: str, width: int) -> str:
    """The same without its middle, because names often differ at their end: "github-enter…se-prod"."""
    if width_of(text) <= width:
        return text
    tail = max(width - 1, 0) * 2 // 5
    end = _head(text[::-1], tail)[::-1]
    return f"{_head(text, width - 1 - tail)}{MORE}{end}" if width > 0 else ""


def fill(text: str, width: int) -> str:
    """With spaces up to `width` columns."""
    return text + " " * (width - width_of(text))


def _head(text: str, width: int) -> str:
    """As much of its beginning as fits."""
    if text.isascii():
        return text[: max(width, 0)]
    taken = 0
    for place, char in enumerate(text):
        taken += cell_len(char)
        if taken > width:
            return text[:place]
    return text

"""Updates text only if it differs, so that a screen where nothing changes needs no new layout."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


def is_same(one: object, other: object) -> bool:
    """Compare the colors too, which `Content` itself does not."""
    if isinstance(one, Content) and isinstance(other, Content):
        return one.plain == other.plain and one.spans == other.spans
    return one == other


def update(widget: Static, words: Content, *, layout: bool = True) -> None:
    """An update lays out the whole screen again, also if the text is the same.

    `layout` is False for a widget whose size does not depend on its text: then only it is drawn again.
    """
    if not is_same(widget.content, words):
        widget.update(words, layout=layout)

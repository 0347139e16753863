"""Wrapped lines are aligned with their text, not with its label."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style
from textual.visual import RenderOptions

from keyrack.tui.kit.hanging import Hanging, Lines

LABEL, WORDS = Content("  R"), Content("Refresh every credential that expires soon")


def drawn(visual: Hanging | Lines, width: int) -> list[str]:
    strips = visual.render_strips(width, None, Style(), RenderOptions(lambda name: Style(), {}))
    assert len(strips) == visual.get_height({}, width)
    return [strip.text.rstrip() for strip in strips]


def test_the_second_line_begins_below_the_first_word() -> None:
    assert drawn(Hanging(LABEL, 8, WORDS), 30) == [
        "  R     Refresh every",
        "        credential that",
        "        expires soon",
    ]


def test_what_fits_takes_one_line() -> None:
    lines = Lines([Content("Keys"), Hanging(LABEL, 8, WORDS)])
    assert drawn(lines, 80) == ["Keys", "  R     Refresh every credential that expires soon"]


def test_where_there_is_no_room_the_words_begin_at_the_edge() -> None:
    assert drawn(Hanging(LABEL, 8, WORDS), 20) == ["  R     Refresh", "every credential", "that expires soon"]

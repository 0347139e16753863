"""The big letters of a code: distinct, and not too wide."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.tui.kit.letters import big

LETTERS = string.ascii_uppercase + string.digits + "-"


def test_every_letter_is_three_rows_and_like_no_other() -> None:
    drawn = {char: tuple(big(char, 10) or ()) for char in LETTERS}
    assert {len(rows) for rows in drawn.values()} == {3}
    assert len(set(drawn.values())) == len(LETTERS)


def test_a_code_stands_on_one_line_where_it_fits() -> None:
    assert big("T-1", 10) == [
        "▀█▀    ▄█ ",
        " █  ▀▀  █ ",
        " ▀     ▀▀▀",
    ]


def test_it_breaks_after_a_hyphen_before_it_breaks_anywhere_else() -> None:
    assert big("WDJB-MJHT", 37) == [*(big("WDJB-", 37) or ()), "", *(big("MJHT", 37) or ())]
    assert big("LLLL", 7) == [*(big("LL", 7) or ()), "", *(big("LL", 7) or ())]


@pytest.mark.parametrize("code", ["", "wdjb-mjht", "ABÄ", "A_B", "A\nB"])
def test_other_characters_have_no_letter(code: str) -> None:
    assert big(code, 40) is None


@given(st.text(LETTERS + " ", min_size=1, max_size=40), st.integers(5, 80))
def test_no_row_is_wider_than_there_is_room_and_no_letter_is_lost(code: str, width: int) -> None:
    rows = big(code, width) or []
    assert all(len(row) <= width for row in rows)
    ink = sum(len(row.replace(" ", "")) for row in rows)
    assert ink == sum(len(row.replace(" ", "")) for char in code for row in big(char, 10) or ())

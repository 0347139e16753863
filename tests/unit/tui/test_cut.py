"""Cutting text to a number of columns."""

from __future__ import annotations

import pytest

from keyrack.tui.kit.cut import cut_end, cut_middle, fill, width_of

NAME = "github-enterprise-prod"


@pytest.mark.parametrize(
    ("width", "shown"),
    [(22, NAME), (20, "github-enter…se-prod"), (3, "gi…"), (2, "g…"), (1, "…"), (0, ""), (-1, "")],
)
def test_a_name_loses_its_middle(width: int, shown: str) -> None:
    assert cut_middle(NAME, width) == shown


@pytest.mark.parametrize("width", range(-1, 14))
@pytest.mark.parametrize("text", ["日本語のサーバー", "é" * 20, "a日b本c語d"])
def test_wide_characters_are_never_halved_nor_too_many(text: str, width: int) -> None:
    for cut in (cut_middle, cut_end):
        short = cut(text, width)
        assert width_of(short) <= max(width, 0) and "\ufffd" not in short
        assert width_of(fill(short, width)) == max(width, 0)


def test_other_words_lose_their_end() -> None:
    assert cut_end("read:org repo", 9) == "read:org…"
    assert cut_end("read:org", 8) == "read:org"

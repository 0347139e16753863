"""Times in words."""

from __future__ import annotations

import pytest

from keyrack.wording.times import good_for, relative, until, utc


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "now"), (0.9, "now"), (-0.9, "now"),
        (1, "1 s"), (59.9, "59 s"), (-30, "30 s ago"),
        (60, "1 min"), (52 * 60 + 59, "52 min"), (3599, "59 min"),
        (3600, "1 h"), (-2 * 3600 - 5, "2 h ago"), (2 * 86400 - 1, "47 h"),
        (3 * 86400, "3 d"), (729 * 86400, "729 d"), (730 * 86400, "2 y"),
        (1e300, "over 999 y"), (float("inf"), "over 999 y"), (float("nan"), "?"),
    ],
)  # fmt: skip
def test_a_span_in_words(seconds: float, words: str) -> None:
    assert relative(seconds) == words


def test_until_counts_from_now_and_knows_of_no_expiry() -> None:
    assert until(1240.0, 1000.0) == "4 min"
    assert until(900.0, 1000.0) == "1 min ago"
    assert until(None, 1000.0) == "expiry unknown"


@pytest.mark.parametrize(
    ("left", "words"),
    [(3599.5, "good for 1 h"), (90 * 86400 - 2, "good for 90 d"), (59, "good for 59 s"),
     (3580, "good for 59 min"), (-7200, "expired 2 h ago"), (0, "expired now")],
)  # fmt: skip
def test_a_token_that_came_just_now_is_good_for_what_it_was_given_for(left: float, words: str) -> None:
    assert good_for(1000.0 + left, 1000.0) == words
    assert good_for(None, 1000.0) == "expiry unknown"


@pytest.mark.parametrize(
    ("moment", "iso"),
    [
        (0.0, "1970-01-01T00:00:00Z"),
        (1772366400.9, "2026-03-01T12:00:00Z"),
        (253402300799.0, "9999-12-31T23:59:59Z"),
        (253402300800.0, None), (1e300, None), (float("nan"), None), (None, None),
    ],
)  # fmt: skip
def test_a_moment_in_utc(moment: float | None, iso: str | None) -> None:
    assert utc(moment) == iso

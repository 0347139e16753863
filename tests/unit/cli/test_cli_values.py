"""The values of options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keyrack.cli import values
from keyrack.wording.times import parse_expiry

NOON = 1_772_366_400.0  # 2026-03-01T12:00:00Z
DAY = 86400.0


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90d", NOON + 90 * DAY), ("12h", NOON + DAY / 2), ("8w", NOON + 56 * DAY), ("1y", NOON + 365 * DAY),
        ("2026-03-02", NOON + DAY / 2), ("2026-03-01T13:00Z", NOON + 3600),
        ("2026-03-01T15:00+02:00", NOON + 3600),
    ],
)  # fmt: skip
def test_an_expiry_is_a_span_or_a_date_in_utc(text: str, moment: float) -> None:
    assert parse_expiry(text, NOON) == moment


@pytest.mark.parametrize("text", ["", "d", "0d", "soon", "2026-03-01", "2026-13-01", "-3d", "999999d", "٣d"])
def test_an_expiry_that_is_past_or_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        parse_expiry(text, NOON)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.seconds, "1800", 1800.0), (values.seconds, "0", 0.0),
        (values.port, "8085", 8085), (values.port, "65535", 65535),
        (values.scopes, "read write", ("read", "write")), (values.scopes, " a:b/c ", ("a:b/c",)),
        (values.header_name, "X-API-Key", "X-API-Key"), (values.template, "Token {token}", "Token {token}"),
    ],
)  # fmt: skip
def test_a_value_that_is_taken(read: Callable[[str], Any], text: str, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (values.seconds, "-1"), (values.seconds, "inf"), (values.seconds, "nan"), (values.seconds, "x"),
        (values.port, "0"), (values.port, "65536"),
        (values.port, "9" * 5000), (values.port, "-1"), (values.port, ""),
        (values.scopes, " "), (values.scopes, 'a"b'), (values.scopes, "é"), (values.scopes, "a\x1b"),
        (values.header_name, ""), (values.header_name, "X Y"), (values.header_name, "X:"),
        (values.header_name, "é"),
        (values.template, "Bearer"), (values.template, "{token}{token}"),
        (values.template, "{token}\r\nX: y"),
    ],
)  # fmt: skip
def test_a_value_that_is_refused_with_a_sentence(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read(text)

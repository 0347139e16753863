"""How the screen shows a request and its response."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.oauth.trace import Exchange, as_text
from keyrack.tui.login.trace_words import harmless, laid_out

CHALLENGE = Exchange(
    "POST",
    "https://h.example/mcp",
    401,
    (("method", "ping"),),
    (("WWW-Authenticate", 'Bearer scope="read"'),),
)


def shown(each: Exchange, width: int) -> list[str]:
    return laid_out(each, width).plain.split("\n")


def test_an_exchange_is_its_request_its_outcome_and_its_fields() -> None:
    assert shown(CHALLENGE, 60) == [
        "POST https://h.example/mcp → 401",
        "  > method: ping",
        '  < WWW-Authenticate: Bearer scope="read"',
    ]


def test_what_is_too_long_goes_on_below_its_own_beginning() -> None:
    assert shown(CHALLENGE, 22) == [
        "POST https://h.examp",
        "  le/mcp",
        "  → 401",
        "  > method: ping",
        "  < WWW-Authenticate:",
        "    Bearer",
        '    scope="read"',
    ]


@pytest.mark.parametrize(
    ("status", "style"),
    [(204, "success"), (302, "success"), (401, "warning"), (503, "error"), (None, "error")],
)
def test_the_outcome_has_the_colour_of_its_kind(status: int | None, style: str) -> None:
    each = Exchange("GET", "https://h.example", status, problem="" if status else "It is silent.")
    text = laid_out(each, 60)
    outcome = text.plain.index("→")
    assert any(span.start <= outcome < span.end and style in str(span.style) for span in text.spans)


@given(st.text(max_size=80), st.integers(1, 60))
def test_nothing_of_a_server_acts_on_the_terminal_or_begins_a_line(word: str, width: int) -> None:
    each = harmless(Exchange("GET", word, 200, ((word, word),), ((word, word),), word))
    assert len(as_text([each]).split("\n")) == 4
    for text in (laid_out(each, width).plain, as_text([each])):
        assert text.replace("\n", "").isprintable()

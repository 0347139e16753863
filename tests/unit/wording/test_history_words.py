"""A credential's life in lines and in a row of signs."""

from __future__ import annotations

import math

import pytest

from keyrack.domain.event import Event
from keyrack.wording.history import (
    GIVEN,
    LEGEND,
    NONE,
    OTHER,
    REFUSED,
    RENEWED,
    SIGNS,
    STARTED,
    lines,
    timeline,
)

NOW = 1_790_000_000.0
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


def event(ago: float, kind: str = "handed-out", program: str = "", note: str = "") -> Event:
    way = "header" if kind == "handed-out" else ""
    return Event(NOW - ago, kind, "linear", "https://l.example/mcp", "default", "", way, program, note)


def said(*events: Event) -> list[tuple[str, str]]:
    return [(line.words, line.when) for line in lines(events, NOW)]


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyrack.wording.history.local", lambda moment, now: f"at {moment - now:g}")


def test_hand_outs_in_a_row_are_summed_by_program() -> None:
    turns = [event(ago * MINUTE, program="claude" if ago % 2 else "codex") for ago in range(20, 2, -1)]
    assert said(event(DAY, "login"), *turns) == [
        ("handed out 9 times to “claude”", "last 3 min ago"),
        ("handed out 9 times to “codex”", "last 4 min ago"),
        ("logged in", "at -86400"),
    ]


def test_routine_is_summed_until_something_else_happens() -> None:
    life = [
        event(90, "refreshed"), event(80), event(70, "refreshed"), event(60),
        event(50, "refresh-refused", note="no answer"),
        event(40, "login"), event(30), event(0),
    ]  # fmt: skip
    assert said(*life) == [
        ("handed out 2 times by keyrack header", "last just now"),
        ("logged in", "at -40"),
        ("refresh refused", "at -50"),
        ("handed out 2 times by keyrack header", "last 1 min ago"),
        ("refreshed 2 times", "last 1 min ago"),
    ]
    assert lines(life, NOW)[2].note == "no answer"


def test_unfolded_each_event_has_a_line_of_its_own() -> None:
    turns = [event(DAY, "login"), *(event(ago, program="claude") for ago in (30, 20, 10))]
    assert [line.when for line in lines(turns, NOW, folded=False)] == [
        "at -10",
        "at -20",
        "at -30",
        "at -86400",
    ]


def test_the_legend_has_each_sign_that_a_known_event_can_have() -> None:
    assert {sign for row in LEGEND for sign, _ in row} == set(SIGNS.values())


def test_one_hand_out_is_told_with_its_time() -> None:
    assert said(event(120, program="claude")) == [("handed out to “claude”", "at -120")]


def test_the_row_of_signs_goes_by_the_hour_for_a_day_and_by_the_day_for_two_weeks() -> None:
    signs, unit, since = timeline(
        [event(23.5 * HOUR, "login"), event(90 * MINUTE, "refreshed"), event(0)], NOW
    )
    assert (unit, since) == ("hour", "a day ago")
    assert signs == (STARTED, *[NONE] * 21, RENEWED, GIVEN)
    signs, unit, since = timeline([event(20 * DAY, "login"), event(13.5 * DAY), event(0, "refreshed")], NOW)
    assert (unit, since) == ("day", "2 weeks ago")
    assert signs == (GIVEN, *[NONE] * 12, RENEWED)


def test_what_matters_most_in_an_hour_is_shown() -> None:
    assert timeline([event(3), event(2, "not-handed-out"), event(1, "refreshed")], NOW).signs[-1] == REFUSED


def test_each_sign_has_a_glyph_of_its_own() -> None:
    signs = {*SIGNS.values(), OTHER, NONE}
    assert len({sign.glyph for sign in signs}) == len(signs)


@pytest.mark.parametrize("at", [math.inf, -math.inf, math.nan, 1e300])
def test_a_damaged_time_and_an_unknown_kind_do_no_harm(at: float) -> None:
    odd = [event(0, "of-a-newer-keyrack")._replace(at=at)] * 2
    assert len(lines(odd, NOW)) == 2
    assert len(timeline(odd, NOW).signs) == 14 or timeline(odd, NOW).unit == "hour"

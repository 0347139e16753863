"""The terminal's background: what it answers, and what the environment says."""

from __future__ import annotations

import pytest
from textual import events
from textual.message import Message

from keyrack.tui.terminal.background import Background, Identified, light_in, may_be_asked
from keyrack.tui.terminal.reader import LATE, TerminalReader


def read(*pieces: str, pause: float = 0.0, expecting: bool = True) -> list[Message]:
    """As the driver reads them, with a pause after each."""
    reader, now, found = TerminalReader(), 100.0, list[Message]()
    reader.expecting = expecting
    for piece in pieces:
        found += reader.feed(piece, now)
        end = now + pause
        while now < end:
            now += 0.02
            found += reader.tick(now)
    return found


@pytest.mark.parametrize(
    ("color", "light"),
    [
        ("rgb:ffff/ffff/ffff", True),
        ("rgb:f/f/f", True),
        ("rgb:fdf/6f6/e3e", True),
        ("rgb:fd/f6/e3", True),
        ("rgba:ffff/ffff/ffff/8000", True),
        ("#ffffff", True),
        ("#FFF", True),
        ("#ffffffffffff", True),
        ("rgb:0000/0000/0000", False),
        ("rgb:1e1e/1e1e/2e2e", False),
        ("rgb:0/0/f", False),
        ("rgba:0000/2b2b/3636/ffff", False),
        ("#002b36", False),
    ],
)
@pytest.mark.parametrize("end", ["\x07", "\x1b\\", "\x9c"])
def test_the_answer_says_whether_the_terminal_is_light(color: str, light: bool, end: str) -> None:
    [answer] = read(f"\x1b]11;{color}{end}")
    assert isinstance(answer, Background) and answer.light is light


@pytest.mark.parametrize(
    "color",
    [
        "",
        "?",
        "white",
        "rgb:",
        "rgb:ff/ff",
        "rgb:fffff/0/0",
        "rgb:gg/gg/gg",
        "#ff",
        "#fffff",
        "rgb:ff/ff/ff;q",
    ],
)
def test_what_is_no_color_is_ignored(color: str) -> None:
    assert read(f"\x1b]11;{color}\x07") == []


def test_the_answer_to_another_question_is_none() -> None:
    assert read("\x1b]10;rgb:ffff/ffff/ffff\x07") == []


def test_that_no_answer_follows_is_told() -> None:
    [answer] = read("\x1b[?62;4c")
    assert isinstance(answer, Identified)


@pytest.mark.parametrize("pause", [0.06, 0.2, 2.0])
def test_an_expected_answer_byte_by_byte_is_no_key(pause: float) -> None:
    found = read(*"\x1b]11;rgb:dddd/dddd/dddd\x1b\\", pause=pause)
    assert [type(event) for event in found] == [Background]


def test_escape_is_a_key_while_an_answer_is_expected() -> None:
    [key] = read("\x1b", pause=LATE + 0.1)
    assert isinstance(key, events.Key) and key.key == "escape"
    keys = [event.key for event in read("\x1b", "d", pause=0.5) if isinstance(event, events.Key)]
    assert keys == ["escape", "d"]


@pytest.mark.parametrize(
    ("value", "light"),
    [
        ("0;15", True),
        ("0;default;15", True),
        ("0;7", True),
        ("15;0", False),
        ("12;8", False),
        ("0;default", False),
    ],
)
def test_colorfgbg_names_the_background(value: str, light: bool) -> None:
    assert light_in({"COLORFGBG": value}) is light


@pytest.mark.parametrize("value", ["", ";", "x", "²", "0;99", "0;" + "7" * 9999])
def test_a_strange_colorfgbg_says_nothing(value: str) -> None:
    assert light_in({"COLORFGBG": value}) is False


def test_who_has_no_answer_is_not_asked() -> None:
    assert may_be_asked({"TERM": "xterm-256color"})
    assert may_be_asked({"TERM": "screen-256color", "TMUX": "/tmp/tmux"})
    assert not may_be_asked({"TERM": "linux"})
    assert not may_be_asked({"TERM": "dumb"})
    assert not may_be_asked({"TERM": "screen", "STY": "12.pts-0"})

"""The control sequences of a notification: one each, whatever a server is called."""

from __future__ import annotations

import re

import pytest

from keyrack.tui.terminal.notification import notification

NINE, SEVEN = {"TERM": "xterm-kitty"}, {"TERM": "foot"}
HOSTILE = [
    "a\x1b]52;c;ZXZpbA==\x07b",  # ESC and BEL: a second sequence
    "a\x1b\\b",  # ESC and ST: the end, and then text
    "a\x9cb\x9d0;x\x9c\x90q\x9b31m",  # the same in C1
    "a\nb\r\nc\x0bd",
    "4;1;100;a;b",  # parameters
    "a\u202eb\u2028c\u200b",
    "a\udc1bb\x00c\x7f",
    "x" * 100_000,
]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_name_makes_no_sequence_of_its_own(words: str) -> None:
    nine, seven = notification(words, words, NINE), notification(words, words, SEVEN)
    assert re.fullmatch(r"\x1b\]9;keyrack: [^\x00-\x1f\x7f-\x9f;]{1,400}\x1b\\", nine)
    assert re.fullmatch(
        r"\x1b\]777;notify;keyrack: [^\x00-\x1f\x7f-\x9f;]+;[^\x00-\x1f\x7f-\x9f;]+\x1b\\", seven
    )
    assert nine.isprintable() is False and len(nine) < 500
    (nine + seven).encode()  # no surrogate is left


def test_each_terminal_gets_the_sequence_that_it_knows() -> None:
    nine = "\x1b]9;keyrack: linear: login needed.\x1b\\"
    seven = "\x1b]777;notify;keyrack: linear;login needed.\x1b\\"
    for env, sequence in (
        ({"TERM": "xterm-kitty"}, nine),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, nine),
        ({"TERM": "rxvt-unicode-256color"}, seven),
        ({"TERM": "foot"}, seven),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, seven),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "240800"}, seven),
        ({"TERM": "linux"}, ""),
        ({"TERM": "dumb"}, ""),
        ({}, ""),
    ):
        assert notification("linear", "login needed.", env) == sequence


@pytest.mark.parametrize("words", HOSTILE)
def test_tmux_gets_it_wrapped_and_still_as_one(words: str) -> None:
    within = notification(words, words, {"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0"})
    assert within.startswith("\x1bPtmux;\x1b\x1b]9;") and within.endswith("\x1b\x1b\\\x1b\\")
    body = within.removeprefix("\x1bPtmux;").removesuffix("\x1b\\")
    assert body.replace("\x1b\x1b", "\x1b") == notification(words, words, NINE)
    assert body.count("\x1b") == 4  # each of the two is doubled

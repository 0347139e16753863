"""Bursts of keys at every change of screen, mixed with a terminal's replies, in a real terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from support.screen import PATIENCE, Screen, screen
from support.throttle import throttled

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
HOLDERS = ("analytics", "calendar", "issues", "notes")  # the demo's servers with a credential
# What opens a screen, or closes one, or changes what is on it.
OPENERS = ("/", *"dDKAyvta?i\rlc", "\x10", "/x\r", "?\x1b", "d\x1b")
# Answers that hold the keys of what destroys.
BACKGROUND = "\x1b]11;rgb:dddd/dddd/dddd\x1b\\"
ANSWERS = (BACKGROUND, "\x1b[?62;1;2;4c", "\x1bP>|dyDy 1.0\x1b\\", "\x1b[24;80R", "\x1b[?2026;2$y")
STILL = 8  # looks at the same screen
LATE = 2.0  # seconds until the rest of one comes


@pytest.fixture
def terminal(own_home: Path, tmp_path: Path) -> Iterator[Screen]:
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), "TMPDIR": str(tmp_path)}
    with screen([KEYRACK, "demo"], env) as terminal:
        terminal.until(lambda text: "notes" in text and "in memory" in text)
        yield terminal


def on_list(text: str) -> bool:
    return "╭─ Servers" in text and text.count("╭") == 1 and "/ filter…" in text


def until_still(terminal: Screen) -> None:
    """Nothing moves any more; a burst may take a busy machine a while."""
    looks = [""]
    while len(looks) < STILL:
        time.sleep(0.1)
        text = terminal.text()
        looks = [*looks, text] if text == looks[-1] else [text]


def back_to_list(terminal: Screen) -> None:
    end = time.monotonic() + PATIENCE
    while not on_list(text := terminal.text()):
        assert time.monotonic() < end, text
        terminal.press("Escape")
        time.sleep(0.4)  # a pause, as a person makes it


def all_are_there(text: str) -> bool:
    lines = [next((line for line in text.splitlines() if f"{name} " in line), "") for name in HOLDERS]
    return all(lines) and not any("not logged in" in line for line in lines)


@pytest.mark.slow("after each burst it waits until nothing moves any more, and between keys as a person does")
@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("busy", [False, True], ids=["", "on a busy machine"])
def test_no_burst_destroys_anything(terminal: Screen, busy: bool, half: int) -> None:
    with throttled(terminal.process()) if busy else nullcontext():
        for opener in OPENERS[half::2]:
            terminal.type(f"{opener}dynadyDy\rdyy\ry")
            until_still(terminal)
            back_to_list(terminal)
            terminal.until(lambda text: on_list(text) and all_are_there(text))


def test_a_filter_typed_at_once_is_the_filter(terminal: Screen) -> None:
    with throttled(terminal.process()):
        terminal.type("/dynatrace")
        terminal.until("No server matches dynatrace")
        terminal.press("Escape")
        terminal.until(on_list)
        terminal.type("/notes\r")
        terminal.until(lambda text: "1 of 10" in text)


WHERE = {
    "list": ("", lambda text: on_list(text) and "l Login" in text),
    "filter": ("/", lambda text: text.count("╭") == 1 and "↓ List" in text),
    "clear": ("d", lambda text: "(•) Revoke" in text and "Clear (y)" in text),
    "token": ("t", lambda text: "paste it here; it stays hidden" in text),
}


@pytest.mark.parametrize(("opener", "there"), WHERE.values(), ids=WHERE)
def test_late_answers_in_pieces_are_no_keys(
    opener: str, there: Callable[[str], bool], terminal: Screen
) -> None:
    if opener:
        terminal.type(opener)
    terminal.until(there)
    terminal.send("".join(ANSWERS))
    for place in (2, len(BACKGROUND) // 2, len(BACKGROUND) - 1):
        terminal.send(BACKGROUND[:place])
        time.sleep(LATE)
        terminal.send(BACKGROUND[place:])
    terminal.send("\x1b[C")  # an arrow that does nothing here: what came before it is done with
    time.sleep(0.5)
    assert there(terminal.text())


def test_an_answer_whose_esc_came_alone_opens_nothing(terminal: Screen) -> None:
    for pieces in (("\x1b", BACKGROUND[1:]), ("\x1b", "[?62;1;2;4c")):
        for piece in pieces:
            terminal.send(piece)
            time.sleep(LATE)
    assert on_list(terminal.text())

"""A terminal's replies, late or in pieces, never count as keys, and keys stay keys."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events, messages
from textual.message import Message

from keyrack.tui.terminal.reader import TerminalReader

ANSWERS = {
    "background, ended by ST": "\x1b]11;rgb:dddd/dddd/dddd\x1b\\",
    "background, ended by BEL": "\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
    "foreground": "\x1b]10;rgb:d0d0/d0d0/d0d0\x1b\\",
    "a palette colour": "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
    "clipboard": "\x1b]52;c;ZGRkeQ==\x07",
    "title": "\x1b]lready\x1b\\",
    "where the cursor is": "\x1b[24;80R",
    "DA1": "\x1b[?62;1;2;4;6;9;15;22c",
    "DA2": "\x1b[>41;354;0c",
    "DA3": "\x1bP!|00000000\x1b\\",
    "XTVERSION": "\x1bP>|tmux 3.4\x1b\\",
    "DECRQSS": "\x1bP1$r0m\x1b\\",
    "XTGETTCAP": "\x1bP1+r544e=787465726d\x1b\\",
    "DECRPM": "\x1b[?2031;2$y",
    "ANSI mode": "\x1b[4;2$y",
    "status": "\x1b[0n",
    "colour scheme": "\x1b[?997;1n",
    "kitty flags": "\x1b[?25u",
    "kitty graphics": "\x1b_Gi=31;OK\x1b\\",
    "window size": "\x1b[8;24;80t",
    "pixels": "\x1b[4;600;800t",
    "DECREQTPARM": "\x1b[2;1;1;120;120;1;0x",
    "sixel geometry": "\x1b[?2;0;800;600S",
}
# Meant for the program, but no keys.
MEANT = {
    "focus": "\x1b[I",
    "blur": "\x1b[O",
    "synchronised output": "\x1b[?2026;2$y",
    "resize in band": "\x1b[48;24;80;480;640t",
    "mouse": "\x1b[<0;12;5M",
    "oldest mouse": "\x1b[M !!",
}
ALL = ANSWERS | MEANT
DELAYS = (0.0, 0.05, 0.2, 2.0)


class Line:
    """A terminal's line: pieces with pauses between them, read as the driver reads."""

    def __init__(self) -> None:
        self.reader, self.now, self.events = TerminalReader(), 100.0, list[Message]()

    def send(self, text: str) -> None:
        self.events += self.reader.feed(text, self.now)

    def pause(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now = min(self.now + 0.02, end)
            self.events += self.reader.tick(self.now)

    @property
    def keys(self) -> list[str]:
        return [event.key for event in self.events if isinstance(event, events.Key)]

    @property
    def characters(self) -> set[str | None]:
        return {event.character for event in self.events if isinstance(event, events.Key)}


@pytest.mark.parametrize("answer", ALL.values(), ids=ALL)
@pytest.mark.parametrize("delay", DELAYS)
def test_an_answer_split_anywhere_is_no_key(answer: str, delay: float) -> None:
    for place in range(1, len(answer)):
        line = Line()
        line.send(answer[:place])
        line.pause(delay)
        line.send(answer[place:])
        line.pause(5)
        # An ESC that stands alone for longer than ESCDELAY is the key, whatever comes after it.
        escaped = place == 1 and delay > 0.1
        assert line.keys == (["escape"] if escaped else []), (answer[:place], answer[place:])
        line.send("d")
        assert line.keys[-1] == "d"


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_in_three_late_pieces_opens_nothing(answer: str) -> None:
    for first, second in combinations(range(1, len(answer)), 2):
        line = Line()
        for piece in (answer[:first], answer[first:second], answer[second:]):
            line.send(piece)
            line.pause(2.0)
        # Of a lone ESC's rest, a single character that comes alone may be a key that was pressed.
        lone = {answer[1]} if first == 1 and second == 2 else set()
        assert not line.characters - lone - {"\x1b"}


@pytest.mark.parametrize("first", ANSWERS.values(), ids=ANSWERS)
def test_answers_one_after_the_other_are_no_keys(first: str) -> None:
    line = Line()
    line.send(first + "".join(ANSWERS.values()))
    line.send("d")
    assert line.keys == ["d"]


def test_answers_in_eight_bits_are_no_keys() -> None:
    for text in ("\x9b?62;1c", "\x9d11;rgb:dddd/dddd/dddd\x9c", "\x90>|xterm\x9c"):
        line = Line()
        line.send(text)
        line.send(text.encode("latin-1").decode("utf-8", "surrogateescape"))
        assert line.keys == []


@pytest.mark.parametrize("size", ["48;99999;80", "48;24;9999999999"])
def test_a_size_that_no_terminal_has_is_ignored(size: str) -> None:
    line = Line()
    line.send(f"\x1b[{size};480;640t")
    line.send("d")
    assert [event.key for event in line.events if isinstance(event, events.Key)] == ["d"]
    assert len(line.events) == 1


def test_what_is_meant_for_the_program_arrives() -> None:
    line = Line()
    line.send("".join(MEANT.values()))
    assert [type(event) for event in line.events] == [
        events.AppFocus,
        events.AppBlur,
        messages.TerminalSupportsSynchronizedOutput,
        events.Resize,
        events.MouseDown,
    ]


KEYS = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x1b[1;5C": "ctrl+right",
    "\x1b[3~": "delete",
    "\x1b[3$": "shift+delete",
    "\x1bOP": "f1",
    "\x1b[[A": "f1",
    "\x1b[Z": "shift+tab",
    "\x1b[27u": "escape",
    "\x1b[100u": "d",
    "\x1b[13u": "enter",
    "\x1bd": "alt+d",
    "\r": "enter",
    "\x7f": "backspace",
    "\x11": "ctrl+q",
    "é": "é",
    "/": "slash",
}


@pytest.mark.parametrize(("sequence", "key"), KEYS.items())
def test_a_key_in_pieces_is_that_key(sequence: str, key: str) -> None:
    for place in range(len(sequence)):
        line = Line()
        line.send(sequence[:place])
        line.pause(0.08)
        line.send(sequence[place:])
        line.pause(0.2)
        assert line.keys == [key]


def test_an_arrow_that_comes_after_its_esc_is_an_arrow_and_no_letter() -> None:
    line = Line()
    line.send("\x1b")
    line.pause(0.5)
    line.send("[A")
    assert line.keys == ["escape", "up"]


def test_escape_is_a_key_after_its_delay_and_at_the_time_of_the_press() -> None:
    line = Line()
    line.send("\x1b")
    assert line.keys == []
    pressed = line.now
    line.pause(0.12)
    assert line.keys == ["escape"]
    assert line.events[0].time == pytest.approx(pressed)


def test_escape_and_what_is_typed_after_it_are_keys() -> None:
    line = Line()
    line.send("\x1b\x1b")
    line.pause(0.2)
    line.send("d")
    for char in "[1]0P_":
        line.send(char)
        line.pause(0.2)
    line.send("\x1b")
    line.pause(0.2)
    line.send("Ping")  # a burst that begins as a DCS does
    line.send("[d]")
    assert "".join(event.character or "" for event in line.events if isinstance(event, events.Key)) == (
        "\x1b\x1bd[1]0P_\x1bPing[d]"
    )


def test_a_key_after_an_answer_that_never_ends_is_a_key() -> None:
    line = Line()
    line.send("\x1b]11;rgb:dd")
    line.pause(3)
    line.send("d")
    assert line.keys == ["d"]
    line.send("\x1b]11;rgb:dd\x11")  # ctrl+q breaks into it
    assert line.keys == ["d", "ctrl+q"]


@pytest.mark.parametrize("place", range(1, 30))
def test_a_paste_split_anywhere_is_one_paste_and_no_key(place: int) -> None:
    text = "\x1b[200~dy\x1b[A\ndrop table\x1b[201~"
    line = Line()
    line.send(text[:place])
    line.pause(0.08 if place == 1 else 2)
    line.send(text[place:])
    line.pause(5)
    assert line.keys == []
    [paste] = line.events
    assert isinstance(paste, events.Paste) and paste.text == "dy\x1b[A\ndrop table"


@given(st.text(alphabet="\x1b[]P_O?>;:$~0123456789dycuRMtm\\\x07\x9b\udc9b é", max_size=60))
def test_whatever_comes_the_keyboard_works_afterwards(text: str) -> None:
    line = Line()
    line.send(text)
    line.pause(6)
    line.send("\x1b[201~")  # out of a paste, where it was one
    line.pause(6)
    line.send("d")
    assert line.keys[-1:] == ["d"]

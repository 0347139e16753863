"""A light terminal gets a light screen, whenever and however it answers; its answer is never a key."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keyrack.config.screen import ScreenFile
from keyrack.domain.remembered import Remembered
from keyrack.tui.terminal.background import QUESTION
from keyrack.tui.theme import KEYRACK_DARK, KEYRACK_LIGHT

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
PATIENCE = 60.0  # seconds
ONE = '[servers.one]\nurl = "https://one.example/mcp"\n'
WHITE, DA1 = b"\x1b]11;rgb:dddd/dddd/dddd\x1b\\", b"\x1b[?62;c"


def color(theme: object) -> bytes:
    hexadecimal = str(getattr(theme, "background", "")).removeprefix("#")
    return "48;2;{};{};{}".format(*bytes.fromhex(hexadecimal)).encode()


LIGHT, DARK = color(KEYRACK_LIGHT), color(KEYRACK_DARK)


class Line:
    """keyrack at a terminal that answers only what a test has it answer."""

    def __init__(self, env: dict[str, str]) -> None:
        self._end, self._theirs = pty.openpty()
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        theirs = self._theirs
        self.process = subprocess.Popen(
            [KEYRACK], env=env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        self.seen = b""

    def until(self, met: Callable[[bytes], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not met(self.seen):
            assert time.monotonic() < end, self.seen[-2000:]
            self.read(0.1)

    def read(self, seconds: float) -> None:
        if select.select([self._end], [], [], seconds)[0]:
            self.seen += os.read(self._end, 65536)

    def pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def send(self, data: bytes) -> None:
        os.write(self._end, data)

    def ends(self) -> int:
        """The exit status, once it has ended."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        return self.process.wait(0)

    def unread(self) -> int:
        """What is left for the shell to read."""
        return int.from_bytes(fcntl.ioctl(self._theirs, termios.FIONREAD, bytes(4)), sys.byteorder)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._end)
        os.close(self._theirs)


@pytest.fixture
def env(own_home: Path) -> dict[str, str]:
    config = own_home / ".config" / "keyrack"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(ONE)
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(own_home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }


@pytest.fixture
def line(env: dict[str, str]) -> Iterator[Line]:
    line = Line(env)
    try:
        line.until(lambda seen: QUESTION.encode() in seen)
        yield line
    finally:
        line.close()


def test_an_answer_at_once_is_there_before_the_first_frame(line: Line) -> None:
    line.send(WHITE + DA1)
    line.until(lambda seen: b"one" in seen and LIGHT in seen)
    assert DARK not in line.seen


# Each d would open the dialog that clears, in which q does not quit.
@pytest.mark.parametrize(
    ("pieces", "pause"),
    [
        ([WHITE + DA1], 2.0),
        ([bytes([byte]) for byte in WHITE[:6]] + [WHITE[6:-1], WHITE[-1:] + DA1], 0.3),
        ([b"\x1b", WHITE[1:] + DA1], 2.0),
    ],
    ids=["late", "in pieces", "late after its ESC"],
)
def test_a_late_answer_counts_and_is_no_key(line: Line, pieces: list[bytes], pause: float) -> None:
    line.until(lambda seen: b"one" in seen and DARK in seen)
    for piece in pieces:
        line.pause(pause)
        line.send(piece)
    line.until(lambda seen: LIGHT in seen)
    line.send(b"q")
    assert line.ends() == 0


def test_without_an_answer_it_is_dark_and_can_be_left(line: Line) -> None:
    line.send(b"\x1b]11;rgb:dddd/dd\x07" + DA1)  # what is no color is no answer
    line.until(lambda seen: b"one" in seen and DARK in seen)
    line.send(b"q")
    assert line.ends() == 0
    assert LIGHT not in line.seen


def test_a_chosen_theme_stays(env: dict[str, str]) -> None:
    ScreenFile(env, "linux").save(Remembered(theme=KEYRACK_DARK.name))
    line = Line(env)
    try:
        line.until(lambda seen: QUESTION.encode() in seen)
        line.send(WHITE + DA1)
        line.until(lambda seen: b"one" in seen and DARK in seen)
        line.send(b"q")
        assert line.ends() == 0
        assert LIGHT not in line.seen
    finally:
        line.close()


def test_an_answer_on_its_way_is_not_left_to_the_shell(line: Line) -> None:
    line.send(b"\x11")
    line.pause(0.5)
    line.send(WHITE + DA1 + b"\n")  # a shell's terminal hands over whole lines
    assert line.ends() == 0
    assert line.unread() == 0


def test_colorfgbg_counts_until_there_is_an_answer(env: dict[str, str]) -> None:
    line = Line({**env, "COLORFGBG": "0;15"})
    try:
        line.until(lambda seen: b"one" in seen and LIGHT in seen)
        assert DARK not in line.seen
    finally:
        line.close()

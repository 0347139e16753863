"""Runs a program to its end, in a terminal if it wants one, and ends it with all it has started."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

CODES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^][^\x1b]*\x1b\\|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()]?.|\r"
)
AUTHORIZE = re.compile(r"http://127\.0\.0\.1:\d+/auth\?\S+")
# What programs ask a terminal at their start, and a plain terminal's answers.
ANSWERS = {
    b"\x1b[c": b"\x1b[?62;22c",  # what are you?
    b"\x1b[6n": b"\x1b[1;1R",  # where is the cursor?
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",  # which background?
    b"\x1b[?u": b"\x1b[?0u",  # which keyboard protocol?
}
SIZE = struct.pack("HHHH", 50, 200, 0, 0)  # rows and columns
TICK = 0.1  # seconds between two looks
BEFORE_TYPING = 0.4  # seconds: a program draws before it listens, and takes fast input for a paste


class Ended(NamedTuple):
    """How a program ended."""

    code: int | None  # None: it was ended after its time, or when it was enough
    text: str  # what it printed, to both outputs, without a terminal's codes


class Screen(NamedTuple):
    """A terminal, and what is done at it."""

    typed: Sequence[tuple[str, str]] = ()  # a pattern, and what is typed where it shows; one after the other
    ends: bool = False  # the program is ended, as if by itself, when all this was typed
    linger: float = 0.0  # seconds later: it may still have to write its files
    browser: str = ""  # opens the first address of an authorization server that shows


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str,
    seconds: float,
    screen: Screen | None = None,
    enough: Callable[[], bool] | None = None,
) -> Ended:
    """Run it, in a terminal if there is a `screen`, else without any input.

    The program is ended `seconds` after its start, or as soon as `enough`.
    """
    reading, output = os.pipe() if screen is None else pty.openpty()
    if screen is not None:
        fcntl.ioctl(output, termios.TIOCSWINSZ, SIZE)
    process = subprocess.Popen(
        argv,
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL if screen is None else output,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=None if screen is None else _take_terminal,
    )
    os.close(output)
    following = _Following(process, reading, screen, env)
    try:
        following.until(time.monotonic() + seconds, enough)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
        code = 0 if following.is_done else process.returncode
    finally:
        _end(process)
        os.close(reading)
    return Ended(code, following.text)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class _Following:
    """Reads what a program prints, and answers it."""

    def __init__(
        self, process: subprocess.Popen[bytes], reading: int, screen: Screen | None, env: Mapping[str, str]
    ) -> None:
        self.is_done = False  # all was typed that should be
        self._process, self._reading, self._screen, self._env = process, reading, screen, env
        self._raw = b""
        self._seen = 0
        self._typed = list(screen.typed) if screen else []
        self._has_signed_in = False

    @property
    def text(self) -> str:
        return CODES.sub("", self._raw.decode(errors="replace"))

    def until(self, limit: float, enough: Callable[[], bool] | None) -> None:
        while time.monotonic() < limit and not (enough and enough()):
            if not select.select([self._reading], [], [], TICK)[0]:
                if self._process.poll() is not None and not self.is_done:
                    return  # something that it has started holds the output open
                continue
            try:
                part = os.read(self._reading, 65536)
            except OSError:  # a terminal that is closed
                return
            if not part:
                return
            self._raw += part
            if self._screen is not None and self._answer(part, self._screen):
                limit = min(limit, time.monotonic() + self._screen.linger)

    def _answer(self, part: bytes, screen: Screen) -> bool:
        """Is this the moment at which all was typed, and the program should end?"""
        for question, answer in ANSWERS.items():
            if question in part:
                self._type(answer)
        text = self.text
        shown = AUTHORIZE.search(text[: text.rfind("\n") + 1]) if screen.browser else None
        if shown and not self._has_signed_in:
            self._has_signed_in = True
            subprocess.run([screen.browser, shown[0]], env=dict(self._env), check=False)
        if not self._typed or not (found := re.compile(self._typed[0][0]).search(text, self._seen)):
            return False
        self._seen = found.end()
        _, keys = self._typed.pop(0)
        if keys:
            time.sleep(BEFORE_TYPING)
            self._type(keys.encode())
        self.is_done = screen.ends and not self._typed
        return self.is_done

    def _type(self, keys: bytes) -> None:
        with suppress(OSError):  # it has ended
            os.write(self._reading, keys)


def _end(process: subprocess.Popen[bytes]) -> None:
    """With its session: what it has started may go on without it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(2)
            break
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)

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
# What programs ask a terminal at their start, and a plain terminal's answers.
ANSWERS = {
    b"\x1b[c": b"\x1b[?62;22c",  # what are you?
    b"\x1b[6n": b"\x1b[1;1R",  # where is the cursor?
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",  # which background?
    b"\x1b[?u": b"\x1b[?0u",  # which keyboard protocol?
}
TICK = 0.1  # seconds between two looks
BEFORE_TYPING = 0.4  # seconds: a program draws before it listens, and takes fast input for a paste


class Ended(NamedTuple):
    """How a program ended."""

    code: int | None  # None: it was ended after its time, or when it was enough
    text: str  # what it printed, to both outputs, without a terminal's codes


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str,
    seconds: float,
    typed: Sequence[tuple[str, str]] | None = None,
    enough: Callable[[], bool] | None = None,
) -> Ended:
    """Run it without any input; or, with `typed`, in a terminal.

    `typed` are pairs of a pattern and what to type where it shows, one after the other. The program is
    ended `seconds` after its start, or as soon as `enough`.
    """
    if typed is None:
        reading, output = os.pipe()
        source: int = subprocess.DEVNULL
    else:
        reading, output = pty.openpty()
        fcntl.ioctl(output, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        source = output
    process = subprocess.Popen(
        argv, env=dict(env), cwd=cwd, stdin=source, stdout=output, stderr=output, start_new_session=True,
        preexec_fn=_take_terminal if typed is not None else None,
    )  # fmt: skip
    os.close(output)
    try:
        text = _follow(process, reading, seconds, list(typed or ()), enough)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
        code = process.returncode
    finally:
        _end(process)
        os.close(reading)
    return Ended(code, text)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _follow(
    process: subprocess.Popen[bytes],
    reading: int,
    seconds: float,
    typed: list[tuple[str, str]],
    enough: Callable[[], bool] | None,
) -> str:
    raw, seen, limit = b"", 0, time.monotonic() + seconds
    while time.monotonic() < limit and not (enough and enough()):
        if not select.select([reading], [], [], TICK)[0]:
            if process.poll() is not None:
                break  # something that it has started holds the output open
            continue
        try:
            part = os.read(reading, 65536)
        except OSError:  # a terminal that is closed
            break
        if not part:
            break
        raw += part
        if typed is not None:
            for question, answer in ANSWERS.items():
                if question in part:
                    with suppress(OSError):
                        os.write(reading, answer)
        text = _plain(raw)
        if typed and (found := re.compile(typed[0][0]).search(text, seen)):
            time.sleep(BEFORE_TYPING)
            os.write(reading, typed.pop(0)[1].encode())
            seen = found.end()
    return _plain(raw)


def _plain(raw: bytes) -> str:
    return CODES.sub("", raw.decode(errors="replace"))


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

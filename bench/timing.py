"""How long a program takes: to its end, or to a text on its terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping

LIMIT = 30.0  # seconds; slower than that is no measurement


def to_the_end(command: list[str], env: Mapping[str, str]) -> float:
    """Seconds of wall time. Raises when the program fails: a failure is quick and no result."""
    start = time.perf_counter()
    subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def to_text(command: list[str], env: Mapping[str, str], text: str) -> float:
    """Seconds until `text` has arrived on an 80×24 terminal; then the program is ended."""
    start = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, {**env, "TERM": "xterm-256color"})
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    try:
        while text.encode() not in seen:
            if time.perf_counter() - start > LIMIT:
                raise TimeoutError(f"{text!r} did not appear; the screen has: {seen[-500:]!r}")
            if select.select([terminal], [], [], 0.5)[0]:
                seen += os.read(terminal, 65536)
        return time.perf_counter() - start
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def medians(*measures: Callable[[], float], runs: int) -> list[float]:
    """The median of each, measured in turns, so that a busy moment hits all of them."""
    for measure in measures:
        measure()  # once for the caches
    results = [[measure() for measure in measures] for _ in range(runs)]
    return [statistics.median(column) for column in zip(*results, strict=True)]

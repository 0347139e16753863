"""The real screen on a terminal: how long keys and a check of all servers take, and what idling costs."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from timing import LIMIT

from keyrack.system.batch import SIDE_BY_SIDE

HERE = Path(__file__).parent
Tell = Callable[[str, float, float, "float | None"], None]
PAUSE = 0.15  # seconds without output before a key: what the last one did is done
MOVES = 9  # rows down, and as many up: what a terminal of 24 lines shows without scrolling
IDLE = 20.0  # seconds
CHECKED, ANSWER = 500, 0.1  # servers, and the seconds that each takes to answer


class Screen:
    """A program on an 80×24 terminal, which is ended with the block."""

    def __init__(self, command: list[str], env: Mapping[str, str]) -> None:
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, {**env, "TERM": "xterm-256color"})
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._terminal)

    def wait(self, text: str, seconds: float = LIMIT) -> None:
        """Until `text` arrives."""
        seen, end = b"", time.perf_counter() + seconds
        while text.encode() not in seen:
            if time.perf_counter() > end:
                raise TimeoutError(f"{text!r} did not appear; the screen has: {seen[-500:]!r}")
            if select.select([self._terminal], [], [], 0.5)[0]:
                seen += os.read(self._terminal, 65536)

    def settle(self, seconds: float = PAUSE) -> None:
        """Read until nothing has come for that long."""
        while select.select([self._terminal], [], [], seconds)[0]:
            os.read(self._terminal, 65536)

    def press(self, key: str, text: str, seconds: float = LIMIT) -> float:
        """Seconds from a key until `text` arrives."""
        self.settle()
        start = time.perf_counter()
        os.write(self._terminal, key.encode())
        self.wait(text, seconds)
        return time.perf_counter() - start

    def cpu(self) -> float:
        """Seconds of processor time so far, of all its threads (proc(5), utime and stime)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def keys(tell: Tell, command: list[str], many: Mapping[str, str], few: Mapping[str, str], runs: int) -> None:
    """Moves the cursor over the same rows of both lists, in turns."""
    times: dict[str, list[float]] = {"many": [], "few": []}
    with Screen(command, many) as first, Screen(command, few) as second:
        screens = {"many": first, "few": second}
        for screen in screens.values():
            screen.wait("server-0009")
            screen.settle(1.0)
        down = [("j", f"server-{row:04}") for row in range(1, MOVES + 1)]
        up = [("k", f"server-{row:04}") for row in range(MOVES - 1, -1, -1)]
        for _ in range(max(1, runs // 5)):
            for key, name in down + up:
                for which, screen in screens.items():
                    times[which].append(screen.press(key, name))
    of_many, of_few = (statistics.median(times[which]) for which in screens)
    tell("a key to its repaint with 1000 servers / with 10", of_many, of_few, 1.5)


def idle(command: list[str], env: Mapping[str, str], what: str) -> None:
    if not Path("/proc/self/stat").exists():
        print(f"{what}: not measured, as there is no /proc")
        return
    with Screen(command, env) as screen:
        screen.wait("server-0001")
        screen.settle(2.5)
        before = screen.cpu()
        time.sleep(IDLE)
        share = (screen.cpu() - before) / IDLE
    print(f"{what}: {share:.2%} of a core  (goal: < 0.50%)", flush=True)


@contextmanager
def slow_servers() -> Generator[list[tuple[str, str]]]:
    """The (name, URL) of servers that take their time to ask for a login."""
    command = [sys.executable, str(HERE / "slow.py"), str(ANSWER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin and server.stdout
        port = int(server.stdout.readline())
        yield [(f"server-{n:04}", f"http://127.0.0.1:{port}/{n}/mcp") for n in range(CHECKED)]
        server.stdin.close()


def check(tell: Tell, command: list[str], env: Mapping[str, str]) -> None:
    """All servers of a home, as the screen does it. The ideal only waits for the answers."""
    with Screen(command, env) as screen:
        screen.wait("server-0001")
        screen.settle(1.0)
        took = screen.press("C", "Checked", seconds=10 * LIMIT)
    ideal = -(-CHECKED // SIDE_BY_SIDE) * ANSWER
    what = f"a check of {CHECKED} servers that answer in {ANSWER * 1e3:.0f} ms, {SIDE_BY_SIDE} at a time"
    tell(f"{what} / the ideal", took, ideal, 1.3)

"""Runs commands of the user's with a time limit, away from our terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress


class BoundedRuns:
    """Commands that end within a time limit, or when we do. Safe to use from several threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, command: Sequence[str], *, env: Mapping[str, str], cwd: str, seconds: float) -> str:
        """Run it without a shell, and return "", or a clause that says what went wrong.

        Its input is empty, and its output is discarded. After `seconds` it is killed with the processes that
        it has started.
        """
        nothing = subprocess.DEVNULL
        with self._turn:
            if self._stopped:
                return ""
            try:
                process = subprocess.Popen(
                    command, env=env, cwd=cwd, stdin=nothing, stdout=nothing, stderr=nothing,
                    start_new_session=True,
                )  # fmt: skip
            except (OSError, ValueError) as error:
                return f"can't be started: {getattr(error, 'strerror', None) or 'it is not a command'}"
            self._running.add(process)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.wait()
            return f"took longer than {seconds:g} seconds, and was ended"
        finally:
            with self._turn:
                self._running.discard(process)
        return "" if code == 0 or self._stopped else f"failed with exit code {code}"

    def stop(self) -> None:
        """End those that run, and start no more."""
        with self._turn:
            self._stopped = True
            for process in self._running:
                _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill its session's process group. It is not reaped yet, so the number is still its own."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)

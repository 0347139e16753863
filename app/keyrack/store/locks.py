"""Locks that die with their process.

A lock is the kernel's lock on an open file, not the file: a file left behind by a
killed process blocks nobody, and so the files are never removed.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

from keyrack.domain.errors import KeyrackError, Temporary

LONGEST_PAUSE = 0.05  # seconds between two looks at a lock that another process holds

if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int) -> bool:
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class _Hold:
    """One name's lock in this process; re-entrant in a thread."""

    def __init__(self) -> None:
        self.thread_lock = threading.RLock()
        self.depth = 0
        self.fd = -1


class Locks:
    """Locks by name, among threads and, with a folder, among processes."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder
        self._holds: dict[str, _Hold] = {}

    @contextmanager
    def hold(self, name: str, *, timeout: float) -> Generator[None]:
        """Hold the lock, waiting at most `timeout` seconds; then Temporary.

        A thread that holds it may take it again.
        """
        deadline = time.monotonic() + timeout
        hold = self._holds.setdefault(name, _Hold())
        if not hold.thread_lock.acquire(timeout=max(timeout, 0)):
            raise _busy()
        try:
            if hold.depth == 0 and self._folder is not None:
                hold.fd = self._lock_file(self._folder, name, deadline)
            hold.depth += 1
            try:
                yield
            finally:
                hold.depth -= 1
                if hold.depth == 0 and hold.fd >= 0:
                    os.close(hold.fd)  # gives the lock back
                    hold.fd = -1
        finally:
            hold.thread_lock.release()

    @staticmethod
    def _lock_file(folder: str, name: str, deadline: float) -> int:
        path = os.path.join(folder, f"{name}.lock")
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise KeyrackError(
                f"The lock file {path} can't be opened: {error.strerror}.",
                hint="keyrack needs to write to its own data folder.",
            ) from None
        pause = 0.002
        try:
            while not _try_lock(fd):
                if time.monotonic() >= deadline:
                    raise _busy()
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        except BaseException:
            os.close(fd)
            raise
        return fd


def _busy() -> Temporary:
    return Temporary("Another keyrack is working on this credential.", hint="Try again in a moment.")

"""Locks that end with their process.

A lock is the kernel's lock on an open file, not the file itself: a file left by a killed
process blocks nobody, so the files are never deleted. The filelock package is not used:
importing it would add 32 ms to `keyrack token`.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.system import folders

LONGEST_PAUSE = 0.05  # seconds between two tries for a lock that another process holds

if sys.platform == "win32":
    import msvcrt

    def try_lock(fd: int) -> bool:
        """Lock the open file, unless another process has; it ends with the process."""
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def unlock(fd: int) -> None:
        """Unlock the file and close it."""
        os.close(fd)
else:
    import fcntl

    def try_lock(fd: int) -> bool:
        """Lock the open file, unless another process has; it ends with the process."""
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(fd: int) -> None:
        """Unlock the file and close it."""
        try:
            # Closing is not enough: a child forked in the meantime has the same lock open.
            fcntl.flock(fd, fcntl.LOCK_UN)
        except OSError:
            pass
        os.close(fd)


class _Hold:
    """One name's lock in this process; re-entrant in a thread."""

    def __init__(self) -> None:
        self.thread_lock = threading.RLock()
        self.depth = 0
        self.fd = -1


class Locks:
    """Locks by name, between threads and, with a folder, between processes."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder
        self._holds: dict[str, _Hold] = {}

    @contextmanager
    def hold(self, name: str, *, timeout: float) -> Generator[None]:
        """Hold the lock. Raises Temporary if it is not free within `timeout` seconds.

        The thread that holds it may take it again.
        """
        deadline = time.monotonic() + timeout
        if not self._holds:
            # Not in __init__: `keyrack list` takes no lock and needs no import of weakref.
            from keyrack.system.forks import reset_in_child

            reset_in_child(self)
        hold = self._holds.setdefault(name, _Hold())
        if not hold.thread_lock.acquire(timeout=max(timeout, 0)):
            raise busy()
        try:
            if hold.depth == 0 and self._folder is not None:
                hold.fd = self._lock_file(self._folder, name, deadline)
            hold.depth += 1
            try:
                yield
            finally:
                hold.depth -= 1
                if hold.depth == 0 and hold.fd >= 0:
                    fd, hold.fd = hold.fd, -1
                    unlock(fd)
        finally:
            hold.thread_lock.release()

    def reset_after_fork(self) -> None:
        """In a forked child: the locks belong to the parent, so close them without unlocking.

        A child forked inside a `with` continues that block without the lock.
        """
        holds, self._holds = self._holds, {}
        for hold in holds.values():
            fd, hold.fd = hold.fd, -1
            if fd >= 0:
                os.close(fd)

    @staticmethod
    def _lock_file(folder: str, name: str, deadline: float) -> int:
        path = os.path.join(folder, f"{name}.lock")
        try:
            folders.make(folder)
            fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise KeyrackError(
                f"The lock file {path} can't be opened: {error.strerror}.",
                hint="keyrack needs to write to its own data folder.",
            ) from None
        try:
            if not tried_until(lambda: try_lock(fd), deadline):
                raise busy()
        except OSError as error:
            os.close(fd)
            raise KeyrackError(
                f"Files in {folder} can't be locked: {error.strerror}.",
                hint="Network drives may not support locks. Set XDG_DATA_HOME to a folder on a local drive.",
            ) from None
        except BaseException:
            os.close(fd)
            raise
        return fd


def tried_until(take: Callable[[], bool], deadline: float) -> bool:
    """Has `take` returned True, tried at least once and until `deadline`, a time of the monotonic clock?"""
    pause = 0.002
    while not take():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
    return True


def busy() -> Temporary:
    """The error when somebody else holds the lock."""
    return Temporary("Another keyrack process is working on this credential.", hint="Try again in a moment.")

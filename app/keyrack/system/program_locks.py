"""The locks by which other programs keep writers of their files apart.

Two kinds are in use. Programs on Node.js use proper-lockfile (4.1): the lock is a folder, made with mkdir,
whose modification time its holder keeps fresh. One that has not been touched for a while was left by a
killed process, and whoever wants the lock removes it. Programs in Rust lock an open file with the kernel's
lock (`File::lock`: flock, on Windows LockFileEx).

                                                                           kind     stale after
    Claude Code 2.1  ~/.claude/.storage-write.lock                         folder   15 s
                     ~/.claude/mcp-refresh-NAME_HASH.lock.lock             folder   10 s
                     ~/.claude.json.lock                                   folder   10 s
    mcpc 0.2         ~/.mcpc/FILE.lock, FILE with its links resolved       folder   10 s
    Codex 0.171      $CODEX_HOME/mcp-oauth-locks/file-store.lock, *.lock   file
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.system import folders
from keyrack.system.ending import cleaned_up
from keyrack.system.locks import tried_until, try_lock, unlock

STALE = 10.0  # seconds; proper-lockfile's own default


@contextmanager
def file_lock(path: str, *, program: str, timeout: float) -> Generator[None]:
    """Hold the kernel's lock on this file, which is created if needed and never deleted.

    `program`: the name of the lock's owner, for sentences. Raises Temporary if the lock is not free within
    `timeout` seconds, KeyrackError if the file can't be opened or locked.
    """
    deadline = time.monotonic() + timeout
    try:
        folders.make(os.path.dirname(path))
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except (OSError, ValueError) as error:
        raise _unusable(path, program, error) from None
    try:
        if not tried_until(lambda: try_lock(fd), deadline):
            raise _busy(path, program)
    except OSError as error:
        os.close(fd)
        raise _unusable(path, program, error) from None
    except BaseException:
        os.close(fd)
        raise
    try:
        yield
    finally:
        unlock(fd)


@contextmanager
def folder_lock(path: str, *, program: str, timeout: float, stale: float = STALE) -> Generator[None]:
    """Hold the lock whose folder is `path`, which must be "<file>.lock", and keep it fresh.

    `stale`: seconds after which the program takes an untouched lock for abandoned; an abandoned one is
    removed here too. Raises as `file_lock` does. The folder is removed at the end, also if the program is
    ended in an orderly way; one that was taken from us, because this machine slept, is left alone.
    """
    deadline = time.monotonic() + timeout
    lock = _FolderLock(path, stale)
    with cleaned_up(lock.release):
        try:
            if not tried_until(lock.take, deadline):
                raise _busy(path, program)
        except (OSError, ValueError) as error:
            raise _unusable(path, program, error) from None
        yield


class _FolderLock:
    """A folder that we made: recognized by its inode and modification time, because inodes are reused."""

    def __init__(self, path: str, stale: float) -> None:
        self._path = path
        self._stale = stale
        self._ours: tuple[int, int, int] | None = None
        self._released = threading.Event()
        self._turn = threading.Lock()  # between the release and a touch

    def take(self) -> bool:
        """Make the folder, unless somebody else has. Raises OSError."""
        try:
            os.mkdir(self._path, 0o700)
        except FileExistsError:
            # The next try comes after a pause: of two that find it stale, one then finds a fresh lock.
            self._remove_stale()
            return False
        self._ours = self._seen()
        threading.Thread(target=self._keep_fresh, name="lock", daemon=True).start()
        return True

    def release(self) -> None:
        self._released.set()
        with self._turn:
            ours, self._ours = self._ours, None
            if ours is not None and self._seen() == ours:
                with suppress(OSError):
                    os.rmdir(self._path)

    def _keep_fresh(self) -> None:
        while not self._released.wait(self._stale / 2):
            with self._turn:
                if self._ours is None or self._seen() != self._ours:
                    return  # released, or taken by somebody while this machine slept
                with suppress(OSError):
                    os.utime(self._path)
                    self._ours = self._seen()

    def _remove_stale(self) -> None:
        seen = self._seen()
        if seen is None or seen[2] / 1e9 >= time.time() - self._stale:
            return
        with suppress(
            OSError
        ):  # not empty, or no folder: it is nobody's lock, and in the way for its program too
            os.rmdir(self._path)

    def _seen(self) -> tuple[int, int, int] | None:
        try:
            status = os.lstat(self._path)
        except OSError:
            return None
        return status.st_dev, status.st_ino, status.st_mtime_ns


def _busy(path: str, program: str) -> Temporary:
    return Temporary(
        f"{program} is writing to its files and holds the lock {path}.", hint="Try again in a moment."
    )


def _unusable(path: str, program: str, error: OSError | ValueError) -> KeyrackError:
    """ValueError: a path with a NUL in it, which a row's key may have."""
    why = "the path is not valid" if isinstance(error, ValueError) else error.strerror or "unknown reason"
    return KeyrackError(f"{program}'s lock {path} can't be taken: {why}.")

"""Reads and atomically replaces the vault's files, which must be plain files."""

from __future__ import annotations

import os
import stat

from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.named_tuple import NamedTuple
from keyrack.system import atomic

LARGEST = 64 << 20  # bytes; a thousand large credentials are 20 MB
EXTRA = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Stamp(NamedTuple):
    """Identifies a version of a file: as long as it is the same, so is the file."""

    inode: int
    changed: int  # nanoseconds
    size: int


def stamp(path: str) -> Stamp | None:
    """None if there is no such file. Raises StoreUnavailable."""
    try:
        return _stamp(os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from None


def read(path: str, *, link: bool = False) -> tuple[bytes, Stamp] | None:
    """The bytes; None if there is no such file. A link is followed only with `link`.

    Raises StoreUnavailable.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | (getattr(os, "O_BINARY", 0) if link else EXTRA)
    try:
        fd = os.open(path, flags)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from None
    with open(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            raise StoreUnavailable(f"{path} is not a file that keyrack has written.")
        try:
            return file.read(LARGEST), _stamp(status)
        except OSError as error:
            raise _unreadable(path, error) from None


def replace(path: str, data: bytes) -> None:
    """Replace the file, readable by its owner only. The caller holds a lock.

    Raises StoreUnavailable, and then the old file is unchanged.
    """
    try:
        atomic.replace(path, data, locked=True)
    except OSError as error:
        raise _unwritable(path, error) from None


def set_aside(path: str, to: str) -> None:
    """Rename the file, if it exists. Raises StoreUnavailable."""
    try:
        atomic.rename(path, to)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _unwritable(path, error) from None


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_ino, status.st_mtime_ns, status.st_size)


def _unwritable(path: str, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"{path} can't be written: {error.strerror}.", hint="keyrack needs to write to its own data folder."
    )


def _unreadable(path: str, error: OSError) -> StoreUnavailable:
    if os.path.islink(path):
        return StoreUnavailable(f"{path} is a link. keyrack does not follow links here.")
    return StoreUnavailable(f"{path} can't be read: {error.strerror}.")

"""Read a configuration file, whatever may be at its path instead."""

from __future__ import annotations

import os
import stat
import time

from keyrack.domain.named_tuple import NamedTuple

FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
OPEN_TRIES = 100
PAUSE = 0.002  # seconds between two of them
MB = 1024 * 1024
MAX_BYTES = 8 * MB  # nothing written by hand gets this large
# ~/.claude.json grows with its history. V8's longest string limits what Claude Code itself can read.
MAX_GROWN = 512 * MB


class NoFile(Exception):
    """Nothing is there."""


class BadFile(Exception):
    """The file can't be read: one sentence, and the line if it is known."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


class Malformed(Exception):
    """The text can't be parsed: one sentence that quotes none of it, and the line."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


class Stamp(NamedTuple):
    """Differs after a file was written or replaced, or an entry of a folder was made or deleted."""

    changed: int  # ns
    size: int
    inode: int
    mode: int


def stamp(path: str) -> Stamp | None:
    """Of the file that a link leads to. None if there is none, or none that can be seen."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return Stamp(status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode)


def read_text(path: str) -> str:
    """The file's text, without a byte-order mark. Raises NoFile, BadFile."""
    return decode(read_bytes(path))


def read_bytes(path: str, most: int = MAX_BYTES, *, status: os.stat_result | None = None) -> bytes:
    """The file's bytes; a file larger than `most` is refused unread. Raises NoFile, BadFile.

    `status`: of the path, if the caller knows it already.
    """
    try:
        _refuse(status or os.stat(path), most)
        # Check again once it is open, without blocking: a pipe may have replaced the file.
        handle = _open(path)
        try:
            status = os.fstat(handle)
            _refuse(status, most)
            data = _read(handle, status.st_size, most + 1)
        finally:
            os.close(handle)
    except (FileNotFoundError, NotADirectoryError):
        if os.path.islink(path):
            raise BadFile("It is a link to a file that does not exist.") from None
        raise NoFile from None
    except PermissionError:
        raise BadFile("You have no permission to read it.") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise BadFile(f"It can't be read: {reason}.") from None
    except MemoryError:
        raise BadFile("It does not fit in memory.") from None
    if len(data) > most:
        raise BadFile(_too_large(most))
    return data


def _read(handle: int, size: int, most: int) -> bytes:
    """At most so many bytes. A file object costs more than the reading itself where files are small."""
    data = b""
    while len(data) < most and (more := os.read(handle, max(size + 1 - len(data), 4096))):
        data += more
        if len(data) == size:
            break  # a file that grows at this moment is read again when its change is noticed
    return data[:most]


def read_large(path: str) -> bytes:
    """The UTF-8 bytes of a file that may be very large, without a byte-order mark. Raises NoFile, BadFile."""
    return _without_mark(read_bytes(path, MAX_GROWN))


def decode(data: bytes, lines: int = 0) -> str:
    """Decode UTF-8, with or without a byte-order mark; `lines` come before it. Raises BadFile."""
    data = _without_mark(data)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = lines + data.count(b"\n", 0, error.start) + 1
        raise BadFile("It is not UTF-8 text; save it as UTF-8.", line) from None


def _open(path: str) -> int:
    for _ in range(OPEN_TRIES):
        try:
            return os.open(path, FLAGS)
        except BlockingIOError:  # its writer has a lease on it, for a moment
            time.sleep(PAUSE)
    return os.open(path, FLAGS)


def _without_mark(data: bytes) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        raise BadFile("It is written in UTF-16; save it as UTF-8.")
    return data.removeprefix(b"\xef\xbb\xbf")


def _refuse(status: os.stat_result, most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise BadFile("It is a folder, not a file.")
    if not stat.S_ISREG(status.st_mode):
        raise BadFile("It is a pipe or a device, not a file.")
    if status.st_size > most:
        raise BadFile(_too_large(most, status.st_size))


def _too_large(most: int, size: int | None = None) -> str:
    what = f"It is {size / MB:.0f} MB" if size else "It is too large"
    return f"{what}. keyrack's limit for this file is {most // MB} MB."

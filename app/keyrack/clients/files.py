"""Read a configuration file whatever is there instead."""

from __future__ import annotations

import os
import stat

MAX_BYTES = 8 * 1024 * 1024  # ~/.claude.json grows to several MB; nothing grows to this


class NoFile(Exception):
    """Nothing is there."""


class BadFile(Exception):
    """Something is there that can't be read: one sentence, and the line where it is known."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


def read_text(path: str) -> str:
    """The file's text, without a byte-order mark. Raises NoFile, BadFile."""
    return decode(read_bytes(path))


def read_bytes(path: str) -> bytes:
    """At most MAX_BYTES; a larger file is refused unread. Raises NoFile, BadFile."""
    try:
        _refuse(os.stat(path))
        # Looked at again once open, and without waiting: a pipe may have taken the file's place.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            _refuse(os.fstat(handle))
            with open(handle, "rb", closefd=False) as file:
                data = file.read(MAX_BYTES + 1)
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
    if len(data) > MAX_BYTES:
        raise BadFile(_too_large())
    return data


def decode(data: bytes) -> str:
    """UTF-8, with or without a byte-order mark. Raises BadFile."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        raise BadFile("It is written in UTF-16; save it as UTF-8.")
    try:
        return data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile("It is not UTF-8 text; save it as UTF-8.", line) from None


def _refuse(status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise BadFile("It is a folder, not a file.")
    if not stat.S_ISREG(status.st_mode):
        raise BadFile("It is a pipe or a device, not a file.")
    if status.st_size > MAX_BYTES:
        raise BadFile(_too_large(status.st_size))


def _too_large(size: int | None = None) -> str:
    what = f"It is {size / 1024 / 1024:.0f} MB" if size else "It is too large"
    return f"{what}; keyrack reads configuration files of up to {MAX_BYTES // 1024 // 1024} MB."

"""Write a configuration file in one step, and keep a copy of one."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from errno import EACCES

from keyrack.clients.files import BadFile, NoFile, read_bytes
from keyrack.domain.errors import KeyrackError


def write_atomically(path: str, text: str) -> None:
    """Replace the file in one step: readers see the old text or the new, never half of one.

    Readable by its owner alone. A link stays a link. Raises KeyrackError.
    """
    path = os.path.realpath(path)
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        _replace(path, text.encode(), lambda draft: None)
    except OSError as error:
        raise _unwritable(path, error) from None


def replace(path: str, old: bytes, new: bytes) -> None:
    """The same for another program's file, which keeps its owner and permissions.

    It is looked at again right before: where it does not hold `old` any more, nothing is changed.
    Raises KeyrackError.
    """
    real = os.path.realpath(path)

    def ready(draft: str) -> None:
        if not os.access(real, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
        if os.name == "posix":
            was, now = os.stat(real), os.stat(draft)
            if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
                os.chown(draft, was.st_uid, was.st_gid)
            os.chmod(draft, stat.S_IMODE(was.st_mode))
        try:
            unchanged = read_bytes(real) == old
        except (NoFile, BadFile):
            unchanged = False
        if not unchanged:
            raise KeyrackError(f"{path} was changed by another program meanwhile.", hint="Try it again.")

    try:
        _replace(real, new, ready)
    except OSError as error:
        raise _unwritable(path, error) from None


def back_up(path: str, data: bytes, mark: str) -> str:
    """Write `data` into a new file beside `path`, for its owner alone; its path. Raises KeyrackError."""
    for count in range(1, 100):
        name = f"{path}.{mark}" + (f"-{count}" if count > 1 else "")
        try:
            _write_new(name, data)
            _sync_folder(name)
        except FileExistsError:
            continue
        except OSError as error:
            raise _unwritable(name, error) from None
        return name
    raise KeyrackError(f"There are too many files called {path}.{mark}.")


def _replace(path: str, data: bytes, ready: Callable[[str], None]) -> None:
    """`ready` is called with the draft's path at the last moment; what it raises changes nothing."""
    draft = f"{path}.{os.urandom(4).hex()}.tmp"
    _write_new(draft, data)
    try:
        ready(draft)
        os.replace(draft, path)
    except BaseException:
        if os.path.lexists(draft):
            os.unlink(draft)
        raise
    _sync_folder(path)


def _write_new(path: str, data: bytes) -> None:
    """A file that did not exist, for its owner alone, whole on the disk or not there."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(path)
        raise


def _sync_folder(path: str) -> None:
    """Bring the names in the file's folder to the disk too."""
    if os.name != "posix":
        return
    handle = os.open(os.path.dirname(path), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(path: str, error: OSError) -> KeyrackError:
    return KeyrackError(f"{path} can't be written: {error.strerror or 'unknown reason'}.")

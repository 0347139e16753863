"""Replace a configuration file in one step, and make backups."""

from __future__ import annotations

import os
import stat
from errno import EACCES

from keyrack.domain.errors import KeyrackError
from keyrack.system import atomic
from keyrack.system.files import BadFile, NoFile, read_bytes


def write_atomically(path: str, text: str) -> None:
    """Replace the file in one step: readers see the old text or the new, never half of one.

    Readable by its owner only. A link stays a link. Raises KeyrackError.
    """
    path = os.path.realpath(path)
    try:
        atomic.replace(path, text.encode())
    except OSError as error:
        raise _unwritable(path, error) from None


def replace(path: str, old: bytes, new: bytes) -> None:
    """The same for another program's file, which keeps its owner and permissions.

    It is read again just before the change: if it no longer contains `old`, nothing is changed.
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
            raise KeyrackError(f"{path} was changed by another program in the meantime.", hint="Try again.")

    try:
        atomic.replace(real, new, before=ready)
    except OSError as error:
        raise _unwritable(path, error) from None


def back_up(path: str, data: bytes, mark: str) -> str:
    """Write `data` to a new file next to `path`, readable by its owner only, and return its path.

    Raises KeyrackError.
    """
    for count in range(1, 100):
        name = f"{path}.{mark}" + (f"-{count}" if count > 1 else "")
        try:
            atomic.create(name, data)
        except FileExistsError:
            continue
        except OSError as error:
            raise _unwritable(name, error) from None
        return name
    raise KeyrackError(f"There are too many files called {path}.{mark}.")


def _unwritable(path: str, error: OSError) -> KeyrackError:
    return KeyrackError(f"{path} can't be written: {error.strerror or 'unknown reason'}.")

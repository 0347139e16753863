"""Replace, create and delete files, each in one step."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from errno import EACCES

from keyrack.domain.errors import FileChanged, KeyrackError, Temporary
from keyrack.system import atomic, folders, swapping
from keyrack.system.files import MAX_GROWN, BadFile, NoFile, read_bytes

TRIES = 20  # writes, each undone because another program wrote at the same time
PAUSE = 0.005  # seconds between two of them
ABANDONED = 60.0  # seconds after which a draft is that of a killed process


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

    If it no longer contains `old`, nothing is changed: `swapping` also notices a program that replaces it at
    the same moment, and gives back what that wrote. What a program writes into the old file after the swap,
    without a rename, is lost. Raises FileChanged, KeyrackError.
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
        if not swapping.holds(real, old):
            raise _changed(path)

    def put(draft: str, real: str) -> None:
        if not swapping.put(draft, real, old):
            raise _changed(path)

    _remove_abandoned(real)
    try:
        atomic.replace(real, new, before=ready, put=put)
    except OSError as error:
        raise _unwritable(path, error) from None


def edit(path: str, change: Callable[[bytes], bytes], *, tries: int = TRIES, settle: float = 0.0) -> bytes:
    """Replace another program's file by what `change` makes of it, and return that.

    If the file is changed meanwhile, the change is made again on the new content, at most `tries` times.
    A program that read the file before and writes it after may still undo the change, without a lock. With
    `settle`, the file is looked at again after so many seconds, and the change repeated if `change` would
    alter it: it must leave alone what it has changed already, and may refuse what it does not expect.

    Raises whatever `change` raises; KeyrackError; Temporary if the file never keeps the change.
    """
    for number in range(tries):
        if number:
            time.sleep(PAUSE)
        old = _read(path)
        new = change(old)
        if new == old:
            return old
        try:
            replace(path, old, new)
        except FileChanged:
            continue
        if not settle:
            return new
        time.sleep(settle)
        now = _read(path)
        if now == new or change(now) == now:
            return now
    raise Temporary(
        f"{path} is being changed by another program all the time.",
        hint="Try again, or quit that program first.",
    )


def create(path: str, data: bytes) -> None:
    """Write a new file, readable by its owner only; its folder is created if needed.

    Raises KeyrackError, also if there is a file already.
    """
    real = os.path.realpath(path)
    try:
        folders.make(os.path.dirname(real))
        atomic.create(real, data)
    except FileExistsError:
        raise _changed(path) from None
    except OSError as error:
        raise _unwritable(path, error) from None


def delete(path: str, old: bytes) -> None:
    """Delete the file; a link to it stays. Raises KeyrackError, and deletes nothing, if it does not contain
    `old` any more."""
    real = os.path.realpath(path)
    aside = f"{real}.{os.urandom(4).hex()}.tmp"
    try:
        os.rename(real, aside)  # what is written to the path from now on is another file
        if not swapping.holds(aside, old):
            _put_back(aside, real)
            raise _changed(path)
        os.unlink(aside)
    except FileNotFoundError:
        raise _changed(path) from None
    except OSError as error:
        raise _unwritable(path, error) from None


def _put_back(aside: str, real: str) -> None:
    """Whatever it is, also a folder. If there is a newer file by now, that replaces it."""
    try:
        os.link(aside, real)
    except FileExistsError:
        pass
    except OSError:  # a folder, or a file system without hard links
        if not os.path.lexists(real):
            os.rename(aside, real)
            return
    os.unlink(aside)


def _read(path: str) -> bytes:
    try:
        return read_bytes(path, MAX_GROWN)
    except NoFile:
        raise KeyrackError(f"{path} does not exist any more.") from None
    except BadFile as error:
        raise KeyrackError(f"{path}: {error}") from None


def _remove_abandoned(path: str) -> None:
    """Remove the drafts of killed processes: they hold secrets."""
    folder, name = os.path.split(path)
    is_draft = re.compile(re.escape(name) + atomic.DRAFT)
    with suppress(OSError):
        for each in os.scandir(folder):
            if is_draft.fullmatch(each.name):
                status = each.stat(follow_symlinks=False)
                # What was swapped out has its own modification time; the other is that of the swap.
                if max(status.st_mtime, status.st_ctime) < time.time() - ABANDONED:
                    os.unlink(each.path)


def _changed(path: str) -> FileChanged:
    return FileChanged(f"{path} was changed by another program in the meantime.", hint="Try again.")


def _unwritable(path: str, error: OSError) -> KeyrackError:
    return KeyrackError(f"{path} can't be written: {error.strerror or 'unknown reason'}.")

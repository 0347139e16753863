"""Files that are replaced whole or not at all, whenever the process is killed or the machine loses power.

A draft is written next to the file, readable by its owner only, flushed to the disk, read back, and renamed
over the file; then the folder is flushed too. All functions raise OSError and then leave the file
unchanged. A path that is a link is replaced by a file; to write to its target, resolve it first.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from errno import EIO

from keyrack.system import folders

REPLACE_TRIES = 100  # Windows refuses to replace a file while another process reads it
PAUSE = 0.01  # seconds between two tries
DRAFT = r"\.keyrack-[0-9a-f]{8}\.tmp"  # what follows the path in the name of a draft
FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def replace(
    path: str,
    data: bytes,
    *,
    locked: bool = False,
    before: Callable[[str], None] = lambda draft: None,
    put: Callable[[str, str], None] | None = None,
) -> None:
    """Replace the file's content with `data`; its folder is created if needed.

    `locked`: the caller has a lock on the file, so the draft's name is always the same, and a draft that a
    killed process left is overwritten. `before` is called with the draft's path just before the rename; if it
    raises, nothing is changed. `put` does the rename, from the draft to `path`, in another way.
    """
    folders.make(os.path.dirname(path))
    draft = f"{path}.new" if locked else f"{path}.keyrack-{os.urandom(4).hex()}.tmp"
    try:
        _write(draft, data)
    except FileExistsError:
        if not locked:
            raise
        os.unlink(draft)  # a killed process's; it may be readable by others, or a link
        _write(draft, data)
    try:
        before(draft)
        (put or rename_over)(draft, path)
    except BaseException:
        _unlink(draft)
        raise
    _sync_folder(path)


def create(path: str, data: bytes) -> None:
    """Write a new file. Raises FileExistsError if it exists."""
    _write(path, data)
    _sync_folder(path)


def rename(path: str, to: str) -> None:
    """Give the file another name, in the same folder."""
    os.rename(path, to)
    _sync_folder(path)


def delete(path: str) -> bool:
    """Delete the file; False if there was none."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    _sync_folder(path)
    return True


def _write(path: str, data: bytes) -> None:
    """Write the whole file to the disk, or leave nothing."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | FLAGS, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with open(os.open(path, os.O_RDONLY | FLAGS), "rb") as file:
            if file.read() != data:
                raise OSError(EIO, "the disk did not keep what was written")
    except BaseException:
        _unlink(path)
        raise


def rename_over(draft: str, path: str) -> None:
    """Rename the draft, over a file that another process may be reading."""
    for tries_left in reversed(range(REPLACE_TRIES)):
        try:
            os.replace(draft, path)
            return
        except PermissionError:
            if os.name != "nt" or not tries_left:
                raise
            time.sleep(PAUSE)


def _unlink(draft: str) -> None:
    try:
        os.unlink(draft)
    except FileNotFoundError:
        pass


def _sync_folder(path: str) -> None:
    """Flush the folder's entries to the disk. Windows has no call for it."""
    if os.name == "nt":
        return
    handle = os.open(os.path.dirname(path), os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

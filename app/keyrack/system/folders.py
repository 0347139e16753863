"""Creates folders that only their owner can enter."""

from __future__ import annotations

import os


def make(path: str) -> None:
    """Create the folder, and those above it, if they are missing (XDG Base Directory Specification).

    `os.makedirs` leaves those above it to the umask, and in a folder that a group can write, other users can
    replace the files and folders. Raises OSError.
    """
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    if parent != path:
        make(parent)
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        if not os.path.isdir(path):
            raise

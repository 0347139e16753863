"""Which processes have got which credential: an empty file for each, as old as the last hand-out."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from keyrack.system import folders

KEPT = 7 * 86400.0  # seconds after which a file is deleted
MANY = 200  # files, from which on the old ones are


class AskedFiles:
    """A folder in the data folder. Nothing in it is secret, and nothing is lost with it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def again(self, process: str, ident: str, since: float) -> bool:
        """Has the process got this credential after `since` (Unix seconds)? It gets it now. Never raises."""
        path = os.path.join(self._folder, f"{ident}-{process}")
        try:
            before = os.stat(path).st_mtime
        except OSError:
            before = 0.0
        try:
            folders.make(self._folder)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            os.utime(path)
            self._prune()
        except OSError:
            return False
        return before >= since

    def _prune(self) -> None:
        names = os.listdir(self._folder)
        if len(names) < MANY:
            return
        for name in names:
            path = os.path.join(self._folder, name)
            with suppress(OSError):
                if os.stat(path).st_mtime < time.time() - KEPT:
                    os.unlink(path)

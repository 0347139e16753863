"""What a person has been told of, so that nothing is told twice, not even after a restart."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from keyrack.system import files, stored_json, writing
from keyrack.system.locks import Locks

FORMAT = 1
LOCK_WAIT = 10.0  # seconds; the lock is held for one small write
Told = dict[str, dict[str, Any]]


class ToldFile:
    """`told.json` in the data folder: no secrets, and nothing is lost with it but a repetition."""

    def __init__(self, path: str, locks: Locks) -> None:
        self._path, self._locks = path, locks
        self._unwritten: Told | None = None  # a disk that is full must not make us repeat everything

    def change(self, change: Callable[[Told], Told]) -> None:
        """Replace the content by what `change` returns. Raises KeyrackError if it could not be written."""
        with self._locks.hold("told", timeout=LOCK_WAIT):
            before = self._read() if self._unwritten is None else self._unwritten
            after = change(before)
            if after == before and self._unwritten is None:
                return
            self._unwritten = after
            writing.write_atomically(self._path, json.dumps({"format": FORMAT, "told": after}))
            self._unwritten = None

    def _read(self) -> Told:
        try:
            found: Any = stored_json.parse(files.read_text(self._path))
            told = found["told"]
        except files.NoFile:
            return {}
        except (files.BadFile, ValueError, KeyError, TypeError):
            return {}
        if not isinstance(told, dict):
            return {}
        return {str(key): entry for key, entry in told.items() if isinstance(entry, dict)}

"""Records on disk: a small JSON file each, so that listing never waits for the keychain.

A damaged file is renamed, with a warning that gives its new name, so that its bytes
are not lost; a file in a newer format is left in place for the newer keyrack.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Generator

from keyrack.domain.errors import DamagedData, KeyrackError
from keyrack.domain.model import CredentialKey, Record
from keyrack.store.records.records import Edit, StoredRecord, decode, encode
from keyrack.system.locks import Locks

LARGEST = 1 << 20  # bytes; a record is about 1 KB
TICK = 100_000_000  # nanoseconds; two changes within it may leave the same modification time
LOCK_WAIT = 10.0  # seconds; the lock is held for one small write


class RecordFiles:
    """The folder of records. Readers need no lock, because each file is replaced atomically."""

    def __init__(self, folder: str, locks: Locks, now: Callable[[], float]) -> None:
        self._folder = folder
        self._locks = locks
        self._now = now
        self._warnings: dict[str, str] = {}

    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings.values())

    def all(self) -> dict[CredentialKey, Record]:
        return {stored.key: stored.record for stored in self._each()}

    def stamp(self) -> int | None:
        """The folder's modification time, which each change of a record updates; 0 if there is no folder.

        None within a TICK after a change, when another change could leave the same time.
        """
        try:
            changed = os.stat(self._folder).st_mtime_ns
        except OSError:
            return 0
        return changed if abs(time.time_ns() - changed) > TICK else None

    def unfinished(self) -> tuple[CredentialKey, ...]:
        return tuple(stored.key for stored in self._each() if stored.intent)

    def _each(self) -> Generator[StoredRecord]:
        """Every readable record."""
        try:
            entries = os.scandir(self._folder)
        except FileNotFoundError:
            return
        except OSError as error:
            self._warnings[self._folder] = f"The records in {self._folder} can't be read: {error.strerror}."
            return
        with entries:
            names = [entry.name for entry in entries if entry.name.endswith(".json")]
        for name in names:
            try:
                stored = self._load(name[:-5])
            except KeyrackError as error:
                self._warnings[name] = f"{error} It is {self._path(name[:-5])}."
                continue
            if stored is not None:
                yield stored

    def read(self, ident: str) -> StoredRecord | None:
        return self._load(ident)

    def change(self, ident: str, edit: Edit) -> None:
        from keyrack.system import atomic  # late: `keyrack list` only reads

        with self._locks.hold("records", timeout=LOCK_WAIT):
            before = self._load(ident)
            after = edit(before)
            if after == before:
                return
            try:
                if after is None or after.is_empty:
                    atomic.delete(self._path(ident))
                else:
                    atomic.replace(self._path(ident), encode(after), locked=True)
            except OSError as error:
                raise KeyrackError(
                    f"The record {self._path(ident)} can't be written: {error.strerror}.",
                    hint="keyrack needs to write to its own data folder.",
                ) from None

    def _path(self, ident: str) -> str:
        return os.path.join(self._folder, f"{ident}.json")

    def _load(self, ident: str) -> StoredRecord | None:
        """Raises NewerFormat, or KeyrackError if the system does not let us read the file."""
        try:
            return self._parse(ident)
        except DamagedData:
            return self._set_aside(ident)

    def _parse(self, ident: str) -> StoredRecord | None:
        path = self._path(ident)
        try:
            # Non-blocking: a pipe with this name must not block `keyrack list`.
            fd = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeyrackError(f"A record can't be read: {error.strerror}.") from None
        try:
            status = os.fstat(fd)
            text = os.read(fd, min(status.st_size, LARGEST)) if stat.S_ISREG(status.st_mode) else b""
        except OSError as error:
            raise KeyrackError(f"A record can't be read: {error.strerror}.") from None
        finally:
            os.close(fd)
        return decode(text, ident)

    def _set_aside(self, ident: str) -> StoredRecord | None:
        """Rename a damaged file. Returns the record that a writer has put in its place in the meantime."""
        from keyrack.system import atomic

        path = self._path(ident)
        with self._locks.hold("records", timeout=LOCK_WAIT):
            try:
                return self._parse(ident)
            except DamagedData:
                pass
            stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._now()))
            aside = f"{path}.damaged-{stamp}"
            count = 1
            while os.path.lexists(aside):
                count += 1
                aside = f"{path}.damaged-{stamp}-{count}"
            try:
                atomic.rename(path, aside)
            except OSError as error:
                raise KeyrackError(
                    f"A record is damaged and can't be moved away: {error.strerror}."
                ) from None
        self._warnings[path] = f"A record was damaged, and was renamed to {aside}."
        return None

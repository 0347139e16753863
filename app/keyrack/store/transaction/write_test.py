"""Tests that a store accepts a write, keeps it and deletes it.

Each test has its own entry: several data folders may use one keychain at the same time,
and none may read or delete another's test entry. The record of a test says what to
delete if the process is killed. The entry's name contains its time, so that old entries
can be recognized even if their data folder is gone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from keyrack.domain.errors import StoreAbsent, StoreDenied, StoreLocked, StoreUnavailable
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.backends.base import SecretBackend
from keyrack.store.records.naming import PROBE_URL, SLOTS, entry_name, record_id
from keyrack.store.records.records import Records, fresh_record
from keyrack.store.transaction.reconcile import Reconciler
from keyrack.store.transaction.verified import confirm, delete
from keyrack.system.locks import Locks

LOCK = "probe"  # one test at a time in a data folder
WAIT = 30.0  # seconds to wait for another process of the same data folder that is testing the store
OLD = 3600.0  # seconds after which no test is still running; each call to a store ends in about a minute
ENTRY = re.compile(rf"{record_id(CredentialKey(PROBE_URL, ''))}([0-9a-f]+)-[0-9a-f]+\.a")


class WriteTest:
    """Tests a store. Methods raise StoreUnavailable and its kinds, Temporary."""

    def __init__(self, store: SecretBackend, records: Records, locks: Locks, reconciler: Reconciler) -> None:
        self._store = store
        self._records = records
        self._locks = locks
        self._reconciler = reconciler

    def prove_writable(self) -> None:
        """Write, read back and delete an entry, and delete what a killed process of this data folder left."""
        import secrets

        with self._locks.hold(LOCK, timeout=WAIT):
            self._delete_leftovers()
            key = CredentialKey(PROBE_URL, f"{int(time.time()):x}-{secrets.token_hex(8)}")
            ident, text = record_id(key), Secret(secrets.token_hex(16))
            entry = entry_name(ident, SLOTS[0])
            # After a kill this looks like an unfinished delete.
            self._reconciler.intend(ident, "removing", fresh_record(key))
            try:
                self._store.set(entry, text)
            except (StoreAbsent, StoreLocked, StoreDenied):
                self._reconciler.forget(ident)  # nothing was written
                raise
            confirm(self._store, entry, text)  # if the store has been locked since, it still holds the entry
            delete(self._store, entry)
            self._reconciler.forget(ident)

    def delete_leftovers(self) -> None:
        """Delete what a killed process of this data folder left."""
        with self._locks.hold(LOCK, timeout=0):
            self._delete_leftovers()

    def delete_old(self, entries: Iterable[str]) -> None:
        """Delete old test entries among the store's entries, even if their data folder is gone."""
        now = time.time()
        for entry in entries:
            match = ENTRY.fullmatch(entry)
            if match is None or now - int(match[1], 16) < OLD:
                continue
            try:
                delete(self._store, entry)
            except StoreUnavailable:
                return  # it holds no secret, and the next call may delete it

    def _delete_leftovers(self) -> None:
        for key in self._records.unfinished():
            if key.url == PROBE_URL:
                ident = record_id(key)
                self._reconciler.delete_slots(ident)
                self._reconciler.forget(ident)

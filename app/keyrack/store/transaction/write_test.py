"""Proof that a store takes a write, keeps it and deletes it again.

Each probe has an entry of its own: several data folders may use one keychain at the same
time, and none may read or delete what another one is trying. The record of a probe says
what to delete, should the process be killed. The entry's name says when it was made, so
that one whose data folder is gone is found out, too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from keyrack.domain.errors import StoreAbsent, StoreDenied, StoreLocked, StoreUnavailable
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.backends.base import SecretBackend
from keyrack.store.records.naming import PROBE_URL, SLOTS, entry_name, id_of_canonical
from keyrack.store.records.records import Records, fresh_record
from keyrack.store.transaction.reconcile import Reconciler
from keyrack.store.transaction.verified import confirm, delete
from keyrack.system.locks import Locks

LOCK = "probe"  # one at a time in a data folder
WAIT = 30.0  # seconds for another process of the same data folder that tries the store
OLD = 3600.0  # seconds after which nobody is at a probe any more; each call to a store ends in about a minute
ENTRY = re.compile(rf"{id_of_canonical(PROBE_URL, '')}([0-9a-f]+)-[0-9a-f]+\.a")


class WriteTest:
    """Tries a store. Methods raise StoreUnavailable and its kinds, Temporary."""

    def __init__(self, store: SecretBackend, records: Records, locks: Locks, reconciler: Reconciler) -> None:
        self._store = store
        self._records = records
        self._locks = locks
        self._reconciler = reconciler

    def prove_writable(self) -> None:
        """Write, read back and delete; what a killed process of this data folder left goes too."""
        import secrets

        with self._locks.hold(LOCK, timeout=WAIT):
            self._delete_leftovers()
            key = CredentialKey(PROBE_URL, f"{int(time.time()):x}-{secrets.token_hex(8)}")
            ident, text = id_of_canonical(*key), Secret(secrets.token_hex(16))
            entry = entry_name(ident, SLOTS[0])
            # A kill leaves what looks like a clear that was begun.
            self._reconciler.intend(ident, "removing", fresh_record(key))
            try:
                self._store.set(entry, text)
            except (StoreAbsent, StoreLocked, StoreDenied):
                self._reconciler.forget(ident)  # nothing was written
                raise
            confirm(self._store, entry, text)  # a store that is locked by now still holds it
            delete(self._store, entry)
            self._reconciler.forget(ident)

    def delete_leftovers(self) -> None:
        """Delete what a killed process of this data folder left."""
        with self._locks.hold(LOCK, timeout=0):
            self._delete_leftovers()

    def delete_old(self, entries: Iterable[str]) -> None:
        """Delete those among the store's entries that were left where the data folder is gone, too."""
        now = time.time()
        for entry in entries:
            match = ENTRY.fullmatch(entry)
            if match is None or now - int(match[1], 16) < OLD:
                continue
            try:
                delete(self._store, entry)
            except StoreUnavailable:
                return  # it holds no secret, and the next look may have it

    def _delete_leftovers(self) -> None:
        for key in self._records.unfinished():
            if key.url == PROBE_URL:
                ident = id_of_canonical(*key)
                self._reconciler.delete_slots(ident)
                self._reconciler.forget(ident)

"""Loads a credential: directly if its record is up to date, else after reading both slots."""

from __future__ import annotations

from collections.abc import Callable

from keyrack.domain.errors import StoreDenied, StoreUnavailable, Temporary
from keyrack.domain.model import CredentialKey, StoredCredential
from keyrack.store.records.naming import record_id
from keyrack.store.records.records import Records, StoredRecord, fresh_record
from keyrack.store.transaction.other_store import absent, is_superseded
from keyrack.store.transaction.payload import Payload
from keyrack.store.transaction.reconcile import Reconciler, SlotContents
from keyrack.store.transaction.shared_locks import SharedLocks
from keyrack.store.transaction.slots import Slots


class Loader:
    """Reads without the credential's lock, so another process may be changing it at the same time."""

    def __init__(
        self,
        slots: Slots,
        records: Records,
        locks: SharedLocks,
        reconciler: Reconciler,
        store_name: Callable[[], str],
    ) -> None:
        self._slots = slots
        self._records = records
        self._locks = locks
        self._reconciler = reconciler
        self._store_name = store_name

    def load(self, key: CredentialKey) -> StoredCredential | None:
        """See `BackendCredentialStore.load`."""
        ident = record_id(key)
        stored = self._records.read(ident)
        credential = stored.record.credential if stored else None
        if stored is None or (credential is None and not stored.intent):
            return self._unrecorded(key, ident)
        if credential is not None and not stored.intent:
            # Both slots: another data folder may have put a newer one into the other.
            contents = self._reconciler.read_slots(ident)
            # The store knows its name once it has been used.
            if contents.newest is not None and self._reconciler.is_reconciled(stored, contents):
                return self._noted(contents.newest, stored)
        # Unfinished, damaged, lost or in another store; or somebody else has saved since.
        return self._unsettled(key, ident)

    def _unrecorded(self, key: CredentialKey, ident: str) -> StoredCredential | None:
        """There is no record, but if records were lost, a credential may still be stored."""
        try:
            if not self._reconciler.read_slots(ident).occupied:
                return None
            return self._unsettled(key, ident)
        except StoreDenied:
            raise  # there is one
        except StoreUnavailable as error:
            # Probably nothing is stored, and this must work on a machine without a keychain.
            self._reconciler.warn(str(error))
            return None

    def _unsettled(self, key: CredentialKey, ident: str) -> StoredCredential | None:
        """Finish what was left unfinished, then load. If another process holds the lock, only read."""
        try:
            with self._locks.hold(ident, timeout=0):
                stored = self._reconciler.reconciled(ident, fresh_record(key), replacing=False)
                credential = stored.record.credential
                # Before the lock is released: the next save deletes this slot.
                payload = credential and self._slots.read(ident, credential.slot)
                return payload and self._noted(payload, stored)
        except Temporary:
            contents, stored = self._read_while_changing(ident)
            if contents.newest is None and contents.damage is not None:
                raise contents.damage from None
            if contents.newest is not None and is_superseded(stored, contents.newest, self._store_name()):
                raise absent(stored, self._store_name()) from None
            return contents.newest and self._noted(contents.newest, stored)

    def _read_while_changing(self, ident: str) -> tuple[SlotContents, StoredRecord | None]:
        """What is there at one moment, although each save moves the credential to the other slot.

        If a save ended between the reading of the two slots, neither may have held it when it was read, or
        the first one only what was about to be deleted. The record of another data folder does not tell.
        """
        missed = False
        while True:
            before = self._records.read(ident)
            contents = self._reconciler.read_slots(ident)
            stored = self._records.read(ident)
            same = (before and before.sequence) == (stored and stored.sequence)
            if same and (contents.newest is not None or missed):
                return contents, stored
            missed = contents.newest is None

    def _noted(self, payload: Payload, stored: StoredRecord | None) -> StoredCredential:
        """Add what only the record has."""
        return payload.stored_credential._replace(credential=self._reconciler.noted(stored, payload))

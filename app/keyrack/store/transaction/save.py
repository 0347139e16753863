"""A save in two parts: what can be done before the new credential exists, and the rest.

A refresh asks the issuer between the two parts, which uses up the old refresh token and may
take long. So everything that may fail is tried first, and what remains is one write, reading
it back, and the record.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

from keyrack.domain.model import CredentialInfo, CredentialKey, Record, StoredCredential
from keyrack.domain.named_tuple import NamedTuple
from keyrack.store.records.naming import SLOTS, other_slot, record_id
from keyrack.store.records.records import Records, fresh_record
from keyrack.store.transaction.reconcile import Reconciler
from keyrack.store.transaction.slots import Slots

Save = Callable[[StoredCredential], CredentialInfo]


class Destination(NamedTuple):
    """Where a credential's next payload goes."""

    slot: str
    sequence: int
    fresh: Record  # the record to use if there is none


class Saver:
    """Needs the credential's lock. Methods raise StoreUnavailable and its kinds, NewerFormat."""

    def __init__(
        self,
        slots: Slots,
        records: Records,
        reconciler: Reconciler,
        store_name: Callable[[], str],
        list_new: Callable[[Iterable[CredentialKey]], None],
    ) -> None:
        self._slots = slots
        self._records = records
        self._reconciler = reconciler
        self._store_name = store_name
        self._list_new = list_new  # adds keys to the store's index

    def save(self, stored_credential: StoredCredential) -> CredentialInfo:
        """Both parts at once."""
        return self._finish(stored_credential, self._begin(stored_credential))

    @contextmanager
    def renewing(self, stored: StoredCredential) -> Generator[Save]:
        """Do the first part, and yield the second.

        To prove that the free slot can be written, a copy of `stored` is written to it, which does no
        harm if a kill leaves it there. If the second part is not called, nothing has changed.
        """
        ident = record_id(stored.key)
        destination = self._begin(stored)
        begun = False

        def save(stored_credential: StoredCredential) -> CredentialInfo:
            nonlocal begun
            # Another process that loads the credential in between may have kept either slot.
            place = destination if self._is_free(ident, destination) else self._begin(stored_credential)
            begun = True
            return self._finish(stored_credential, place)

        try:
            self._slots.write(ident, destination.slot, stored, destination.sequence - 1)
            yield save
        finally:
            # If the second part failed, the new credential may be in the slot: the next load finds it.
            if not begun and self._is_free(ident, destination):
                self._reconciler.delete_replaced(ident, destination.slot)

    def _begin(self, stored_credential: StoredCredential) -> Destination:
        key = stored_credential.key
        ident, fresh = record_id(key), fresh_record(key)
        stored = self._reconciler.reconciled(ident, fresh, replacing=True)
        old = stored.record.credential
        if old is not None:
            slot = other_slot(old.slot)
        else:
            occupied = self._reconciler.read_slots(ident).occupied  # by damaged data
            slot = next((slot for slot in SLOTS if slot not in occupied), SLOTS[0])
        self._reconciler.intend(ident, "writing", fresh)
        if old is None or old.store != self._store_name():
            self._list_new([key])
        return Destination(slot, stored.sequence + 1, fresh)

    def _finish(self, stored_credential: StoredCredential, destination: Destination) -> CredentialInfo:
        ident = record_id(stored_credential.key)
        credential = stored_credential.credential._replace(store=self._store_name(), slot=destination.slot)
        self._slots.write(
            ident, destination.slot, stored_credential._replace(credential=credential), destination.sequence
        )
        self._reconciler.adopt(ident, destination.fresh, credential, destination.sequence)
        self._reconciler.delete_replaced(ident, other_slot(destination.slot))
        return credential

    def _is_free(self, ident: str, destination: Destination) -> bool:
        """Is this save still the one begun, with nothing in the room's slot but the copy?"""
        now = self._records.read(ident)
        if now is None or now.intent != "writing" or now.record.credential is None:
            return False
        return (
            now.record.credential.slot == other_slot(destination.slot)
            and now.sequence == destination.sequence - 1
        )

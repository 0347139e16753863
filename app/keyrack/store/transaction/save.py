"""A save, in two parts: what can be done before there is something to save, and the rest.

The first part can be a long time before the second: between them a refresh asks the issuer,
which spends the old refresh token. So all that may fail is tried first, and what is left is
one write, its reading back, and the record.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import NamedTuple

from keyrack.domain.model import CredentialInfo, CredentialKey, Record, StoredCredential
from keyrack.store.records.naming import SLOTS, id_of_canonical, other_slot
from keyrack.store.records.records import Records, fresh_record
from keyrack.store.transaction.reconcile import Reconciler
from keyrack.store.transaction.slots import Slots

Save = Callable[[StoredCredential], CredentialInfo]


class Destination(NamedTuple):
    """Where a credential's next payload goes."""

    slot: str
    sequence: int
    fresh: Record  # to begin with where there is none


class Saver:
    """Under the credential's lock. Methods raise StoreUnavailable and its kinds, NewerFormat."""

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
        self._list_new = list_new  # puts names into the store's list of its credentials

    def save(self, stored_credential: StoredCredential) -> CredentialInfo:
        """Both parts at once."""
        return self._finish(stored_credential, self._begin(stored_credential))

    @contextmanager
    def renewing(self, stored: StoredCredential) -> Generator[Save]:
        """The first part; the second is what comes out.

        That the free slot takes a write is proven with what is `stored` already, which a kill
        may leave there: it is the same. Where the second part is not begun all is as it was.
        """
        ident = id_of_canonical(*stored.key)
        destination = self._begin(stored)
        begun = False

        def save(stored_credential: StoredCredential) -> CredentialInfo:
            nonlocal begun
            # Whoever loads the credential in between may settle on either slot.
            place = destination if self._is_free(ident, destination) else self._begin(stored_credential)
            begun = True
            return self._finish(stored_credential, place)

        try:
            self._slots.write(ident, destination.slot, stored, destination.sequence - 1)
            yield save
        finally:
            # A second part that failed may have got as far as the slot: whoever loads next finds it.
            if not begun and self._is_free(ident, destination):
                self._reconciler.delete_replaced(ident, destination.slot)

    def _begin(self, stored_credential: StoredCredential) -> Destination:
        key = stored_credential.key
        ident, fresh = id_of_canonical(*key), fresh_record(key)
        stored = self._reconciler.reconciled(ident, fresh, replacing=True)
        old = stored.record.credential
        if old is not None:
            slot = other_slot(old.slot)
        else:
            occupied = self._reconciler.read_slots(ident).occupied  # by something damaged
            slot = next((slot for slot in SLOTS if slot not in occupied), SLOTS[0])
        self._reconciler.intend(ident, "writing", fresh)
        if old is None or old.store != self._store_name():
            self._list_new([key])
        return Destination(slot, stored.sequence + 1, fresh)

    def _finish(self, stored_credential: StoredCredential, destination: Destination) -> CredentialInfo:
        ident = id_of_canonical(*stored_credential.key)
        credential = stored_credential.credential._replace(store=self._store_name(), slot=destination.slot)
        self._slots.write(
            ident, destination.slot, stored_credential._replace(credential=credential), destination.sequence
        )
        self._reconciler.adopt(ident, destination.fresh, credential, destination.sequence)
        self._reconciler.delete_replaced(ident, other_slot(destination.slot))
        return credential

    def _is_free(self, ident: str, destination: Destination) -> bool:
        """Begun, and nothing of the credential in the room's slot but a copy?"""
        now = self._records.read(ident)
        if now is None or now.intent != "writing" or now.record.credential is None:
            return False
        return (
            now.record.credential.slot == other_slot(destination.slot)
            and now.sequence == destination.sequence - 1
        )

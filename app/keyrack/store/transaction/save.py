"""A save, in two parts: what can be done before there is something to save, and the rest.

The first part can be a long time before the second: between them a refresh asks the issuer,
which spends the old refresh token. So all that may fail is tried first, and what is left is
one write, its reading back, and the record.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import NamedTuple

from keyrack.domain.model import Credential, CredentialKey, Grant, Record
from keyrack.store.records.naming import SLOTS, id_of_identity, other_slot
from keyrack.store.records.records import Records, fresh_record
from keyrack.store.transaction.reconcile import Settler
from keyrack.store.transaction.slots import Slots

Keep = Callable[[Grant], Credential]


class Room(NamedTuple):
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
        settler: Settler,
        store_name: Callable[[], str],
        list_new: Callable[[Iterable[CredentialKey]], None],
    ) -> None:
        self._slots = slots
        self._records = records
        self._settler = settler
        self._store_name = store_name
        self._list_new = list_new  # puts names into the store's list of its credentials

    def save(self, grant: Grant) -> Credential:
        """Both parts at once."""
        return self._finish(grant, self._begin(grant))

    @contextmanager
    def renewing(self, stored: Grant) -> Generator[Keep]:
        """The first part; the second is what comes out.

        That the free slot takes a write is proven with what is `stored` already, which a kill
        may leave there: it is the same. Where the second part is not begun all is as it was.
        """
        ident = id_of_identity(*stored.key)
        room = self._begin(stored)
        begun = False

        def keep(grant: Grant) -> Credential:
            nonlocal begun
            # Whoever loads the credential in between may settle on either slot.
            place = room if self._is_free(ident, room) else self._begin(grant)
            begun = True
            return self._finish(grant, place)

        try:
            self._slots.write(ident, room.slot, stored, room.sequence - 1)
            yield keep
        finally:
            # A second part that failed may have got as far as the slot: whoever loads next finds it.
            if not begun and self._is_free(ident, room):
                self._settler.tidy(ident, room.slot)

    def _begin(self, grant: Grant) -> Room:
        key = grant.key
        ident, fresh = id_of_identity(*key), fresh_record(key)
        stored = self._settler.settled(ident, fresh, replacing=True)
        old = stored.record.credential
        if old is not None:
            slot = other_slot(old.slot)
        else:
            occupied = self._settler.look(ident).occupied  # by something damaged
            slot = next((slot for slot in SLOTS if slot not in occupied), SLOTS[0])
        self._settler.intend(ident, "writing", fresh)
        if old is None or old.store != self._store_name():
            self._list_new([key])
        return Room(slot, stored.sequence + 1, fresh)

    def _finish(self, grant: Grant, room: Room) -> Credential:
        ident = id_of_identity(*grant.key)
        credential = grant.credential._replace(store=self._store_name(), slot=room.slot)
        self._slots.write(ident, room.slot, grant._replace(credential=credential), room.sequence)
        self._settler.adopt(ident, room.fresh, credential, room.sequence)
        self._settler.tidy(ident, other_slot(room.slot))
        return credential

    def _is_free(self, ident: str, room: Room) -> bool:
        """Begun, and nothing of the credential in the room's slot but a copy?"""
        now = self._records.read(ident)
        if now is None or now.intent != "writing" or now.record.credential is None:
            return False
        return now.record.credential.slot == other_slot(room.slot) and now.sequence == room.sequence - 1

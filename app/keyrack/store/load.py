"""A credential out of the store: straight where its record is settled, else with a look at both slots."""

from __future__ import annotations

from collections.abc import Callable

from keyrack.domain.errors import StoreUnavailable, Temporary
from keyrack.domain.model import Grant, Record
from keyrack.domain.resource import identity
from keyrack.store.elsewhere import absent, is_elsewhere, is_superseded
from keyrack.store.fields import Damaged
from keyrack.store.naming import SLOTS, record_id
from keyrack.store.records import Records, Stored
from keyrack.store.settle import Settler
from keyrack.store.shared_locks import SharedLocks
from keyrack.store.slots import Slots


class Loader:
    """Reads without the credential's lock, and so beside a process that changes it."""

    def __init__(
        self,
        slots: Slots,
        records: Records,
        locks: SharedLocks,
        settler: Settler,
        store_name: Callable[[], str],
    ) -> None:
        self._slots = slots
        self._records = records
        self._locks = locks
        self._settler = settler
        self._store_name = store_name

    def load(self, url: str, account: str) -> Grant | None:
        """See `StoreRack.load`."""
        ident = record_id(url, account)
        stored = self._records.read(ident)
        credential = stored.record.credential if stored else None
        if stored is None or (credential is None and not stored.intent):
            return self._unrecorded(url, account, ident)
        if credential is not None and not stored.intent and credential.slot in SLOTS:
            try:
                payload = self._slots.read(ident, credential.slot)
            except Damaged:
                payload = None
            in_step = payload is not None and payload.sequence == stored.sequence
            # Asked for the slot, the store knows its name.
            if payload is not None and in_step and not is_elsewhere(stored, self._store_name()):
                return _with_refusal(payload.grant, stored)
        # Half done, damaged, lost or in another store; or another process saved between our two looks.
        return self._unsettled(url, account, ident)

    def _unrecorded(self, url: str, account: str, ident: str) -> Grant | None:
        """No record knows of a credential; after a loss of records one may be stored all the same."""
        try:
            if not self._settler.look(ident).occupied:
                return None
            return self._unsettled(url, account, ident)
        except StoreUnavailable as error:
            # As far as anyone knows nothing is stored; a machine without a keychain must get through here.
            self._settler.tell(str(error))
            return None

    def _unsettled(self, url: str, account: str, ident: str) -> Grant | None:
        """Finish what was left half done, then load; if another process is at it, only look."""
        try:
            with self._locks.hold(ident, timeout=0):
                stored = self._settler.settled(ident, Record(identity(url), account), replacing=False)
        except Temporary:
            look = self._settler.look(ident)
            if look.newest is None:
                # Between our reads of the two slots it may have gone from one to the other.
                look = self._settler.look(ident)
            if look.newest is None and look.damage is not None:
                raise look.damage from None
            stored = self._records.read(ident)
            if look.newest is not None and is_superseded(stored, look.newest, self._store_name()):
                raise absent(stored, self._store_name()) from None
            return look.newest and look.newest.grant
        credential = stored.record.credential
        payload = credential and self._slots.read(ident, credential.slot)
        return payload and _with_refusal(payload.grant, stored)


def _with_refusal(grant: Grant, stored: Stored) -> Grant:
    """A refusal is noted in the record only; the keychain need not be written for it."""
    known = stored.record.credential
    if known is None:
        return grant
    credential = grant.credential._replace(refused_at=known.refused_at, refusal=known.refusal)
    return grant._replace(credential=credential)

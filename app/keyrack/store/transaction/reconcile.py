"""The steps of a save and of a delete, and how they are finished after a kill."""

from __future__ import annotations

from keyrack.domain.errors import DamagedData, StoreUnavailable
from keyrack.domain.model import CredentialInfo, Record
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.version import is_same, with_notes, written
from keyrack.store.backends.base import UNREACHED, SecretBackend
from keyrack.store.records.naming import SLOTS, other_slot
from keyrack.store.records.records import Intent, Records, StoredRecord
from keyrack.store.transaction.other_store import absent, is_in_other_store, is_superseded, sentence
from keyrack.store.transaction.payload import Payload
from keyrack.store.transaction.slots import Slots

LOGIN_HINT = "Log in again; the new credential replaces it."


class SlotContents(NamedTuple):
    """What a credential's two slots hold."""

    newest: Payload | None
    damage: DamagedData | None  # of a slot that can't be read
    occupied: tuple[str, ...]


class Reconciler:
    """Brings a credential's slots and its record into agreement. All methods but `read_slots` need the
    credential's lock."""

    def __init__(self, store: SecretBackend, records: Records, warnings: dict[str, None]) -> None:
        self._store = store
        self._slots = Slots(store)
        self._records = records
        self._warnings = warnings  # problems that were worked around, one sentence each

    def warn(self, sentence: str) -> None:
        """Keep a sentence for the user."""
        self._warnings[sentence] = None

    def read_slots(self, ident: str) -> SlotContents:
        """Read both slots. Raises NewerFormat, StoreUnavailable."""
        newest: Payload | None = None
        damage: DamagedData | None = None
        occupied: list[str] = []
        for slot in SLOTS:
            try:
                payload = self._slots.read(ident, slot)
            except DamagedData as error:
                error.hint = LOGIN_HINT
                damage = error
                occupied.append(slot)
                continue
            if payload is None:
                continue
            occupied.append(slot)
            if newest is None or payload.sequence > newest.sequence:
                credential = payload.stored_credential.credential._replace(slot=slot, store=self._store.name)
                newest = payload._replace(
                    stored_credential=payload.stored_credential._replace(credential=credential)
                )
        return SlotContents(newest, damage, tuple(occupied))

    def reconciled(self, ident: str, fresh: Record, *, replacing: bool) -> StoredRecord:
        """The record, after finishing any unfinished change; `fresh` if there is none.

        With `replacing`, a credential that is lost, damaged or in another store is no error,
        and its facts stay until the new one is saved. Raises StoreUnavailable and its kinds,
        DamagedData, NewerFormat.
        """
        stored = self._records.read(ident)
        if stored is not None and stored.intent == "removing" and self.in_other_store(stored) is None:
            stored = self._finish_delete(ident, stored)
        contents = self.read_slots(ident)
        newest, damage, _ = contents
        if newest is not None and not is_superseded(stored, newest, self._store.name):
            if not self.is_reconciled(stored, contents):
                if damage is not None:
                    self.warn("A damaged entry was deleted; the credential's other entry is complete.")
                credential = self.noted(stored, newest)
                self.adopt(ident, fresh, credential, newest.sequence)
                self.delete_replaced(ident, other_slot(credential.slot))
        elif replacing:
            if damage is not None:
                self.warn("A damaged entry was replaced by the new credential.")
            if stored is not None and newest is not None:  # the next sequence must be higher than here
                return stored._replace(sequence=newest.sequence)
        elif newest is not None:
            raise absent(stored, self._store.name)
        elif damage is not None:
            raise damage
        else:
            if self.in_other_store(stored) is not None:
                raise absent(stored, self._store.name)
            if stored is not None and stored.record.credential is not None:
                self.warn(f"The {self._store.name} no longer holds the credential for {fresh.url}.")
            if stored is not None and stored.intent:
                self.delete_slots(
                    ident
                )  # also deletes pieces of a killed write, which `read_slots` does not see
            self.forget(ident)
        return self._records.read(ident) or StoredRecord(fresh)

    def in_other_store(self, stored: StoredRecord | None) -> str | None:
        """The sentence for a credential that is in another store."""
        if not self._store.state().ready or not is_in_other_store(stored, self._store.name):
            return None
        return sentence(stored, self._store.name)

    def delete_slots(self, ident: str) -> bool:
        """Delete both slots; False if nothing was there. Raises StoreUnavailable and its kinds."""
        cleared = [self._slots.clear(ident, slot) for slot in SLOTS]
        return any(cleared)

    def delete_replaced(self, ident: str, slot: str) -> None:
        """Delete the slot that was replaced. If that fails, the next process tries again."""
        try:
            self._slots.clear(ident, slot)
        except StoreUnavailable as error:
            self.warn(f"An old entry could not be deleted yet. {error}")
            return
        self.intend(ident, "")

    # Changes of the record. Each keeps what another process has noted in the meantime.

    def intend(self, ident: str, intent: Intent, fresh: Record | None = None) -> None:
        """Note the change that begins now; `fresh` is the record to use if there is none."""

        def edit(now: StoredRecord | None) -> StoredRecord | None:
            stored = now or (fresh and StoredRecord(fresh))
            return stored and stored._replace(intent=intent)

        self._records.change(ident, edit)

    def begin_delete(self, ident: str) -> None:
        """Note that everything now in the slots is to be deleted. Raises NewerFormat, StoreUnavailable."""
        newest = self.read_slots(ident).newest

        def edit(now: StoredRecord | None) -> StoredRecord | None:
            if now is None or now.record.credential is None:
                return now
            if newest is None:
                return now._replace(intent="removing")
            record = now.record._replace(credential=self.noted(now, newest))
            return StoredRecord(record, newest.sequence, "removing")

        self._records.change(ident, edit)

    def adopt(self, ident: str, fresh: Record, credential: CredentialInfo, sequence: int) -> None:
        """Make the record name the credential's slot. The other slot is still to be deleted."""

        def edit(now: StoredRecord | None) -> StoredRecord:
            record = now.record if now else fresh
            return StoredRecord(record._replace(credential=credential), sequence, "writing")

        self._records.change(ident, edit)

    def forget(self, ident: str) -> None:
        """Delete the credential's facts; a check's outcome stays."""
        self._records.change(
            ident, lambda now: now and now._replace(record=now.record._replace(credential=None), intent="")
        )

    def is_reconciled(self, stored: StoredRecord | None, contents: SlotContents) -> bool:
        """Is the record right, with nothing left to delete?

        A record with another sequence was restored from a backup, or another data folder has saved
        since: the next save needs a higher sequence than the entry.
        """
        if stored is None or stored.intent or contents.newest is None:
            return False
        known = stored.record.credential
        if known is None or contents.occupied != (known.slot,) or is_in_other_store(stored, self._store.name):
            return False
        return stored.sequence == contents.newest.sequence and is_same(
            known, contents.newest.stored_credential.credential
        )

    def noted(self, stored: StoredRecord | None, newest: Payload) -> CredentialInfo:
        """The facts about what is stored, with those that only the record has.

        A refusal applies only to the credential that was refused. A credential that was found but not
        stored from this data folder is ad hoc: another user's programs may name its server.
        """
        credential, known = newest.stored_credential.credential, stored.record.credential if stored else None
        if stored is None or known is None:
            begun_here = stored is not None and stored.intent == "writing"
            return credential if begun_here else credential._replace(ad_hoc=True)
        credential = credential._replace(ad_hoc=known.ad_hoc)
        in_step = stored.sequence == newest.sequence or is_in_other_store(stored, self._store.name)
        if not (in_step and is_same(known, credential)):
            return credential
        return with_notes(credential, known)

    def _finish_delete(self, ident: str, stored: StoredRecord) -> StoredRecord | None:
        if self._was_stored_since(ident, stored):
            self.intend(ident, "writing")
            return self._records.read(ident)
        try:
            self.delete_slots(ident)
        except UNREACHED:
            raise
        except StoreUnavailable as error:
            self.warn(f"A credential that was being cleared is still there. {error}")
            self.intend(ident, "writing")
        else:
            self.forget(ident)
        return self._records.read(ident)

    def _was_stored_since(self, ident: str, stored: StoredRecord) -> bool:
        """Has somebody else stored a newer credential there than the one to delete?"""
        newest, known = self.read_slots(ident).newest, stored.record.credential
        if newest is None or known is None:
            return False
        return newest.sequence > stored.sequence or written(newest.stored_credential.credential) > written(
            known
        )

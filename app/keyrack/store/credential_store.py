"""The credential store: secrets in a store, facts in records, safe against a kill at any moment.

A credential's payload is in one of two entries, and the record names which one. A save
writes the other entry, reads it back, updates the record, and deletes the old entry,
so a complete credential can be read at any moment. The record notes first what is
about to change (`intent`). After a kill, the next process looks at both entries,
keeps the newest and deletes the other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from keyrack.domain.errors import KeyrackError, StoreUnavailable
from keyrack.domain.model import Check, CredentialInfo, CredentialKey, Record, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.domain.storage import Deletion, Finding, StoreState, Survey
from keyrack.store.backends.base import UNREACHED, SecretBackend
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import record_id
from keyrack.store.records.records import MemoryRecords, Records, StoredRecord
from keyrack.store.transaction.shared_locks import SharedLocks
from keyrack.system.locks import Locks

if TYPE_CHECKING:
    from keyrack.store.transaction.index import Index
    from keyrack.store.transaction.load import Loader
    from keyrack.store.transaction.reconcile import Reconciler
    from keyrack.store.transaction.recover import Recovery
    from keyrack.store.transaction.save import Save, Saver
    from keyrack.store.transaction.slots import Slots
    from keyrack.store.transaction.write_test import WriteTest

WAIT = 30.0  # seconds for another process that works on the same credential


class BackendCredentialStore:
    """`operations.ports.CredentialStore` over a store, records and locks."""

    def __init__(self, store: SecretBackend, records: Records, locks: Locks) -> None:
        self._store = store
        self._records = records
        self._locks = locks
        self._shared_locks = SharedLocks(locks, store)
        self._warnings: dict[str, None] = {}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Problems that were found and worked around, one sentence each."""
        return (*self._records.warnings(), *self._warnings)

    def state(self) -> StoreState:
        """Never raises, and never makes the system ask for a password."""
        return self._store.state()

    def records(self) -> dict[CredentialKey, Record]:
        """Every record by its key. Reads only the disk."""
        return self._records.all()

    def stamp(self) -> int | None:
        """A number that differs after any process has changed a record; None while that is uncertain.

        Needs only one `stat` of a folder.
        """
        return self._records.stamp()

    def record(self, key: CredentialKey) -> Record | None:
        """One record. Raises NewerFormat if a newer keyrack wrote it."""
        stored = self._records.read(record_id(key))
        return stored.record if stored else None

    def lock(self, key: CredentialKey, *, timeout: float = WAIT) -> AbstractContextManager[None]:
        """Keep all other threads and processes from changing this credential.

        Raises Temporary after `timeout` seconds. `save` and `delete` take the same lock; the
        thread that holds it may call them.
        """
        return self._shared_locks.hold(record_id(key), timeout=timeout)

    def load(self, key: CredentialKey) -> StoredCredential | None:
        """The complete credential from the store, with the refusals noted in the record.

        None if nothing is stored. Raises StoreUnavailable and its kinds (StoreAbsent also if
        the record says that it is in another store), DamagedData and NewerFormat.
        """
        return self._loader.load(key)

    def save(self, stored_credential: StoredCredential) -> CredentialInfo:
        """Store a credential and return its facts with `store` and `slot` filled in.

        The old one stays until the new one has been read back. Raises StoreUnavailable and
        its kinds, Temporary (another process is changing it), NewerFormat (never overwritten).
        """
        with self.lock(stored_credential.key):
            return self._saver.save(stored_credential)

    @contextmanager
    def renewing(self, stored: StoredCredential) -> Generator[Save]:
        """A save in two parts, with slow work between them; hold the credential's lock.

        Entering does all preparation, and proves that the store and the disk accept a write.
        `save(grant)` does the rest, and may be tried again. If it is not called, nothing has
        changed. Raises as `save` does.
        """
        with self._store.staying_open(), self._saver.renewing(stored) as save:
            yield save

    def prove_writable(self) -> None:
        """Write, read back and delete a test entry. Raises as `save` does."""
        self._write_test.prove_writable()

    def delete(self, key: CredentialKey) -> Deletion:
        """Delete the credential, verify that it is gone, and delete its facts; a check's outcome stays.

        If it can't be deleted, its record stays, and the Deletion says so. Raises StoreAbsent,
        StoreLocked or StoreSlow if the store could not be asked; Temporary; NewerFormat.
        """
        ident = record_id(key)
        with self.lock(key):
            stored = self._records.read(ident)
            elsewhere = self._reconciler.in_other_store(stored)
            if elsewhere is not None:
                return Deletion(False, False, f"{elsewhere} It is still there.")
            try:
                self._reconciler.begin_delete(ident)
                deleted = self._reconciler.delete_slots(ident)
            except StoreUnavailable as error:
                # One entry may be gone: the next process must look at both.
                self._reconciler.intend(ident, "writing")
                if isinstance(error, UNREACHED):
                    raise
                return Deletion(False, False, f"It is still in the {self._store.name}. {error}")
            self._reconciler.forget(ident)
            if deleted:
                self._list(drop=[key])
            return Deletion(deleted, True)

    def held(self, key: CredentialKey) -> StoredCredential | None:
        """What this store holds, whatever the record says; nothing is repaired.

        For moves between stores. Raises StoreUnavailable and its kinds, DamagedData, NewerFormat.
        """
        contents = self._reconciler.read_slots(record_id(key))
        if contents.newest is None and contents.damage is not None:
            raise contents.damage
        return contents.newest and contents.newest.stored_credential

    def delete_copy(self, key: CredentialKey) -> None:
        """Delete this store's copy of a credential that is in another store now; its record stays.

        The deletion is verified. Raises StoreUnavailable and its kinds.
        """
        with self.lock(key):
            if self._reconciler.delete_slots(record_id(key)):
                self._list(drop=[key])

    def note(
        self,
        key: CredentialKey,
        *,
        check: Check | None = None,
        refusal: tuple[float, str] | None = None,
        refresh_refusal: tuple[float, str] | None = None,
        of: CredentialInfo | None = None,
        unanswered_client: str | None = None,
        names: tuple[str, ...] | None = None,
    ) -> None:
        """Note in the record a check's outcome, when and why the token or its refresh was refused, or the ID
        of a client for which the sign-in page has not responded yet ("" once it has).

        A refusal of the credential `of` is not noted if that has been replaced in the meantime. `names` are
        the server's names in files, once other servers share its address.
        """
        from keyrack.domain.version import is_same  # late: `keyrack list` notes nothing

        fresh = Record(key.url, key.account, name=key.name)

        def edit(now: StoredRecord | None) -> StoredRecord | None:
            stored = now or StoredRecord(fresh)
            record = stored.record
            if check is not None:
                record = record._replace(check=check)
            if unanswered_client is not None:
                record = record._replace(unanswered_client=unanswered_client)
            facts = record.credential
            if facts is not None and (of is None or is_same(of, facts)):
                if refusal is not None:
                    facts = facts._replace(refused_at=refusal[0], refusal=refusal[1])
                if refresh_refusal is not None:
                    at, why = refresh_refusal
                    facts = facts._replace(refresh_refused_at=at, refusal=why)
                if names is not None:
                    facts = facts._replace(names=names, apart=True)
            return stored._replace(record=record._replace(credential=facts))

        self._records.change(record_id(key), edit)

    def backup_key(self, *, create: bool) -> Secret | None:
        """The age identity that opens the backups of other programs' files, in an entry of its own.

        None if there is none and it is not to be created. Raises StoreUnavailable and its kinds, also if
        nothing here outlives this process, Temporary.
        """
        from keyrack.store.transaction.backup_key import backup_key

        return backup_key(self._store, self._shared_locks, create=create)

    def recover(self) -> tuple[Finding, ...]:
        """Finish what a killed process left unfinished. Reads only the records if there is nothing."""
        return self._recovery.recover()

    def survey(self) -> Survey:
        """Count where store and records do not match. Raises StoreUnavailable and its kinds, Temporary."""
        return self._recovery.survey()

    def repair(self, also: Iterable[CredentialKey] = ()) -> tuple[Finding, ...]:
        """Rebuild lost records from the store. `also` names further keys to look for. Nothing is deleted.

        Raises StoreUnavailable and its kinds, Temporary.
        """
        return self._recovery.repair(also)

    # Created when they are used: `keyrack list` needs none of them.

    @cached_property
    def _slots(self) -> Slots:
        from keyrack.store.transaction.slots import Slots

        return Slots(self._store)

    @cached_property
    def _reconciler(self) -> Reconciler:
        from keyrack.store.transaction.reconcile import Reconciler

        return Reconciler(self._store, self._records, self._warnings)

    @cached_property
    def _saver(self) -> Saver:
        from keyrack.store.transaction.save import Saver

        return Saver(
            self._slots,
            self._records,
            self._reconciler,
            lambda: self._store.name,
            lambda keys: self._list(add=keys),
        )

    @cached_property
    def _loader(self) -> Loader:
        from keyrack.store.transaction.load import Loader

        return Loader(
            self._slots, self._records, self._shared_locks, self._reconciler, lambda: self._store.name
        )

    @cached_property
    def _index(self) -> Index:
        from keyrack.store.transaction.index import Index

        return Index(self._store, self._records, self._shared_locks)

    @cached_property
    def _write_test(self) -> WriteTest:
        from keyrack.store.transaction.write_test import WriteTest

        return WriteTest(self._store, self._records, self._locks, self._reconciler)

    @cached_property
    def _recovery(self) -> Recovery:
        from keyrack.store.transaction.recover import Recovery

        return Recovery(
            self._store, self._records, self._shared_locks, self._reconciler, self._index, self._write_test
        )

    def _list(self, *, add: Iterable[CredentialKey] = (), drop: Iterable[CredentialKey] = ()) -> None:
        """Update the store's index of its credentials, if it needs one."""
        try:
            if self._index.is_needed:
                self._index.change(add=add, drop=drop)
        except KeyrackError as error:
            if add and isinstance(error, UNREACHED):
                raise  # the credential could not be written either
            self._reconciler.warn(
                f"The list of credentials in the {self._store.name} is out of date. {error}"
            )


def keychain_credential_store(data_dir: str, now: Callable[[], float]) -> BackendCredentialStore:
    """The credential store of this machine: its keychain, and records under `data_dir`."""
    from keyrack.store.backends.chooser import KeychainBackend
    from keyrack.store.backends.chunked import ChunkedBackend

    return BackendCredentialStore(ChunkedBackend(KeychainBackend()), *_record_files(data_dir, now))


def memory_credential_store(now: Callable[[], float], data_dir: str | None = None) -> BackendCredentialStore:
    """A credential store in memory, which ends with the process.

    With `data_dir`, the records there are listed too, but never changed.
    """
    from keyrack.store.backends.memory import MemoryBackend

    files = None if data_dir is None else _record_files(data_dir, now)[0]
    return BackendCredentialStore(MemoryBackend(), MemoryRecords(files), Locks(None))


def _record_files(data_dir: str, now: Callable[[], float]) -> tuple[RecordFiles, Locks]:
    locks = Locks(os.path.join(data_dir, "locks"))
    return RecordFiles(os.path.join(data_dir, "records"), locks, now), locks

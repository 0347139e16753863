"""Finishes interrupted changes, and finds credentials that have no record."""

from __future__ import annotations

import re
from collections.abc import Iterable

from keyrack.domain.errors import InOtherStore, KeyrackError, NewerFormat, Temporary
from keyrack.domain.model import CredentialKey
from keyrack.domain.storage import Finding, Survey
from keyrack.store.backends.base import UNREACHED, SecretBackend
from keyrack.store.records.naming import PROBE_URL, record_id
from keyrack.store.records.records import Records, fresh_record
from keyrack.store.transaction.index import Index
from keyrack.store.transaction.reconcile import Reconciler
from keyrack.store.transaction.shared_locks import SharedLocks
from keyrack.store.transaction.write_test import WriteTest

ENTRY = re.compile(r"([0-9a-f]{32})\.[ab]")
UNKNOWN = CredentialKey("", "")


class Recovery:
    """Brings store and records into agreement after a kill or a loss. Uses the store only if necessary."""

    def __init__(
        self,
        store: SecretBackend,
        records: Records,
        locks: SharedLocks,
        reconciler: Reconciler,
        index: Index,
        write_test: WriteTest,
    ) -> None:
        self._store = store
        self._records = records
        self._locks = locks
        self._reconciler = reconciler
        self._index = index
        self._write_test = write_test

    def recover(self) -> tuple[Finding, ...]:
        """Finish the changes that the records list as unfinished, except those of other running processes.

        If there are none, it only reads the records, and nobody has to unlock the store.
        """
        unfinished = self._records.unfinished()
        state = self._store.state() if unfinished else None
        if state is None or not state.ready or state.locked:
            return ()
        findings: list[Finding] = []
        for key in unfinished:
            try:
                self._finish(key)
            except Temporary:
                continue
            except KeyrackError as error:
                findings.append(_finding(key, str(error)))
                if isinstance(error, UNREACHED) and not isinstance(error, InOtherStore):
                    break
            else:
                if key.url != PROBE_URL:
                    findings.append(_finding(key))
        return tuple(findings)

    def _finish(self, key: CredentialKey) -> None:
        if key.url == PROBE_URL:
            self._write_test.delete_leftovers()
            return
        ident = record_id(key)
        with self._locks.hold(ident, timeout=0):
            self._reconciler.reconciled(ident, fresh_record(key), replacing=False)

    def survey(self) -> Survey:
        """Raises StoreUnavailable and its kinds, Temporary."""
        listed = self._store.entries()
        if listed is not None:
            self._write_test.delete_old(listed)
            return Survey(len(self._unrecorded(listed)), 0)
        strays = [ident for ident in self._unrecorded_of_index(()) if self._is_there(ident)]
        return Survey(len(strays), len(self._index.missing()))

    def repair(self, also: Iterable[CredentialKey]) -> tuple[Finding, ...]:
        """Create a record for each credential that has none; nothing in the store is deleted.

        `also` are further keys, with canonical URLs, to look for in a store that can't list
        its entries. Raises StoreUnavailable and its kinds.
        """
        listed = self._store.entries()
        if listed is not None:
            self._write_test.delete_old(listed)
            unrecorded = self._unrecorded(listed)
            found = [self._rebuild(ident, key) for ident, key in unrecorded.items()]
            return tuple(finding for finding in found if finding)
        findings: list[Finding] = []
        gone: list[CredentialKey] = []
        for ident, key in self._unrecorded_of_index(also).items():
            finding = self._rebuild(ident, key)
            if finding is None:
                gone.append(key)
            else:
                findings.append(finding)
        self._index.change(drop=gone)
        return tuple(findings)

    def _unrecorded(self, entries: Iterable[str]) -> dict[str, CredentialKey]:
        """The record IDs in the entries' names that have no record."""
        names = sorted({match[1] for match in map(ENTRY.fullmatch, entries) if match})
        return {ident: UNKNOWN for ident in names if not self._is_recorded(ident)}

    def _unrecorded_of_index(self, also: Iterable[CredentialKey]) -> dict[str, CredentialKey]:
        keys = {record_id(key): key for key in sorted({*self._index.keys(), *also})}
        return {ident: key for ident, key in keys.items() if not self._is_recorded(ident)}

    def _is_recorded(self, ident: str) -> bool:
        try:
            stored = self._records.read(ident)
        except NewerFormat:
            return True
        return stored is not None and stored.record.credential is not None

    def _is_there(self, ident: str) -> bool:
        try:
            return bool(self._reconciler.read_slots(ident).occupied)
        except NewerFormat:
            return True

    def _rebuild(self, ident: str, key: CredentialKey) -> Finding | None:
        """None if nothing is stored."""
        try:
            with self._locks.hold(ident, timeout=0):
                contents = self._reconciler.read_slots(ident)
                if contents.newest is None:
                    return contents.damage and _finding(key, f"{contents.damage} It was left unchanged.")
                stored_credential = contents.newest.stored_credential
                record = fresh_record(stored_credential.key)
                facts = self._reconciler.noted(self._records.read(ident), contents.newest)
                self._reconciler.adopt(ident, record, facts, contents.newest.sequence)
                if contents.occupied == (stored_credential.credential.slot,):
                    self._reconciler.intend(ident, "")
                return _finding(record.key)
        except (NewerFormat, Temporary) as error:
            return _finding(key, str(error))


def _finding(key: CredentialKey, problem: str = "") -> Finding:
    return Finding(key.url, key.account, problem, key.name)

"""An index of a store's credentials, kept in the store itself in case the records are lost.

Needed only if the store can't list its entries. It has two entries, and the one with the
higher sequence counts; a change writes the other one, reads it back and deletes the old
one. It may name a credential that is gone, but never lacks one that is there: a key is
added before the credential is written, and removed after it was deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from keyrack.domain.errors import DamagedData
from keyrack.domain.model import CredentialKey
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.store.backends.base import SecretBackend
from keyrack.store.records.fields import parse
from keyrack.store.records.records import Records
from keyrack.store.transaction.shared_locks import SharedLocks
from keyrack.store.transaction.verified import delete, put

FORMAT = 1
WHAT = "The list of credentials"
ENTRIES = ("index.a", "index.b")
WAIT = 30.0  # seconds to wait for another process that is changing it


class IndexContent(NamedTuple):
    """The content of the index and the entry that holds it, if there is one."""

    sequence: int = 0
    keys: frozenset[CredentialKey] = frozenset()
    entry: str = ""


class Index:
    """Reads and changes the index. Methods raise StoreUnavailable and its kinds, Temporary, NewerFormat."""

    def __init__(self, store: SecretBackend, records: Records, locks: SharedLocks) -> None:
        self._store = store
        self._records = records
        self._locks = locks

    @property
    def is_needed(self) -> bool:
        """Is it the only way to find out what the store holds?"""
        return self._store.persistent and self._store.entries() is None

    def keys(self) -> frozenset[CredentialKey]:
        """The key of every credential; empty if there is no index or it is damaged."""
        return self._read().keys

    def missing(self) -> frozenset[CredentialKey]:
        """The credentials that have a record but are missing in the index."""
        return self._recorded() - self.keys()

    def change(self, *, add: Iterable[CredentialKey] = (), drop: Iterable[CredentialKey] = ()) -> None:
        """Add and remove keys. A lost or damaged index is rebuilt from the records."""
        with self._locks.hold("index", timeout=WAIT):
            listed = self._read()
            keys = (listed.keys | self._recorded()).union(add).difference(drop)
            if keys == listed.keys:
                return
            entry = ENTRIES[listed.entry == ENTRIES[0]]
            put(self._store, entry, _encode(listed.sequence + 1, keys))
            if listed.entry:
                delete(self._store, listed.entry)

    def _recorded(self) -> frozenset[CredentialKey]:
        """The credentials that are in this store according to the records."""
        here, records = self._store.name, self._records.all().items()
        return frozenset(key for key, one in records if one.credential and one.credential.store == here)

    def _read(self) -> IndexContent:
        newest = IndexContent()
        for entry in ENTRIES:
            try:
                text = self._store.get(entry)
                listed = IndexContent() if text is None else _decode(text, entry)
            except DamagedData:
                continue  # the records have the same keys
            if listed.sequence > newest.sequence:
                newest = listed
        return newest


def _encode(sequence: int, keys: frozenset[CredentialKey]) -> Secret:
    # Separate, because a keyrack that does not know names can only read pairs.
    pairs = sorted((key.url, key.account) for key in keys if not key.name)
    named = sorted(key for key in keys if key.name)
    data: dict[str, Any] = {"format": FORMAT, "sequence": sequence, "credentials": pairs, "named": named}
    return Secret(json.dumps(data, separators=(",", ":")))


def _decode(text: Secret, entry: str) -> IndexContent:
    fields = parse(text.reveal(), WHAT, FORMAT)
    pairs = (CredentialKey(*pair) for pair in fields.rows("credentials", 2))
    named = (CredentialKey(*row) for row in fields.rows("named", 3, ()))
    return IndexContent(fields.whole("sequence"), frozenset((*pairs, *named)), entry)

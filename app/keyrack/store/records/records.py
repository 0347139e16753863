"""Records: the facts about credentials that are not secret, and where their secrets are."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Literal, Protocol

from keyrack.domain.model import CredentialKey, Record
from keyrack.domain.named_tuple import NamedTuple
from keyrack.store.records.facts import (
    check_from_json,
    check_to_json,
    credential_from_json,
    credential_to_json,
)
from keyrack.store.records.fields import damaged, parse
from keyrack.store.records.naming import NEWEST_FORMAT, format_of, record_id

WHAT = "The record"

# An unfinished change of the credential's slots. "writing": either slot may hold the
# newest credential; "removing": both are to be deleted.
Intent = Literal["", "writing", "removing"]


class StoredRecord(NamedTuple):
    """A record with the store's own data about it."""

    record: Record
    sequence: int = 0  # of the credential's payload
    intent: Intent = ""

    @property
    def key(self) -> CredentialKey:
        return self.record.key

    @property
    def is_empty(self) -> bool:
        """Does it contain nothing worth keeping?"""
        return self.record.credential is None and self.record.check is None and not self.intent


def fresh_record(key: CredentialKey) -> Record:
    """A new record for a key that has none."""
    return Record(key.url, key.account, name=key.name)


Edit = Callable[[StoredRecord | None], StoredRecord | None]


class Records(Protocol):
    """Records by their IDs."""

    def warnings(self) -> tuple[str, ...]:
        """Problems found so far, one sentence each."""
        ...

    def all(self) -> dict[CredentialKey, Record]:
        """Every readable record by its key."""
        ...

    def stamp(self) -> int | None:
        """A number that differs after each change by any process; None while that is uncertain."""
        ...

    def unfinished(self) -> tuple[CredentialKey, ...]:
        """The credentials with an unfinished change."""
        ...

    def read(self, ident: str) -> StoredRecord | None:
        """Raises NewerFormat if a newer keyrack wrote the record."""
        ...

    def change(self, ident: str, edit: Edit) -> None:
        """Read, edit and write under a lock. An empty record is deleted. Raises NewerFormat."""
        ...


class MemoryRecords:
    """Records in memory, on top of others that are never changed.

    Without a keychain, the records on disk stay in the list; changes are kept in
    memory and take precedence.
    """

    def __init__(self, base: Records | None = None) -> None:
        self._base = base
        self._own: dict[str, StoredRecord] = {}
        self._turn = threading.Lock()
        from keyrack.system.forks import reset_in_child  # takes 1 ms; records on disk do not need it

        reset_in_child(self)

    def reset_after_fork(self) -> None:
        """In a forked child: another thread of the parent may have been in the middle of a change."""
        self._turn = threading.Lock()

    def warnings(self) -> tuple[str, ...]:
        return self._base.warnings() if self._base else ()

    def all(self) -> dict[CredentialKey, Record]:
        records = self._base.all() if self._base else {}
        return records | {stored.key: stored.record for stored in list(self._own.values())}

    def stamp(self) -> int | None:
        """The stamp of the others: records in memory change in this process only."""
        return self._base.stamp() if self._base else 0

    def unfinished(self) -> tuple[CredentialKey, ...]:
        """Only those in memory: the others are never changed, so nothing can be finished there."""
        return tuple(stored.key for stored in list(self._own.values()) if stored.intent)

    def read(self, ident: str) -> StoredRecord | None:
        return self._own.get(ident) or (self._base.read(ident) if self._base else None)

    def change(self, ident: str, edit: Edit) -> None:
        with self._turn:
            after = edit(self.read(ident))
            if after is None or after.is_empty:
                self._own.pop(ident, None)
            else:
                self._own[ident] = after


def encode(stored: StoredRecord) -> bytes:
    """A record as the bytes of its file."""
    record = stored.record
    data = {
        "format": format_of(record.key),
        "url": record.url,
        "account": record.account,
        **({"name": record.name} if record.name else {}),
        "sequence": stored.sequence,
        "intent": stored.intent,
        "credential": record.credential and credential_to_json(record.credential),
        "check": record.check and check_to_json(record.check),
        "unanswered_client": record.unanswered_client,
    }
    return json.dumps(data).encode() + b"\n"


def decode(text: bytes, ident: str) -> StoredRecord:
    """The record in a file's bytes. Raises DamagedData (also for another record's bytes) or NewerFormat."""
    fields = parse(text.decode(errors="replace"), WHAT, NEWEST_FORMAT)
    credential, check = fields.inner("credential"), fields.inner("check")
    record = Record(
        url=fields.text("url"),
        account=fields.text("account"),
        credential=credential and credential_from_json(credential),
        check=check and check_from_json(check),
        name=fields.text("name", ""),
        unanswered_client=fields.text("unanswered_client", ""),
    )
    if record_id(record.key) != ident:
        raise damaged(WHAT, "url")
    return StoredRecord(
        record, fields.whole("sequence", 0), fields.choice("intent", ("", "writing", "removing"))
    )

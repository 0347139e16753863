"""Records: the non-secret facts of credentials, and where their secrets lie."""

import json
import threading
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from keyrack.domain.model import CredentialKey, Record
from keyrack.store.records.facts import (
    check_from_json,
    check_to_json,
    credential_from_json,
    credential_to_json,
)
from keyrack.store.records.fields import damaged, parse
from keyrack.store.records.naming import id_of_canonical

FORMAT = 2  # of a record whose key has a name, so that a keyrack that knows no names leaves it alone
WHAT = "The record"

# What was begun on the credential's slots and not seen to its end:
# "writing": either slot may hold the newest credential; "removing": both are to go.
Intent = Literal["", "writing", "removing"]


class StoredRecord(NamedTuple):
    """A record with what the store needs to know about it."""

    record: Record
    sequence: int = 0  # of the credential's payload
    intent: Intent = ""

    @property
    def key(self) -> CredentialKey:
        return self.record.key

    @property
    def is_empty(self) -> bool:
        """Nothing worth keeping."""
        return self.record.credential is None and self.record.check is None and not self.intent


def fresh_record(key: CredentialKey) -> Record:
    """The record to begin with where there is none."""
    return Record(key.url, key.account, name=key.name)


Edit = Callable[[StoredRecord | None], StoredRecord | None]


class Records(Protocol):
    """Records by their ids."""

    def warnings(self) -> tuple[str, ...]:
        """What was found wrong so far, a sentence each."""
        ...

    def all(self) -> dict[CredentialKey, Record]:
        """Every readable record by its key."""
        ...

    def stamp(self) -> int | None:
        """Another one after each change by any process; None while that can't be told for sure."""
        ...

    def unfinished(self) -> tuple[CredentialKey, ...]:
        """The credentials on which something was begun and not seen to its end."""
        ...

    def read(self, ident: str) -> StoredRecord | None:
        """Raises NewerFormat for a record that this version must leave alone."""
        ...

    def change(self, ident: str, edit: Edit) -> None:
        """Read, edit, write, with nobody in between. An empty record is dropped. Raises NewerFormat."""
        ...


class MemoryRecords:
    """Records in memory, over others that are only read.

    With no keychain, what earlier days left on disk stays in the list; what changes
    is kept here and covers it.
    """

    def __init__(self, base: Records | None = None) -> None:
        self._base = base
        self._own: dict[str, StoredRecord] = {}
        self._turn = threading.Lock()
        from keyrack.system.forks import reset_in_child  # 1 ms, and records on disk need none

        reset_in_child(self)

    def reset_after_fork(self) -> None:
        """In a forked child: another thread of the parent's may be in the middle of a change."""
        self._turn = threading.Lock()

    def warnings(self) -> tuple[str, ...]:
        return self._base.warnings() if self._base else ()

    def all(self) -> dict[CredentialKey, Record]:
        records = self._base.all() if self._base else {}
        return records | {stored.key: stored.record for stored in list(self._own.values())}

    def stamp(self) -> int | None:
        """Of the others: its own change in this process only."""
        return self._base.stamp() if self._base else 0

    def unfinished(self) -> tuple[CredentialKey, ...]:
        """Of its own; the others are only read, and so nothing can be finished there."""
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
        "format": FORMAT if record.name else 1,
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
    """The record in a file's bytes. Raises DamagedData (another record's, too) or NewerFormat."""
    fields = parse(text.decode(errors="replace"), WHAT, FORMAT)
    credential, check = fields.inner("credential"), fields.inner("check")
    record = Record(
        url=fields.text("url"),
        account=fields.text("account"),
        credential=credential and credential_from_json(credential),
        check=check and check_from_json(check),
        name=fields.text("name", ""),
        unanswered_client=fields.text("unanswered_client", ""),
    )
    if id_of_canonical(*record.key) != ident:
        raise damaged(WHAT, "url")
    return StoredRecord(
        record, fields.whole("sequence", 0), fields.choice("intent", ("", "writing", "removing"))
    )

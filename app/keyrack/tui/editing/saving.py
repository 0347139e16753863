"""The steps of saving a server, for a thread of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.operations.ports import Adapters
from keyrack.operations.servers import own_entries
from keyrack.operations.servers.own_entries import Affected, Entry
from keyrack.operations.servers.trying import Found, ask

Table = Mapping[str, Any]


def tried(
    adapters: Adapters, entry: Entry | None, name: str, table: Table, *, asks: bool = True
) -> Found | None:
    """What the server answers; None if it need not be asked. Raises KeyrackError for a mistake."""
    server = own_entries.understood(adapters, name, table, entry)
    if not asks or (entry is not None and not own_entries.must_be_asked(entry, table)):
        return None
    return ask(adapters, server)


def save(adapters: Adapters, entry: Entry | None, name: str, table: Table, found: Found | None) -> Affected:
    """Raises KeyrackError, and then nothing has changed."""
    if entry is None:
        affected = own_entries.add(adapters, name, table)
    elif (entry.name, entry.table) == (name, table):
        return Affected()
    else:
        affected = own_entries.change(adapters, entry, name, table)
    own_entries.note_check(adapters, name, found.check if found else None)
    return affected

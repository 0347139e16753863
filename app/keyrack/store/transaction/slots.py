"""A credential's two entries in a store. Writes are read back, and deletes are verified."""

from __future__ import annotations

from keyrack.domain.errors import BadUrl, DamagedData
from keyrack.domain.model import StoredCredential
from keyrack.store.backends.base import SecretBackend
from keyrack.store.records.naming import entry_name, record_id
from keyrack.store.transaction.payload import Payload, decode, encode
from keyrack.store.transaction.verified import delete, put


class Slots:
    """Payloads by (record ID, slot)."""

    def __init__(self, store: SecretBackend) -> None:
        self._store = store

    def read(self, ident: str, slot: str) -> Payload | None:
        """What the slot holds. Raises DamagedData, NewerFormat, StoreUnavailable."""
        text = self._store.get(entry_name(ident, slot))
        if text is None:
            return None
        payload = decode(text)
        try:
            belongs = record_id(payload.stored_credential.key) == ident
        except BadUrl:
            belongs = False
        if not belongs:
            raise DamagedData("The stored credential belongs to another server.")
        return payload

    def write(self, ident: str, slot: str, stored_credential: StoredCredential, sequence: int) -> None:
        """Write and read back. After an error the slot may hold anything."""
        text = encode(Payload(sequence, stored_credential))
        decode(text)  # never replace a readable payload with one that can't be read
        put(self._store, entry_name(ident, slot), text)

    def clear(self, ident: str, slot: str) -> bool:
        """Delete and verify; False if nothing was there."""
        return delete(self._store, entry_name(ident, slot))

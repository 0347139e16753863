"""A credential's two entries in a store: written, read back, and looked for after a delete."""

from __future__ import annotations

from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.model import Grant
from keyrack.domain.secret import Secret
from keyrack.store.fields import Damaged
from keyrack.store.naming import entry_name, record_id
from keyrack.store.payload import Payload, decode, encode
from keyrack.store.secrets import SecretStore

PROBE = "probe"


class Slots:
    """Payloads by (record id, slot). No answer of the store is taken on trust."""

    def __init__(self, store: SecretStore) -> None:
        self._store = store

    def read(self, ident: str, slot: str) -> Payload | None:
        """What the slot holds. Raises Damaged, NewerFormat, StoreUnavailable."""
        text = self._store.get(entry_name(ident, slot))
        if text is None:
            return None
        payload = decode(text)
        if record_id(payload.grant.url, payload.grant.account) != ident:
            raise Damaged("The stored credential belongs to another server.")
        return payload

    def write(self, ident: str, slot: str, grant: Grant, sequence: int) -> None:
        """Write and read back. After an error the slot may hold anything."""
        text = encode(Payload(sequence, grant))
        decode(text)  # what could not be read again must not replace what can
        self._put(entry_name(ident, slot), text)

    def clear(self, ident: str, slot: str) -> bool:
        """Delete and look again; False when nothing was there."""
        return self._take(entry_name(ident, slot))

    def prove_writable(self) -> None:
        """Write, read back and delete a probe. Under a lock: its name is always the same."""
        import secrets

        self._put(PROBE, Secret(secrets.token_hex(16)))
        self._take(PROBE)

    def _put(self, entry: str, text: Secret) -> None:
        self._store.set(entry, text)
        if self._store.get(entry) != text:
            raise StoreUnavailable(
                f"The {self._store.name} did not keep what was written to it.",
                hint="keyrack doctor tells which keychain is in use.",
            )

    def _take(self, entry: str) -> bool:
        failure: StoreUnavailable | None = None
        was_there = True
        try:
            was_there = self._store.delete(entry)
        except StoreUnavailable as error:
            failure = error
        # Also after a failure: some keychains report one although the entry is gone.
        if self._store.get(entry) is None:
            return was_there
        raise failure or StoreUnavailable(f"The {self._store.name} did not delete the entry.")

"""The key of the backups of other programs' files: an age identity in an entry of its own."""

from __future__ import annotations

from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.store.backends.base import SecretBackend
from keyrack.store.transaction.shared_locks import SharedLocks
from keyrack.store.transaction.verified import put

ENTRY = "backups"
WAIT = 30.0  # seconds for another process that creates it


def backup_key(store: SecretBackend, locks: SharedLocks, *, create: bool) -> Secret | None:
    """The key; created and read back if it is missing. Raises StoreUnavailable and its kinds, Temporary."""
    found = store.get(ENTRY)
    if found is not None or not create:
        return found
    if not store.persistent:
        raise StoreUnavailable(
            "There is no permanent store for the key of a backup, so nothing was changed.",
            hint="Set up a keychain or a sealed vault: keyrack doctor",
        )
    from keyrack.store.vault.age import new_identity

    with locks.hold(ENTRY, timeout=WAIT):
        found = store.get(ENTRY)
        if found is None:
            found = new_identity()
            put(store, ENTRY, found)
        return found

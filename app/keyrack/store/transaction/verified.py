"""Writes and deletes that are verified, because a store's success reports can be wrong."""

from __future__ import annotations

from keyrack.domain.errors import DamagedData, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.store.backends.base import SecretBackend


def put(store: SecretBackend, entry: str, text: Secret) -> None:
    """Write and read back. Raises StoreUnavailable and its kinds; then the entry may hold anything."""
    store.set(entry, text)
    confirm(store, entry, text)


def confirm(store: SecretBackend, entry: str, text: Secret) -> None:
    """Read back a written text. Raises StoreUnavailable and its kinds."""
    try:
        kept = store.get(entry) == text
    except DamagedData:
        kept = False
    if not kept:
        raise StoreUnavailable(
            f"What was written to the {store.name} could not be read back.",
            hint="Run keyrack doctor to see which keychain is in use.",
        )


def delete(store: SecretBackend, entry: str) -> bool:
    """Delete and verify; False if nothing was there. Raises StoreUnavailable and its kinds."""
    was_there = store.delete(entry)
    if store.get(entry) is not None:
        raise StoreUnavailable(f"The {store.name} did not delete the entry.")
    return was_there

"""Unlocks the keychain, and checks that a store is ready."""

from __future__ import annotations

from keyrack.domain.errors import StoreAbsent, StoreLocked, StoreUnavailable
from keyrack.domain.storage import StoreState
from keyrack.operations.ports import Adapters, CredentialStore


def unlock(adapters: Adapters) -> None:
    """Let a locked keychain ask the user for the password, then test it with a write.

    May take as long as the user does. Raises StoreAbsent if there is no keychain, StoreLocked if
    nobody unlocked it, StoreUnavailable. For the sealed vault, use `vault.unlock`.
    """
    adapters.credentials().prove_writable()


def require_ready(credentials: CredentialStore) -> StoreState:
    """The store's state, to fail early. Raises StoreAbsent, StoreLocked, and StoreUnavailable if it is not
    known which store to use."""
    store = require_decided(credentials)
    if store.ready:
        return store
    if store.locked:
        raise StoreLocked(store.reason, hint=store.hint or "Unlock it and try again.")
    raise StoreAbsent(store.reason, hint=store.hint)


def require_decided(credentials: CredentialStore) -> StoreState:
    """The store's state. Raises StoreUnavailable if it is not known which store to use."""
    store = credentials.state()
    if store.undecided:
        raise StoreUnavailable(store.reason, hint=store.hint)
    return store

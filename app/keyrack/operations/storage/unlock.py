"""Opening the keychain."""

from __future__ import annotations

from keyrack.domain.errors import StoreAbsent, StoreLocked, StoreUnavailable
from keyrack.domain.storage import StoreState
from keyrack.operations.ports import Adapters, CredentialStore


def unlock(adapters: Adapters) -> None:
    """Let the keychain ask its person for the password where it is locked; shown to work by a write.

    May take as long as a person does. Raises StoreAbsent where there is none, StoreLocked where
    nobody opened it, StoreUnavailable. The sealed vault is opened by `vault.unlock`.
    """
    adapters.credentials().prove_writable()


def require_ready(credentials: CredentialStore) -> StoreState:
    """The store's state, before anything is done in vain. Raises StoreAbsent, StoreLocked, and
    StoreUnavailable where it is not known which store to use."""
    store = require_decided(credentials)
    if store.ready:
        return store
    if store.locked:
        raise StoreLocked(store.reason, hint=store.hint or "Unlock it and try again.")
    raise StoreAbsent(store.reason, hint=store.hint)


def require_decided(credentials: CredentialStore) -> StoreState:
    """The store's state. Raises StoreUnavailable where it is not known which store to use."""
    store = credentials.state()
    if store.undecided:
        raise StoreUnavailable(store.reason, hint=store.hint)
    return store

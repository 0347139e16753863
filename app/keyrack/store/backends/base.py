"""The interface of a backend for secrets."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from keyrack.domain.errors import KeyrackError, StoreAbsent, StoreLocked, StoreSlow
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState

# The store could not be asked at all, unlike one that answered with a failure.
UNREACHED = (StoreAbsent, StoreLocked, StoreSlow)
SERVICE = "keyrack"  # of the entries in keychains, which other programs use too


class SecretBackend(Protocol):
    """Secrets by the names of entries. Every method returns within the store's time limit.

    Methods raise StoreUnavailable and its kinds. A success need not be true: `verified`
    checks that a write or a delete took effect.
    """

    persistent: bool

    @property
    def name(self) -> str:
        """The name to show: "Secret Service", "macOS Keychain", "memory"."""
        ...

    def get(self, entry: str) -> Secret | None: ...
    def set(self, entry: str, secret: Secret) -> None: ...

    def delete(self, entry: str) -> bool:
        """Delete the entry; False if there was none. A failure means that it is still there."""
        ...

    def entries(self) -> tuple[str, ...] | None:
        """The names of all entries; None if the store can't list them (most of keyring's)."""
        ...

    def staying_open(self) -> AbstractContextManager[None]:
        """Keep the store open inside the block, even if somebody locks it in the meantime."""
        ...

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        """Lock out others who share the store but not the data folder. Raises Temporary after `timeout` s.

        Does nothing if the store is not shared or has no such lock. Not re-entrant.
        """
        ...

    def state(self) -> StoreState:
        """Never raises, and never makes the system ask the user for a password."""
        ...


def state_after(error: KeyrackError, name: str) -> StoreState:
    """The state of a keychain after a call to it failed with `error`."""
    if isinstance(error, StoreAbsent):
        return StoreState("none", ready=False, reason=str(error), hint=error.hint)
    is_locked = isinstance(error, StoreLocked)
    return StoreState(name, ready=False, locked=is_locked, reason=str(error), hint=error.hint)

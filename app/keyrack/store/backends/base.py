"""What a place for secrets can do."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from keyrack.domain.errors import KeyrackError, StoreAbsent, StoreLocked, StoreSlow
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState

# The store could not be asked at all, in contrast to one that answered and failed.
UNREACHED = (StoreAbsent, StoreLocked, StoreSlow)
SERVICE = "keyrack"  # of the entries in keychains that other programs use, too


class SecretBackend(Protocol):
    """Secrets by the names of entries. Every method returns within the store's time limit.

    Failures are StoreUnavailable and its kinds. Whether a write arrived and a delete
    took place is not the store's word: `verified` looks again.
    """

    persistent: bool

    @property
    def name(self) -> str:
        """For people: "Secret Service", "macOS Keychain", "memory"."""
        ...

    def get(self, entry: str) -> Secret | None: ...
    def set(self, entry: str, secret: Secret) -> None: ...

    def delete(self, entry: str) -> bool:
        """Take the entry away; False when there was none. A failure means that it is still there."""
        ...

    def entries(self) -> tuple[str, ...] | None:
        """The names of all entries; None where the store can't tell them (most of keyring's)."""
        ...

    def staying_open(self) -> AbstractContextManager[None]:
        """As long as it lasts, nothing that opens the store is forgotten, whoever locks it meanwhile."""
        ...

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        """Keep out others who share the store and not the data folder; Temporary after `timeout` seconds.

        Nothing where a store is not shared, or knows no such lock. Not to be taken twice.
        """
        ...

    def state(self) -> StoreState:
        """Never raises, and never makes the system ask the user for a password."""
        ...


def state_after(error: KeyrackError, name: str) -> StoreState:
    """The state of a keychain that can't be used, as a call to it has shown."""
    if isinstance(error, StoreAbsent):
        return StoreState("none", ready=False, reason=str(error), hint=error.hint)
    is_locked = isinstance(error, StoreLocked)
    return StoreState(name, ready=False, locked=is_locked, reason=str(error), hint=error.hint)

"""The interfaces of what keeps secrets: credential stores, the vault, and sealed backups."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import (
    Check,
    CredentialInfo,
    CredentialKey,
    Record,
    StoredCredential,
)
from keyrack.domain.secret import Secret
from keyrack.domain.storage import Deletion, Finding, StoreKind, StoreState, Survey

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from keyrack.domain.change import Backup


class CredentialStore(Protocol):
    """Credentials by their keys: secrets in the store, facts in records.

    Every method but `records`, `record` and `stamp` can take up to the keychain's time
    limit; don't call them in the screen's thread. They raise StoreUnavailable and its
    kinds, and then the old credential can still be read.
    """

    @property
    def warnings(self) -> tuple[str, ...]:
        """Problems that were worked around, such as damaged records."""
        ...

    def state(self) -> StoreState: ...
    def records(self) -> dict[CredentialKey, Record]: ...
    def record(self, key: CredentialKey) -> Record | None: ...
    def stamp(self) -> int | None: ...
    def load(self, key: CredentialKey) -> StoredCredential | None: ...
    def save(self, stored_credential: StoredCredential) -> CredentialInfo: ...
    def renewing(
        self, stored: StoredCredential
    ) -> AbstractContextManager[Callable[[StoredCredential], CredentialInfo]]: ...
    def prove_writable(self) -> None: ...
    def delete(self, key: CredentialKey) -> Deletion: ...
    def recover(self) -> tuple[Finding, ...]: ...
    def survey(self) -> Survey: ...
    def repair(self, also: Iterable[CredentialKey] = ()) -> tuple[Finding, ...]: ...
    def held(self, key: CredentialKey) -> StoredCredential | None: ...
    def delete_copy(self, key: CredentialKey) -> None: ...
    def backup_key(self, *, create: bool) -> Secret | None: ...
    def note(
        self,
        key: CredentialKey,
        *,
        check: Check | None = None,
        refusal: tuple[float, str] | None = None,
        refresh_refusal: tuple[float, str] | None = None,
        of: CredentialInfo | None = None,
        unanswered_client: str | None = None,
        names: tuple[str, ...] | None = None,
    ) -> None: ...
    def lock(self, key: CredentialKey, *, timeout: float = 30.0) -> AbstractContextManager[None]: ...


class Vault(Protocol):
    """The sealed vault. A passphrase takes a second or two, so don't call it in the screen's thread.

    Methods raise StoreUnavailable and its kinds, and KeyrackError for invalid arguments.
    """

    name: str
    path: str
    identity_path: str  # of the key that is sealed with the passphrase

    def exists(self) -> bool: ...
    @property
    def key_path(self) -> str: ...
    def has_own_key(self) -> bool: ...
    def has_key(self) -> bool: ...
    def wants_new_passphrase(self) -> bool: ...
    def state(self) -> StoreState: ...
    def create(self, passphrase: Secret | None, recipients: Iterable[str] = ()) -> None: ...
    def unlock(self, passphrase: Secret | None = None) -> None: ...
    def lock(self) -> None: ...
    def change_passphrase(self, passphrase: Secret) -> None: ...
    def recipients(self) -> tuple[str, ...]: ...
    def own_recipients(self) -> tuple[str, ...]: ...
    def change_recipients(self, edit: Callable[[tuple[str, ...]], Iterable[str]]) -> None: ...


class Stores(Protocol):
    """The stores to choose from. `Adapters.credentials` uses the chosen one."""

    def chosen(self) -> StoreKind: ...
    def choose(self, kind: StoreKind) -> None: ...
    def credentials(self, kind: StoreKind) -> CredentialStore: ...

    def vault(self, identity_file: str = "") -> Vault:
        """The vault, with the configured identity or the one in `identity_file`."""
        ...

    def keep_identity(self, identity_file: str) -> None:
        """Write the identity file's path to the configuration."""
        ...


def no_stores() -> Stores:
    """The default of `Adapters.stores`."""
    raise KeyrackError("There is no other store for secrets here.")


class Backups(Protocol):
    """Backups of changes to other programs' files, sealed with a key in the credential store.

    Methods raise StoreUnavailable and its kinds if the key can't be used.
    """

    def save(self, backup: Backup) -> Backup:
        """Write it to the disk, in the place of one with the same ID. Returns it with its ID."""
        ...

    def all(self) -> tuple[Backup, ...]:
        """The newest first."""
        ...

    def delete(self, backup: Backup) -> None: ...
    def delete_old(self) -> int:
        """Delete those that are older than 30 days. Needs no key."""
        ...


def no_backups() -> Backups:
    """The default of `Adapters.backups`."""
    raise KeyrackError("There is no place for backups here, so nothing was changed.")

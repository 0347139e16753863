"""Creates, opens, locks and shares the sealed vault. `move` moves credentials into it and out of it.

Not for the screen's thread: a passphrase takes a second or two.
"""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.domain.errors import KeyrackError
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.operations.ports import Adapters, CredentialStore


class VaultStatus(NamedTuple):
    """What is known about the vault without opening it."""

    path: str
    exists: bool
    chosen: bool  # the settings choose it
    has_own_key: bool  # a configured identity opens it, rather than a passphrase of its own
    state: StoreState
    key_path: str  # the file with the key that opens it; "" if the environment has the key itself
    has_key: bool  # False: there is no key, and so nothing that a passphrase would open


class Made(NamedTuple):
    """A vault that was created, or found and opened."""

    path: str
    identity_path: str  # of the key created for its passphrase; "" if a configured identity opens it
    found: bool  # it already existed
    waiting: int  # credentials in another store; until `move` moves them, the vault is not used
    recovered: int = 0  # credentials in it for which records were created


class Recipient(NamedTuple):
    """A public key that the vault is sealed to."""

    key: str  # age1…
    is_here: bool  # this machine has its identity


def status(adapters: Adapters) -> VaultStatus:
    """Asks nobody and opens nothing."""
    stores = adapters.stores()
    vault = stores.vault()
    return VaultStatus(
        vault.path,
        vault.exists(),
        stores.chosen() == "vault",
        vault.has_own_key(),
        vault.state(),
        vault.key_path,
        vault.has_key(),
    )


def wants_new_passphrase(adapters: Adapters, identity_file: str = "") -> bool:
    """Must the user choose a passphrase before `create`?"""
    return adapters.stores().vault(identity_file).wants_new_passphrase()


def create(
    adapters: Adapters, passphrase: Secret | None, *, identity_file: str = "", recipients: Iterable[str] = ()
) -> Made:
    """Create a vault and use it from now on. An existing vault is opened and used.

    Without a passphrase, it is for the identity in `identity_file`, which is then configured, or
    for the configured one. `recipients` (age1…) can open it too. Credentials in memory are
    moved into it. Raises KeyrackError, StoreUnavailable and its kinds.
    """
    stores, before = adapters.stores(), adapters.credentials()
    vault = stores.vault(identity_file)
    recipients = tuple(recipients)
    found = vault.exists()
    if not found:
        vault.create(passphrase, recipients)
    elif recipients:
        raise KeyrackError(f"A vault already exists: {vault.path}.", hint="keyrack vault add-recipient")
    else:
        vault.unlock(passphrase)
    if identity_file:
        stores.keep_identity(identity_file)
    elsewhere = _elsewhere(before, vault.name)
    recovered = 0
    if not elsewhere:
        _use(adapters, before)
        if found:  # it may be a copy from another machine, without the records that the list needs
            recovered = sum(not finding.problem for finding in adapters.credentials().repair())
    own_key = vault.has_own_key()
    return Made(vault.path, "" if own_key else vault.identity_path, found, elsewhere, recovered)


def use(adapters: Adapters) -> None:
    """Use it from now on, although there are credentials in another store. They stay there until a `move`,
    and using one of them raises an error that says where it is."""
    _use(adapters, adapters.credentials())


def unlock(adapters: Adapters, passphrase: Secret) -> None:
    """Open it for the configured minutes. Raises StoreLocked if the passphrase is wrong."""
    adapters.stores().vault().unlock(passphrase)


def lock(adapters: Adapters) -> None:
    """Forget the key that opens it."""
    adapters.stores().vault().lock()


def change_passphrase(adapters: Adapters, passphrase: Secret) -> None:
    """The vault must be open and have a passphrase. Copies of the old identity.age keep the old one."""
    adapters.stores().vault().change_passphrase(passphrase)


def recipients_of(adapters: Adapters) -> tuple[Recipient, ...]:
    """Who can open it. It must be open."""
    vault = adapters.stores().vault()
    here = vault.own_recipients()
    return tuple(Recipient(key, key in here) for key in vault.recipients())


def add_recipient(adapters: Adapters, key: str) -> None:
    """Seal it to one more recipient. Raises KeyrackError if the key is not valid."""
    adapters.stores().vault().change_recipients(lambda recipients: (*recipients, key))


def remove_recipient(adapters: Adapters, key: str) -> None:
    """Seal it to one recipient less, who may still have a copy of its old content.

    Raises KeyrackError if it is not sealed to that one, or if this machine could no longer open it.
    """

    def without(recipients: tuple[str, ...]) -> Iterable[str]:
        if key.strip() not in recipients:
            raise KeyrackError("The vault does not have that recipient.", hint="keyrack vault recipients")
        return (each for each in recipients if each != key.strip())

    adapters.stores().vault().change_recipients(without)


def _elsewhere(credentials: CredentialStore, name: str) -> int:
    """The number of credentials in another store that outlives this process."""
    stores = [record.credential.store for record in credentials.records().values() if record.credential]
    return sum(store not in ("", "memory", name) for store in stores)


def _use(adapters: Adapters, before: CredentialStore) -> None:
    adapters.stores().choose("vault")
    if before.state().persistent:
        return
    for record in before.records().values():
        stored_credential = record.credential and before.load(record.key)
        if stored_credential:
            adapters.credentials().save(stored_credential)

"""The sealed vault: made, opened, locked, shared. `move` carries credentials into it and out of it.

Nothing here belongs on the screen's thread: a passphrase takes a second or two.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreState
from keyrack.operations.ports import Adapters, CredentialStore


class VaultStatus(NamedTuple):
    """What can be said of the vault without opening it."""

    path: str
    exists: bool
    chosen: bool  # do the settings say that it is used?
    has_own_key: bool  # a configured identity opens it, and no passphrase of its own
    state: StoreState
    key_path: str  # the file whose key opens it; "" where the environment holds the key itself
    has_key: bool  # False: it is not there, and so nothing that a passphrase would open


class Made(NamedTuple):
    """A vault that was made, or found and opened."""

    path: str
    identity_path: str  # of the key that was made for its passphrase; "" where a configured one opens it
    found: bool  # it was there already
    waiting: int  # credentials in another store: `move` brings them, and until then the vault is not used
    recovered: int = 0  # credentials in it that this machine had no records of, and now has


class Recipient(NamedTuple):
    """Somebody who can open the vault."""

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
    """Has a person to think of a passphrase before `create`?"""
    return adapters.stores().vault(identity_file).wants_new_passphrase()


def create(
    adapters: Adapters, passphrase: Secret | None, *, identity_file: str = "", recipients: Iterable[str] = ()
) -> Made:
    """Make a vault and use it from now on; one that is there already is opened and used.

    With a passphrase; or with None, for the identity in `identity_file`, which is then
    configured, or for the one that is. `recipients` (age1…) can open it too. What was kept
    in memory goes into it. Raises KeyrackError, StoreUnavailable and its kinds.
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
        if found:  # a copy from another machine: what the list shows are records, and they did not come along
            recovered = sum(not finding.problem for finding in adapters.credentials().repair())
    own_key = vault.has_own_key()
    return Made(vault.path, "" if own_key else vault.identity_path, found, elsewhere, recovered)


def use(adapters: Adapters) -> None:
    """Use it from now on, although credentials lie in another store. They stay there until a `move`,
    and whoever wants one of them is told where it is."""
    _use(adapters, adapters.credentials())


def unlock(adapters: Adapters, passphrase: Secret) -> None:
    """Open it for the configured minutes. StoreLocked where the passphrase is the wrong one."""
    adapters.stores().vault().unlock(passphrase)


def lock(adapters: Adapters) -> None:
    """Forget at once what opens it."""
    adapters.stores().vault().lock()


def change_passphrase(adapters: Adapters, passphrase: Secret) -> None:
    """The vault must be open, and have a passphrase. Copies of the old identity.age keep the old one."""
    adapters.stores().vault().change_passphrase(passphrase)


def recipients_of(adapters: Adapters) -> tuple[Recipient, ...]:
    """Who can open it. It must be open."""
    vault = adapters.stores().vault()
    here = vault.own_recipients()
    return tuple(Recipient(key, key in here) for key in vault.recipients())


def add_recipient(adapters: Adapters, key: str) -> None:
    """Seal it to one more. KeyrackError where the key is none."""
    adapters.stores().vault().change_recipients(lambda recipients: (*recipients, key))


def remove_recipient(adapters: Adapters, key: str) -> None:
    """Seal it to one less, who may have kept a copy of what was in it until now.

    KeyrackError where it is not sealed to that one, or where nobody here could open it then.
    """

    def without(recipients: tuple[str, ...]) -> Iterable[str]:
        if key.strip() not in recipients:
            raise KeyrackError("The vault does not have that recipient.", hint="keyrack vault recipients")
        return (each for each in recipients if each != key.strip())

    adapters.stores().vault().change_recipients(without)


def _elsewhere(credentials: CredentialStore, name: str) -> int:
    """How many credentials lie in another store that outlives this process?"""
    stores = [record.credential.store for record in credentials.records().values() if record.credential]
    return sum(store not in ("", "memory", name) for store in stores)


def _use(adapters: Adapters, before: CredentialStore) -> None:
    adapters.stores().choose("vault")
    if before.state().persistent:
        return
    for record in before.records().values():
        stored_credential = record.credential and before.load(*record.key)
        if stored_credential:
            adapters.credentials().save(stored_credential)

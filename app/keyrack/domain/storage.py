"""The state of a store, and the results of its operations."""

from __future__ import annotations

from typing import Literal

from keyrack.domain.address_key import shown
from keyrack.domain.named_tuple import NamedTuple

StoreKind = Literal["keychain", "vault"]  # the choices


class StoreState(NamedTuple):
    """The state of the store for secrets."""

    name: str  # "Secret Service", "macOS Keychain", "Sealed vault", "memory", "none"
    ready: bool
    persistent: bool = True
    locked: bool = False  # can be locked and ready: using it asks for a password
    reason: str = ""  # a sentence if it is not ready
    hint: str = ""  # what to do in that case
    backend: str = ""  # keyring's backend as "module.Class"; "" if keyring is not used
    limits: tuple[str, ...] = ()  # its limits, one sentence each
    undecided: bool = False  # the settings can't be read, so no store may be used or chosen
    kind: StoreKind = (
        "keychain"  # a keychain opens by itself or with a system prompt, a vault with a passphrase
    )


class Deletion(NamedTuple):
    """The result of a delete."""

    deleted: bool  # an entry existed and was deleted
    verified: bool  # looked again, and it is gone
    reason: str = ""


class Finding(NamedTuple):
    """A credential that was repaired, or could not be."""

    url: str  # "" if unknown
    account: str
    problem: str = ""  # why it was left unchanged
    server: str = ""  # the name in its key, if several servers share the URL

    @property
    def name(self) -> str:
        """The name to show, with the account unless it is the default one."""
        url = shown(self.url) or "a credential of an unknown server"
        words = f"{url} ({self.server})" if self.server else url
        return words if self.account in ("", "default") else f"{words}, account {self.account}"


class Survey(NamedTuple):
    """How many credentials in the store and the records do not match."""

    strays: int  # in the store, but without a record
    unlisted: int  # have a record, but are missing in the index of a store that can't list its entries

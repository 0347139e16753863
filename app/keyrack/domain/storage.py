"""What a store says of itself, of what it did and of what was found in it."""

from typing import Literal, NamedTuple

from keyrack.domain.address_key import shown

StoreKind = Literal["keychain", "vault"]  # what can be chosen


class StoreState(NamedTuple):
    """The place for secrets, for the header line."""

    name: str  # "Secret Service", "macOS Keychain", "Sealed vault", "memory", "none"
    ready: bool
    persistent: bool = True
    locked: bool = False  # and ready all the same: whoever uses it will be asked
    reason: str = ""  # a sentence when it is not ready
    hint: str = ""  # what to do then
    backend: str = ""  # keyring's name of what it uses, "module.Class"; "" where keyring is not asked
    limits: tuple[str, ...] = ()  # what to know of it, a sentence each
    undecided: bool = False  # the settings can't be read, so no place may be used or chosen
    kind: StoreKind = "keychain"  # how it opens: by itself or a prompt of the system's, or by a passphrase


class Deletion(NamedTuple):
    """What became of a delete."""

    deleted: bool  # something was there and is gone
    verified: bool  # looked again, and nothing is there
    reason: str = ""


class Finding(NamedTuple):
    """A credential that was put right, or could not be."""

    url: str  # "" where nothing tells it
    account: str
    problem: str = ""  # why it was left as it is
    server: str = ""  # the name in its key, where several servers share the address

    @property
    def name(self) -> str:
        """For people; the account where it is not the default one."""
        url = shown(self.url) or "a credential of an unknown server"
        words = f"{url} ({self.server})" if self.server else url
        return words if self.account in ("", "default") else f"{words}, account {self.account}"


class Survey(NamedTuple):
    """How store and records agree, in numbers of credentials."""

    strays: int  # in the store, and no record names them
    unlisted: int  # in records, and lacking in the list that the store keeps where it can't be asked

"""Tokens that other programs hold themselves, in files or keychain items of their own."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from keyrack.domain.model import TokenSet
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import Problem
from keyrack.domain.secret import Secret

# A step in the path to a value: a key of an object, or an index of an array. ENCODED: the value is a
# text that contains JSON itself, and the path goes on in there.
Key = str | int
ENCODED = "\0json"


@cache
def slug(client: str) -> str:
    """A program's name for a command line: "claude-code"."""
    return "-".join("".join(char if char.isalnum() else " " for char in client.lower()).split())


class HeldState(StrEnum):
    """What is known of such a token without asking anybody, in kebab case for `--json`."""

    VALID = "valid"
    REFRESHABLE = "refreshable"  # expired, with a refresh token
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # its program did not store when it expires


class Item(NamedTuple):
    """An item of another program in the system's keychain."""

    service: str
    account: str
    secret: Secret  # the whole item
    attributes: tuple[tuple[str, str], ...] = ()
    created: float | None = None  # Unix seconds
    modified: float | None = None
    id: str = ""  # how the keychain finds it again
    label: str = ""


class Place(NamedTuple):
    """Where a token is. Only one of the two is set."""

    path: str = ""
    item: Item | None = None
    mode: int | None = None  # the file's permission bits; None on Windows, and for an item

    @property
    def name(self) -> str:
        """For people: the file, or the keychain item's service."""
        return self.item.service if self.item is not None else self.path

    @property
    def is_readable_by_others(self) -> bool:
        return self.mode is not None and bool(self.mode & 0o077)


class HeldToken(NamedTuple):
    """A token that another program holds for a server."""

    client: str  # the program's display name
    place: Place
    row: tuple[Key, ...]  # the path to its row in there; () if the row is the whole file or item
    tokens: TokenSet
    name: str = ""  # the server's name there, "" if it is not stored
    url: str = ""  # the server's URL as stored, "" if it is not
    is_estimate: bool = False  # its program stores no expiry; it is estimated from when it was stored
    since: float | None = None  # Unix seconds: when it was stored, as far as is known
    issuer: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    label: str = ""  # who the account belongs to, if known

    def state(self, now: float) -> HeldState:
        expires_at = self.tokens.expires_at
        if expires_at is None:
            return HeldState.UNKNOWN
        if expires_at > now:
            return HeldState.VALID
        return HeldState.EXPIRED if self.tokens.refresh_token is None else HeldState.REFRESHABLE


class Program(NamedTuple):
    """A program that holds tokens itself."""

    name: str
    paths: tuple[str, ...] = ()  # where its tokens are looked for
    service: str = ""  # of its keychain items
    logout: str = ""  # its own command for logging out; {name} is the server's name there
    login: str = ""
    is_readable: bool = True  # False: keyrack can't read what it holds
    creates: bool = False  # keyrack can create a login there


class HeldReading(NamedTuple):
    """What other programs hold, and what could not be read."""

    tokens: tuple[HeldToken, ...] = ()
    problems: tuple[Problem, ...] = ()
    paths: tuple[str, ...] = ()  # every file that was read or looked for and folder that was listed, to watch
    unread: tuple[str, ...] = ()  # programs whose keychain items were not read
    may_ask: bool = False  # because the system may ask the user for permission; else they are locked

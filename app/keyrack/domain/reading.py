"""What was found in the configuration files, and where."""

from __future__ import annotations

from collections.abc import Mapping

from keyrack.domain.account import AccountHere
from keyrack.domain.model import Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import canonical_url


class Place(NamedTuple):
    """A file that was read or looked for."""

    client: str
    path: str
    found: str  # "3 servers", "no file", "broken"


class Problem(NamedTuple):
    """Something wrong in a configuration, and where it is."""

    client: str
    path: str
    sentence: str
    line: int | None = None
    entry: str | None = None


class Reading(NamedTuple):
    """What all readers found: one Server per (identity, account)."""

    servers: tuple[Server, ...]
    problems: tuple[Problem, ...]
    places: tuple[Place, ...]
    # The default account, by a server's identity. If several servers share that, it is followed by a
    # space and the server's tag.
    accounts: Mapping[str, str] = {}
    paths: tuple[str, ...] = ()  # every file that was read or looked for and folder that was listed, to watch
    confirm: frozenset[str] = frozenset()  # canonical URLs: ask the user before each hand-out
    here: AccountHere | None = None  # the account that KEYRACK_ACCOUNT or the folder chooses


def account_key(text: str) -> str:
    """The key in `[accounts]` for "URL", or for "URL name" where servers share it. Raises BadUrl."""
    url, space, name = text.partition(" ")
    return canonical_url(url) + space + name

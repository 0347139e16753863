"""Which entries of configurations are one server, and which are several at one address.

Entries of different programs are one, unless an account, a key in the address, a header that carries a
credential, a helper that makes some, or a header that selects a tenant differs. Two names in one scope of
one file are always two servers, and what other files call by one of these names is that one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from keyrack.domain.headers import carries_credential, selects_tenant
from keyrack.domain.model import DEFAULT_ACCOUNT, Header, Server
from keyrack.domain.resource import identity
from keyrack.domain.secret import Secret

Base = tuple[str, ...]  # what servers must have in common to be one at all
Table = tuple[str, str, str, str]
NO_ACCOUNTS: Mapping[str, str] = {}


class Sent(NamedTuple):
    """What an entry sends that decides whose it is. Values are compared as they are sent."""

    values: frozenset[tuple[str, Secret | str]] = frozenset()
    unset: frozenset[tuple[str, tuple[str, ...]]] = frozenset()  # headers that are skipped: their variables


class Grouped:
    """One server in the making."""

    def __init__(self, place: int, server: Server, sent: Sent) -> None:
        self.place = place  # in the order of appearance
        self.server = server
        self.names = {server.name}
        self.tables = {_table(server)}
        self.sent = sent

    def takes(self, server: Server, sent: Sent, *, by_name: bool) -> bool:
        """Is it one with this entry?"""
        if _table(server) in self.tables or sent.values != self.sent.values:
            return False
        if sent.unset == self.sent.unset:
            return server.name in self.names or not by_name
        # A header that is skipped is as good as none, for the same server.
        return server.name in self.names and not (sent.unset and self.sent.unset)

    def add(self, server: Server, sent: Sent, both: Callable[[Server, Server], Server]) -> None:
        self.server = both(self.server, server)
        self.names.add(server.name)
        self.tables.add(_table(server))
        self.sent = self.sent._replace(unset=self.sent.unset & sent.unset)


def grouped(
    servers: Iterable[Server],
    both: Callable[[Server, Server], Server],
    accounts: Mapping[str, str] = NO_ACCOUNTS,
    apart: Collection[Base] = (),
) -> dict[Base, list[Grouped]]:
    """The servers by what they have in common. `both` makes one of two; `accounts` are those that are
    meant where an entry names none, by address. Where something is `apart`, names alone decide.
    """
    entries = [(server, base_of(_meant(server, accounts)), sent_by(server)) for server in servers]
    in_table = Counter((base, sent, _table(server)) for server, base, sent in entries if base[0] == "url")
    by_name = {(base, sent) for (base, sent, _), count in in_table.items() if count > 1}
    found: dict[Base, list[Grouped]] = {}
    for place, (server, base, sent) in enumerate(entries):
        rows = found.setdefault(base, [])
        for row in rows:
            if base[0] != "url" or row.takes(server, sent, by_name=base in apart or (base, sent) in by_name):
                row.add(server, sent, both)
                break
        else:
            rows.append(Grouped(place, server, sent))
    for rows in found.values():
        for row in rows:
            row.server = _meant(row.server, accounts)
    return found


def _meant(server: Server, accounts: Mapping[str, str]) -> Server:
    if not accounts or server.url is None or server.account != DEFAULT_ACCOUNT:
        return server
    return server._replace(account=accounts.get(identity(server.url), DEFAULT_ACCOUNT))


def base_of(server: Server) -> Base:
    if server.url is not None:
        return ("url", identity(server.url), server.account)
    if server.problem:
        return ("problem", server.name, server.problem)
    return ("stdio", server.name, server.command or "")


def sent_by(server: Server) -> Sent:
    headers = [each for each in server.headers if carries_credential(each.name) or selects_tenant(each.name)]
    own: list[tuple[str, Secret | str]] = []
    if server.helper is not None:
        own.append(("its helper", server.helper.command))
    if server.address_key is not None:
        own.append(("its address", server.address_key.url))
    if not (headers or own):
        return NOTHING
    return Sent(
        frozenset(own).union((each.name.lower(), each.value if not each.is_empty else each.reference)
                     for each in headers if each.asked or not each.is_empty),
        frozenset((each.name.lower(), _variables(each))
                  for each in headers if each.is_empty and each.variables and not each.asked))


def give_tags(rows: Sequence[Grouped], taken: Iterable[str] = ()) -> None:
    """Let servers of one address and account each have a tag of its own.

    It is the name in the file, or in full where two have the same; what the list calls them, and what
    variables are set, changes nothing of it.
    """
    used = set(taken)
    for row in rows:
        source = row.server.sources[0]
        has_twin = any(source.name in other.names for other in rows if other is not row)
        tag = source.full_name if has_twin or source.name in used else source.name
        number = 1
        while tag in used:
            number += 1
            tag = f"{source.full_name} {number}"
        used.add(tag)
        row.server = row.server._replace(tag=tag, key_name=tag)


NOTHING = Sent()


def _variables(header: Header) -> tuple[str, ...]:
    return tuple(sorted(variable.name for variable in header.variables))


def _table(server: Server) -> Table:
    """With the account that the entry names: another one tells it apart from its neighbours."""
    return (*server.sources[0].table, server.account)

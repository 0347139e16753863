"""Which entries of configurations are one server, and which are several at one address.

Entries of different programs are one, unless an account, a key in the address, a header that carries a
credential, a helper that makes some, or a header that selects a tenant differs. Two names in one scope of
one file are always two servers, and what other files call by one of these names is that one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from keyrack.domain.headers import carries_credential, selects_tenant
from keyrack.domain.model import DEFAULT_ACCOUNT, Header, Server
from keyrack.domain.resource import canonical_url
from keyrack.domain.secret import Secret

Base = tuple[str, ...]  # what servers must have in common to be one at all
Table = tuple[str, str, str, str]
NO_ACCOUNTS: Mapping[str, str] = {}


# What an entry sends that decides whose it is: values, and the variables of a header that is skipped.
Sent = frozenset[tuple[str, Secret | str | tuple[str, ...]]]


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
        if _table(server) in self.tables or sent != self.sent:
            return False
        return server.name in self.names or not by_name

    def add(self, server: Server, both: Callable[[Server, Server], Server]) -> None:
        self.server = both(self.server, server)
        self.names.add(server.name)
        self.tables.add(_table(server))


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
                row.add(server, both)
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
    return server._replace(account=accounts.get(canonical_url(server.url), DEFAULT_ACCOUNT))


def base_of(server: Server) -> Base:
    if server.url is not None:
        return ("url", canonical_url(server.url), server.account)
    if server.problem:
        return ("problem", server.name, server.problem)
    return ("stdio", server.name, server.command or "")


def sent_by(server: Server) -> Sent:
    headers = [each for each in server.headers if carries_credential(each.name) or selects_tenant(each.name)]
    own: list[tuple[str, Secret | str | tuple[str, ...]]] = []
    if server.helper is not None:
        own.append(("its helper", server.helper.command))
    if server.address_key is not None:
        own.append(("its address", server.address_key.url))
    own += ((each.name.lower(), sent) for each in headers if (sent := _what_is_sent(each)))
    return frozenset(own)


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


def _what_is_sent(header: Header) -> Secret | str | tuple[str, ...]:
    """An empty one that needs no variable is as good as none."""
    if not header.is_empty:
        return header.value
    return header.reference if header.asked else tuple(sorted(variable.name for variable in header.variables))


def _table(server: Server) -> Table:
    """With the account that the entry names: another one tells it apart from its neighbours."""
    return (*server.sources[0].table, server.account)

"""Decides which configuration entries are the same server, and which are several at one address.

Entries of different programs are one server unless they differ in the account, a key in the address, a
header with a credential, a helper command for headers, or a header that selects a tenant. Two names in
one scope of one file are always two servers, and an entry of another file with one of these names is
that server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from keyrack.domain.headers import carries_credential, selects_tenant
from keyrack.domain.model import DEFAULT_ACCOUNT, Header, Server
from keyrack.domain.resource import canonical_url
from keyrack.domain.secret import Secret

Base = tuple[str, ...]  # what entries must have in common to be one server
Table = tuple[str, str, str, str]
NO_ACCOUNTS: Mapping[str, str] = {}


# What an entry sends to identify its user: values, and the variables of a skipped header.
Sent = frozenset[tuple[str, Secret | str | tuple[str, ...]]]
NOTHING_SENT: Sent = frozenset()


class Grouped:
    """The entries of one server, while they are grouped."""

    def __init__(self, place: int, server: Server, sent: Sent) -> None:
        self.place = place  # in the order of appearance
        self.server = server
        self.names = {server.name}
        self.tables = {_table(server)}
        self.sent = sent

    def takes(self, server: Server, sent: Sent, *, by_name: bool) -> bool:
        """Is the entry the same server?"""
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
    """Group the entries that are one server.

    `both` merges two entries. `accounts` are the default accounts for entries that name none, by address.
    If something is `apart`, only names decide.
    """
    entries = [(server, base_of(_meant(server, accounts)), sent_by(server)) for server in servers]
    at_base = Counter(base for _, base, _ in entries)
    in_table = Counter(
        (base, sent, _table(server))
        for server, base, sent in entries
        if base[0] == "url" and at_base[base] > 1
    )
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
    if accounts:
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
    return ("stdio", server.name, server.command or "", server.secrets)


def sent_by(server: Server) -> Sent:
    if not (server.headers or server.helper or server.address_key):
        return NOTHING_SENT
    headers = [each for each in server.headers if carries_credential(each.name) or selects_tenant(each.name)]
    own: list[tuple[str, Secret | str | tuple[str, ...]]] = []
    if server.helper is not None:
        own.append(("its helper", server.helper.command))
    if server.address_key is not None:
        own.append(("its address", server.address_key.url))
    own += ((each.name.lower(), sent) for each in headers if (sent := _what_is_sent(each)))
    return frozenset(own)


def give_tags(rows: Sequence[Grouped], taken: Iterable[str] = ()) -> None:
    """Give servers with the same address and account a unique tag each.

    The tag is the name in the file, or the full name if two have the same. It does not depend on the names
    in the list, or on which variables are set.
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
    """An empty header without variables counts as none."""
    if not header.is_empty:
        return header.value
    return header.reference if header.asked else tuple(sorted(variable.name for variable in header.variables))


def _table(server: Server) -> Table:
    """The table, with the entry's account: entries with different accounts do not conflict."""
    return (*server.sources[0].table, server.account)

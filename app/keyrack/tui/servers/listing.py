"""Counts and names the rows. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from keyrack.domain.model import DEFAULT_ACCOUNT
from keyrack.operations.servers.overview import Row


def servers_in(rows: Iterable[Row]) -> int:
    """How many servers there are: one with two accounts is one."""
    return len({(row.server.url, row.server.tag) if row.server.url else row.key for row in rows})


def several(rows: Iterable[Row]) -> frozenset[tuple[str, str]]:
    """The servers that have more than one row, a row for each account: their URLs and tags."""
    servers = Counter((row.server.url or "", row.server.tag) for row in rows)
    return frozenset(server for server, count in servers.items() if server[0] and count > 1)


def display_name_among(row: Row, crowded: Collection[tuple[str, str]]) -> str:
    """The name in the list; with its account and whose that is where the server has `several`."""
    server = row.server
    if server.account == DEFAULT_ACCOUNT and (server.url, server.tag) not in crowded:
        return server.name
    label = row.credential.label if row.credential else ""
    return " · ".join((server.name, server.account, *([label] if label else [])))

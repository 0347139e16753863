"""Filters, orders and counts the rows. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from enum import StrEnum

from keyrack.domain.model import DEFAULT_ACCOUNT
from keyrack.domain.status import State
from keyrack.operations.servers.filtering import matching
from keyrack.operations.servers.overview import Row

_URGENCY = {
    state: place
    for place, state in enumerate(
        (
            State.LOGIN_NEEDED,
            State.BAD_ENTRY,
            State.EXPIRING,
            State.UNREACHABLE,
            State.EMPTY_HEADER,
            State.NO_CREDENTIAL,
            State.ORPHAN,
            State.REFRESHABLE,
            State.VALID,
            State.CONFIGURED,
            State.NO_AUTH,
            State.STDIO,
        )
    )
}


class Sort(StrEnum):
    NAME = "name"
    URGENCY = "urgency"
    EXPIRY = "expiry"

    @classmethod
    def of(cls, name: str) -> Sort:
        """The one of this name, or the first: the name may be another version's."""
        return next((each for each in cls if each.value == name), next(iter(cls)))

    @property
    def following(self) -> Sort:
        kinds = list(Sort)
        return kinds[(kinds.index(self) + 1) % len(kinds)]


def arrange(rows: Iterable[Row], needle: str, sort: Sort) -> list[Row]:
    """The rows that the filter selects, in order."""
    return sorted(matching(rows, needle), key=_ORDER[sort])


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


def _by_name(row: Row) -> tuple[str, str]:
    return row.server.name.casefold(), row.key


def _by_urgency(row: Row) -> tuple[int, str, str]:
    return len(_URGENCY) if row.server.is_off else _URGENCY[row.status.state], *_by_name(row)


def _by_expiry(row: Row) -> tuple[float, str, str]:
    expires = row.credential.expires_at if row.credential else None
    return float("inf") if expires is None else expires, *_by_name(row)


_ORDER = {Sort.NAME: _by_name, Sort.URGENCY: _by_urgency, Sort.EXPIRY: _by_expiry}

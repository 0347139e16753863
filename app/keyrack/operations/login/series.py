"""The order of several logins, and which pages they may open.

Logins with one sign-in page run one after the other: the browser keeps the session, so that the password is
asked for once. Where a server's issuer is not known before its login, those of one origin are neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable

from keyrack.domain.errors import BadUrl
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import origin
from keyrack.domain.status import State
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import Row


class Group(NamedTuple):
    """Servers with one sign-in page."""

    origin: str  # of the issuer; "" if it is not known
    rows: tuple[Row, ...]


def grouped(rows: Iterable[Row]) -> tuple[Group, ...]:
    """The rows by the origins of their issuers, in the order of the first of each; those without are last."""
    known: dict[str, list[Row]] = {}
    unknown: dict[str, list[Row]] = {}
    for row in rows:
        where = issuer_origin(row)
        if where:
            known.setdefault(where, []).append(row)
        else:
            unknown.setdefault(_origin(row.server.url or ""), []).append(row)
    # A server may be its own issuer, and another login has told that.
    for where in [each for each in unknown if each in known]:
        known[where] += unknown.pop(where)
    groups = [Group(where, tuple(found)) for where, found in known.items()]
    rest = tuple(row for found in unknown.values() for row in found)
    return (*groups, Group("", rest)) if rest else tuple(groups)


def issuer_origin(row: Row) -> str:
    """The origin of its issuer, from the settings, the record, or another program's login; "" if unknown."""
    credential = row.credential
    stored = credential.issuer if credential is not None and credential.kind == "oauth" else None
    issuers = (row.server.client.issuer, stored, *(held.issuer for held in row.elsewhere))
    return next((where for issuer in issuers if issuer and (where := _origin(issuer))), "")


class Pages:
    """The sign-in pages that the user has agreed to open, by their origins."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._agreed = set(origins)

    def may_open(self, url: str) -> bool:
        return _origin(url) in self._agreed

    def agree(self, url: str) -> None:
        self._agreed.add(_origin(url))

    def only_agreed(self, adapters: Adapters) -> Adapters:
        """Adapters that open no other page. To open it later, agree and ask the login to open it again."""

        def browse(url: str) -> bool:
            return adapters.browse(url) if self.may_open(url) else True

        return adapters._replace(browse=browse)


def needs_none(row: Row) -> str:
    """Why a server that was marked with others is not for a login; "" if it is."""
    if row.server.is_off:
        return "it is switched off."
    if row.status.state is State.NO_AUTH:
        return "the server works without a login."
    if row.status.state is State.CONFIGURED:
        return "its program sends a credential of its own."
    if row.credential is not None and row.credential.kind == "token":
        return "its token was entered by hand."
    return ""


def _origin(url: str) -> str:
    try:
        return origin(url)
    except BadUrl:
        return ""

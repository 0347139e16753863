"""Decides which server a token belongs to that another program holds.

A token with a URL belongs to the server with that URL. If several servers share it, that is the one that the
program configures under the token's name; or else the first one that the program configures at all; or else
the first one. A token without a URL belongs to the server that the user's own file of the same program
configures under its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from keyrack.domain.errors import BadUrl
from keyrack.domain.held import HeldReading, HeldState, HeldToken
from keyrack.domain.model import Server
from keyrack.domain.resource import canonical_url

NOTHING_HELD = HeldReading()


def claimed(
    servers: Sequence[Server], tokens: Iterable[HeldToken]
) -> tuple[Mapping[int, tuple[HeldToken, ...]], tuple[HeldToken, ...]]:
    """The tokens by the position of their server, and those that belong to no server."""
    by_url: dict[str, list[int]] = {}
    for position, server in enumerate(servers):
        if server.url is not None:
            by_url.setdefault(canonical_url(server.url), []).append(position)
    found: dict[int, tuple[HeldToken, ...]] = {}
    unclaimed: list[HeldToken] = []
    for token in tokens:
        position = _owner(servers, by_url, token)
        if position is None:
            unclaimed.append(token)
        else:
            found[position] = (*found.get(position, ()), token)
    return found, tuple(unclaimed)


def login_of(tokens: Sequence[HeldToken], now: float) -> str:
    """The program whose token is valid, or may be: one that renews itself, or of unknown expiry. Else ""."""
    for state in (HeldState.VALID, HeldState.REFRESHABLE, HeldState.UNKNOWN):
        for token in tokens:
            if token.state(now) is state:
                return token.client
    return ""


def _owner(servers: Sequence[Server], by_url: Mapping[str, Sequence[int]], token: HeldToken) -> int | None:
    if not token.url:
        everywhere = range(len(servers)) if token.name else ()
        return next((each for each in everywhere if _configures(servers[each], token, by_user=True)), None)
    try:
        there = by_url.get(canonical_url(token.url), ())
    except BadUrl:
        return None
    if len(there) < 2:
        return next(iter(there), None)
    named = (each for each in there if _configures(servers[each], token))
    of_program = (
        each for each in there if any(source.client == token.client for source in servers[each].sources)
    )
    return next(named, next(of_program, next(iter(there), None)))


def _configures(server: Server, token: HeldToken, *, by_user: bool = False) -> bool:
    """Does the token's program configure the server under the token's name? `by_user`: in the user's file."""
    return server.url is not None and any(
        source.client == token.client
        and source.name == token.name
        and not (by_user and source.scope.startswith("project"))
        for source in server.sources
    )

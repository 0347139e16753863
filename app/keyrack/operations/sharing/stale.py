"""Stale logins that other programs hold."""

from __future__ import annotations

from collections.abc import Iterator

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldState, HeldToken
from keyrack.domain.model import CredentialInfo, Server, StoredCredential
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import Overview, all_read_in
from keyrack.operations.tokens.trial import tried

USABLE = (HeldState.VALID, HeldState.REFRESHABLE, HeldState.UNKNOWN)


def stale_there(
    adapters: Adapters, view: Overview, *, check: bool = False
) -> Iterator[tuple[Server, HeldToken, str]]:
    """Each one's server, the login, and the reason as a sentence.

    `check`: also test the tokens that may be valid on their servers, which sends them there.
    """
    now = adapters.now()
    for row in view.rows:
        for held in row.elsewhere:
            if held.state(now) is HeldState.EXPIRED:
                yield row.server, held, f"Held by {held.client}: it has expired and can't be refreshed."
            elif check and _is_refused(adapters, row.server, held):
                yield row.server, held, f"Held by {held.client}: the server refuses it."
    if all_read_in(adapters.read()):
        for held in view.unclaimed:
            server = Server(held.name or held.url or held.client, held.url or None)
            yield server, held, f"Held by {held.client}: no file that keyrack reads lists its server."


def facts_of(held: HeldToken) -> CredentialInfo:
    """What is known of the login, as if keyrack had stored it."""
    return CredentialInfo("oauth", held.issuer, held.client_id, expires_at=held.tokens.expires_at)


def may_be_of_use(adapters: Adapters, held: HeldToken, server: Server) -> bool:
    """Is the server unknown here, although the login may work? Another project's file may list the server."""
    return not server.sources and held.state(adapters.now()) in USABLE


def _is_refused(adapters: Adapters, server: Server, held: HeldToken) -> bool:
    key = server.key
    if key is None or held.state(adapters.now()) is HeldState.REFRESHABLE:
        return False
    stored = StoredCredential(key.url, key.account, facts_of(held), held.tokens, name=key.name)
    try:
        return tried(adapters, server._replace(headers=()), stored).verdict == "refused"
    except KeyrackError:
        return False

"""Ask a server what it wants and whether it takes the token."""

from __future__ import annotations

from functools import partial

from keyrack.domain.errors import KeyrackError, LoginNeeded, Temporary
from keyrack.domain.model import Check, Grant, Record, Server
from keyrack.domain.status import REFRESH_EARLY
from keyrack.oauth.discovery import offers_login
from keyrack.oauth.probe import Probed
from keyrack.operations.connection import wire_to
from keyrack.operations.credential import configured_token, key_of
from keyrack.operations.drive import run
from keyrack.operations.ports import Parts
from keyrack.operations.tokens.refresh import refreshed
from keyrack.operations.tokens.trial import tried

PARTLY = "The server says where to log in, so some of its methods may need a login."


def check(parts: Parts, server: Server) -> Check:
    """Probe, with the credential that would be used, and note the outcome in the record.

    A network failure is a Check with the verdict "unreachable", not an exception. A refused
    token is refreshed once where that is possible, then remembered as refused. "optional" where
    the server answers anyone and yet has a login.
    """
    if server.address_key is not None:
        from keyrack.operations.servers.keyed import tried_with_its_key

        return _noted(parts, server, tried_with_its_key(parts, server, server.address_key))
    key = key_of(server)
    rack = parts.rack()
    record = rack.record(*key)
    stored = configured_token(server) is None and record is not None and record.credential is not None
    try:
        grant = _usable(parts, server, record) if stored else None
    except Temporary as error:  # it is due, and can't be refreshed now: no answer would be about it
        return _noted(parts, server, _unreachable(error))
    probed = tried(parts, server, grant)
    if grant is not None and probed.verdict == "refused":
        grant, probed = _second_try(parts, server, grant, probed)
        if probed.verdict == "refused":
            # Not of one that somebody logged in with while the answer was on its way.
            refusal = (parts.now(), "The server refused the token.")
            rack.note(*key, refusal=refusal, of=grant.credential)
    if probed.verdict == "open" and _has_login(parts, server, record):
        probed = probed._replace(verdict="optional", reason=probed.reason or PARTLY)
    if probed.verdict == "required" and grant is None and server.helper is not None:
        by = server.helper.source.client
        probed = probed._replace(reason=f"It was tested without the headers from {by}'s helper.")
    return _noted(parts, server, probed)


def _has_login(parts: Parts, server: Server, record: Record | None) -> bool:
    """Is there a login at a server that answers anyone? Then some of its methods may be guarded."""
    if record is not None and record.credential is not None and record.credential.kind == "oauth":
        return True
    assert server.url is not None
    wire = wire_to(parts, server)
    try:
        return run(offers_login(server.url, server.client), partial(wire.send, server_url=server.url))
    finally:
        wire.close()


def _unreachable(error: Temporary) -> Probed:
    """The hint tells how long to wait."""
    return Probed("unreachable", f"{error} {error.hint}".strip())


def _noted(parts: Parts, server: Server, probed: Probed) -> Check:
    found = Check(parts.now(), probed.verdict, probed.reason, probed.revision)
    assert server.key is not None
    parts.rack().note(*server.key, check=found)
    return found


def _usable(parts: Parts, server: Server, record: Record | None) -> Grant | None:
    """What is stored, refreshed when due; None when it can't be used any more. Raises Temporary."""
    assert record is not None and record.credential is not None
    if record.credential.refused_at is not None:
        return None
    problem: KeyrackError | None = None
    try:
        if record.credential.refreshable:
            return refreshed(parts, server, min_valid=REFRESH_EARLY)
    except (LoginNeeded, Temporary) as error:
        problem = error  # its access token may still be good
    grant = parts.rack().load(*key_of(server))
    if grant is None or grant.credential.refused_at is not None:
        return None
    expires_at = grant.credential.expires_at
    if expires_at is None or expires_at > parts.now():
        return grant
    if isinstance(problem, Temporary):
        raise problem
    return None


def _second_try(parts: Parts, server: Server, grant: Grant, refused: Probed) -> tuple[Grant, Probed]:
    """What was tried in the end, and its outcome: a token can be revoked before it expires, and a
    refresh may bring a good one."""
    if not grant.credential.refreshable:
        return grant, refused
    try:
        fresh = refreshed(parts, server)
    except LoginNeeded:
        return grant, refused
    except Temporary as error:
        return grant, _unreachable(error)
    return fresh, tried(parts, server, fresh)

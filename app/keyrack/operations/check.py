"""Ask a server what it wants and whether it takes the token."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from keyrack.domain.errors import LoginNeeded, Temporary
from keyrack.domain.model import Check, Record, Server
from keyrack.domain.secret import Secret
from keyrack.domain.status import REFRESH_EARLY
from keyrack.oauth.probe import Probed, probe
from keyrack.operations.credential import address, configured_headers, configured_token, grant_headers
from keyrack.operations.drive import run
from keyrack.operations.parts import Parts
from keyrack.operations.refresh import refreshed


def check(parts: Parts, server: Server) -> Check:
    """Probe, with the credential that would be used, and note the outcome in the record.

    A network failure is a Check with the verdict "unreachable", not an exception. A refused
    token is refreshed once where that is possible, then remembered as refused.
    """
    url, account = address(server)
    rack = parts.rack()
    record = rack.record(url, account)
    stored = configured_token(server) is None and record is not None and record.credential is not None
    assert server.url is not None
    wire = parts.wire()
    try:
        try:
            credential = _stored_headers(parts, server, record) if stored else {}
        except Temporary as error:  # it is due, and can't be refreshed now: no answer would be about it
            return _noted(parts, server, _unreachable(error))
        headers = {**configured_headers(server), **credential}
        probed = run(probe(server.url, headers or None), partial(wire.send, server_url=server.url))
        if stored and credential and probed.verdict == "refused":
            probed = _second_try(parts, server, record, probed, headers)
            if probed.verdict == "refused":
                rack.note(url, account, refusal=(parts.now(), "The server refused the token."))
        return _noted(parts, server, probed)
    finally:
        wire.close()


def _unreachable(error: Temporary) -> Probed:
    """The hint tells how long to wait."""
    return Probed("unreachable", f"{error} {error.hint}".strip())


def _noted(parts: Parts, server: Server, probed: Probed) -> Check:
    found = Check(parts.now(), probed.verdict, probed.reason, probed.revision)
    parts.rack().note(*address(server), check=found)
    return found


def _stored_headers(parts: Parts, server: Server, record: Record | None) -> Mapping[str, Secret]:
    """The stored token's header, refreshed when due; nothing when it can't be used any more.

    Raises Temporary.
    """
    assert record is not None and record.credential is not None
    if record.credential.refused_at is not None:
        return {}
    try:
        if record.credential.refreshable:
            return grant_headers(refreshed(parts, server, min_valid=REFRESH_EARLY))
    except LoginNeeded:
        return {}
    grant = parts.rack().load(*address(server))
    expired = (
        grant is not None
        and grant.credential.expires_at is not None
        and grant.credential.expires_at <= parts.now()
    )
    return grant_headers(grant) if grant is not None and not expired else {}


def _second_try(
    parts: Parts, server: Server, record: Record | None, refused: Probed, headers: Mapping[str, Secret]
) -> Probed:
    """A token can be revoked before it expires; a refresh may bring a good one."""
    if record is None or record.credential is None or not record.credential.refreshable or server.url is None:
        return refused
    try:
        fresh = grant_headers(refreshed(parts, server))
    except LoginNeeded:
        return refused
    except Temporary as error:
        return _unreachable(error)
    wire = parts.wire()
    try:
        return run(
            probe(server.url, {**headers, **fresh}), partial(wire.send, server_url=server.url)
        )
    finally:
        wire.close()

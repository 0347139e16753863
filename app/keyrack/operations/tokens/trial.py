"""Is an access token still taken by its server, though it can't be renewed or has been revoked?"""

from __future__ import annotations

from functools import partial

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import Check, Grant, Server
from keyrack.domain.status import is_tried
from keyrack.oauth.probe import Probed, probe, try_credential
from keyrack.operations.connection import wire_to
from keyrack.operations.credential import configured_headers, grant_headers, key_of, other_headers
from keyrack.operations.drive import run
from keyrack.operations.ports import Parts
from keyrack.wording.times import lasting


def tried(parts: Parts, server: Server, grant: Grant | None) -> Probed:
    """Greet the server with the grant's token, or with what the configuration sends, and ask for its
    tools; nothing is changed there. "accepted" only where it does not take the same without."""
    assert server.url is not None
    url, others = server.url, other_headers(server)
    credential = {**configured_headers(server), **(grant_headers(grant) if grant else {})}
    asking = try_credential(url, credential, others=others) if credential else probe(url, others=others)
    wire = wire_to(parts, server)
    try:
        return run(asking, partial(wire.send, server_url=url))
    finally:
        wire.close()


def still_taken(parts: Parts, server: Server, grant: Grant, error: LoginNeeded) -> Check:
    """Try a token whose refresh was refused with `error`, once: many issuers end it with the grant.

    The outcome is noted. Raises LoginNeeded where the server refuses it, so that it is never handed out
    again. A server that could not be asked is asked the next time.
    """
    key, rack = key_of(server), parts.rack()
    record = rack.record(*key)
    before = record.check if record else None
    if before is not None and before.verdict != "unreachable" and is_tried(grant.credential, before):
        return before
    probed = tried(parts, server, grant)
    check = Check(parts.now(), probed.verdict, probed.reason, probed.revision)
    if check.verdict != "refused":
        rack.note(*key, check=check)
        return check
    reason = f"{error} The server no longer accepts the access token either."
    rack.note(*key, check=check, refusal=(check.at, reason), of=grant.credential)
    raise LoginNeeded(reason, hint=error.hint)


def with_what_is_left(parts: Parts, server: Server, error: LoginNeeded) -> LoginNeeded:
    """The same error; of a credential that can't be renewed, with what its access token is good for."""
    grant = parts.rack().load(*key_of(server))
    facts, now = grant.credential if grant else None, parts.now()
    if grant is None or facts is None or facts.kind == "token" or facts.refused_at is not None:
        return error
    if facts.expires_at is not None and facts.expires_at <= now:
        return error
    then = error.hint.replace("Log in again", "Then log in", 1)
    if not facts.refusal:
        if facts.refreshable:
            return error  # a client of the user's own, which can be put right
        works = f"{str(error).rstrip('.')}; the token {lasting('works', facts.expires_at, now)}."
        return LoginNeeded(works, hint=then)
    try:
        check = still_taken(parts, server, grant, error)
    except LoginNeeded as dead:
        return dead
    verb = "still works" if check.verdict == "accepted" else "may still work"
    works = f"{error} The access token {lasting(verb, facts.expires_at, now)}."
    return LoginNeeded(works, hint=then)

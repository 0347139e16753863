"""Telling an issuer that tokens or a client are no longer wanted, and what is left of them after that."""

from __future__ import annotations

from keyrack.domain.errors import BadUrl, KeyrackError
from keyrack.domain.model import Credential, Grant, Registration, Server
from keyrack.domain.resource import origin
from keyrack.domain.secret import Secret
from keyrack.domain.status import UNTESTED
from keyrack.oauth.effects import Failed, Response
from keyrack.oauth.revoke import (
    deregistration_request,
    is_unsupported,
    lacks_secret,
    revocation_request,
    why_not,
    with_empty_secret,
)
from keyrack.operations.connection import wire_to
from keyrack.operations.credential import key_of
from keyrack.operations.ports import Parts, Wire
from keyrack.operations.receipt import Line
from keyrack.operations.tokens.trial import tried
from keyrack.wording.times import lasting


def revoked(parts: Parts, server: Server, grant: Grant) -> list[Line]:
    """Revoke the tokens of a grant (RFC 7009), and try the access token once more on its server.

    An issuer may answer 200 and leave a token alone that it does not look up: a JWT lives on.
    """
    wire = wire_to(parts, server)
    try:
        line = _revoke(wire, grant, parts.now())
    finally:
        wire.close()
    if line.outcome != "done":
        return [line]
    after = _after(parts, server, grant)
    return [line, after] if after else [line]


def lives_on(credential: Credential, now: float) -> str:
    """What an access token does that nobody revokes: "works until 14:52"."""
    if credential.expires_at is not None and credential.expires_at <= now:
        return "has expired"
    return lasting("works", credential.expires_at, now)


def _revoke(wire: Wire, grant: Grant, now: float) -> Line:
    """The refresh token first: with it the issuer revokes the access tokens of the grant, as most do."""
    endpoint, registration = grant.endpoints and grant.endpoints.revocation, grant.registration
    if endpoint is None or registration is None:
        return Line("Revoke", "not supported", _what_lives_on(grant, now))
    where, kept = origin(endpoint), list[str]()
    tokens = _tokens(grant)
    for hint, token in tokens.items():
        reply = _ask(wire, grant, registration, endpoint, token, hint)
        if is_unsupported(reply):
            kept.append(hint.replace("_", " "))
        elif problem := why_not(reply):
            return Line("Revoke", "failed", f"{where}: {problem}; {_what_lives_on(grant, now)}")
    if len(kept) == len(tokens):
        left = _what_lives_on(grant, now)
        return Line("Revoke", "not supported", f"{where} does not revoke tokens of this kind; {left}")
    return Line("Revoke", "done", where + (f"; it can't revoke the {kept[0]}" if kept else ""))


def _ask(
    wire: Wire, grant: Grant, registration: Registration, endpoint: str, token: Secret, hint: str
) -> Response | Failed:
    request = revocation_request(endpoint, registration, token, hint)
    reply = wire.send(request, server_url=grant.url)
    if lacks_secret(reply, registration):
        reply = wire.send(with_empty_secret(request), server_url=grant.url)
    return reply


def _tokens(grant: Grant) -> dict[str, Secret]:
    """By their hints (RFC 7009, section 2.1)."""
    refresh, access = grant.tokens.refresh_token, grant.tokens.access_token
    return {"refresh_token": refresh, "access_token": access} if refresh else {"access_token": access}


def _what_lives_on(grant: Grant, now: float) -> str:
    access = f"the access token {lives_on(grant.credential, now)}"
    if grant.tokens.refresh_token is None:
        return access
    return f"{access}, and the refresh token works until its issuer ends it"


def _after(parts: Parts, server: Server, grant: Grant) -> Line | None:
    """Does the server still take the access token? Nothing is said of one that has expired anyway."""
    expires_at, now = grant.credential.expires_at, parts.now()
    if expires_at is not None and expires_at <= now:
        return None
    probed = tried(parts, server, grant)
    if probed.verdict == "refused":
        return Line("Access token", "done", "the server no longer accepts it")
    if probed.verdict == "accepted":
        return Line("Access token", "still works", f"its server {lasting('accepts it', expires_at, now)}")
    why = f"; it could not be tested: {probed.reason}" if probed.reason else ""
    if probed.reason == UNTESTED:
        why = "; the server accepts the same requests without it, so it could not be tested"
    return Line(
        "Access token",
        "may still work",
        lasting("the server may accept it", expires_at, now) + why.rstrip("."),
    )


def forgotten(parts: Parts, server: Server, grant: Grant) -> Line:
    """Delete the client's registration at its issuer (RFC 7592)."""
    registration = grant.registration
    request = deregistration_request(registration) if registration else None
    if registration is None or request is None:
        return _not_forgotten(registration)
    wire = wire_to(parts, server)
    try:
        reply = wire.send(request, server_url=grant.url)
    finally:
        wire.close()
    if isinstance(reply, Response) and reply.status in (404, 410):
        return Line("Forget", "done", "the issuer no longer knew it")
    problem = why_not(reply)
    if problem is None:
        return Line("Forget", "done")
    return Line("Forget", "failed", f"{problem}; {_shown(registration.issuer)} may still have the client")


def _not_forgotten(registration: Registration | None) -> Line:
    if registration is None or registration.kind == "dynamic":
        return Line("Forget", "not supported", "the issuer has no way to delete the registration")
    return Line("Forget", "nothing to do", "keyrack did not register this client")


def left_behind(credential: Credential) -> list[Line]:
    """What the issuer still has after the credential was deleted here without `forget`."""
    if credential.client_kind != "dynamic" or not credential.issuer or not credential.client_id:
        return []
    where = f"{_shown(credential.issuer)} still has the client {credential.client_id[:60]}"
    return [Line("Registration", "stays", where)]


def can_be_forgotten(parts: Parts, server: Server) -> str | None:
    """The origin of the issuer that has a registration of keyrack's and a way to drop it; None otherwise."""
    key, rack = key_of(server), parts.rack()
    record = rack.record(*key)
    if record is None or record.credential is None or record.credential.client_kind != "dynamic":
        return None
    try:
        grant = rack.load(*key)
    except KeyrackError:
        return None  # the deletion has its own words for it
    registration = grant.registration if grant else None
    has_way = registration is not None and deregistration_request(registration) is not None
    return _shown(registration.issuer) if registration and has_way else None


def _shown(issuer: str) -> str:
    try:
        return origin(issuer)
    except BadUrl:
        return issuer

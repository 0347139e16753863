"""Revokes tokens and deletes registrations at an issuer, and reports what remains valid."""

from __future__ import annotations

from keyrack.domain.errors import BadUrl, KeyrackError
from keyrack.domain.model import CredentialInfo, Registration, Server, StoredCredential
from keyrack.domain.resource import origin
from keyrack.domain.secret import Secret
from keyrack.domain.status import UNTESTED
from keyrack.oauth.http import Failed, Response
from keyrack.oauth.revoke import (
    deregistration_request,
    is_unsupported,
    lacks_secret,
    revocation_request,
    why_not,
    with_empty_secret,
)
from keyrack.operations.connection import http_client_for
from keyrack.operations.credential import credential_key
from keyrack.operations.history import log_event
from keyrack.operations.ports import Adapters, HttpClient
from keyrack.operations.receipt import Line
from keyrack.operations.tokens.trial import tried
from keyrack.wording.times import lasting


def revoked(
    adapters: Adapters, server: Server, stored_credential: StoredCredential, *, held_by: str = ""
) -> list[Line]:
    """Revoke the tokens of a grant (RFC 7009), then test the access token on its server.

    An issuer may answer 200 although the access token still works: a JWT is often not looked up.
    """
    http_client = http_client_for(adapters, server)
    try:
        line = _revoke(http_client, stored_credential, adapters.now())
    finally:
        http_client.close()
    if line.outcome != "done":
        return [line]
    log_event(adapters, server, "revoked", f"The login of {held_by}." if held_by else "")
    after = _after(adapters, server, stored_credential)
    return [line, after] if after else [line]


def lives_on(credential: CredentialInfo, now: float) -> str:
    """How long an access token works that is not revoked: "works until 14:52"."""
    if credential.expires_at is not None and credential.expires_at <= now:
        return "has expired"
    return lasting("works", credential.expires_at, now)


def _revoke(http_client: HttpClient, stored_credential: StoredCredential, now: float) -> Line:
    """Revoke the refresh token first: most issuers then also revoke the access tokens of the grant."""
    endpoint, registration = (
        stored_credential.endpoints and stored_credential.endpoints.revocation,
        stored_credential.registration,
    )
    if endpoint is None or registration is None:
        return Line("Revoke", "not supported", _what_lives_on(stored_credential, now))
    where, kept = origin(endpoint), list[str]()
    tokens = _tokens(stored_credential)
    for hint, token in tokens.items():
        reply = _ask(http_client, stored_credential, registration, endpoint, token, hint)
        if is_unsupported(reply):
            kept.append(hint.replace("_", " "))
        elif problem := why_not(reply):
            return Line("Revoke", "failed", f"{where}: {problem}; {_what_lives_on(stored_credential, now)}")
    if len(kept) == len(tokens):
        left = _what_lives_on(stored_credential, now)
        return Line("Revoke", "not supported", f"{where} does not revoke tokens of this kind; {left}")
    return Line("Revoke", "done", where + (f"; it can't revoke the {kept[0]}" if kept else ""))


def _ask(
    http_client: HttpClient,
    stored_credential: StoredCredential,
    registration: Registration,
    endpoint: str,
    token: Secret,
    hint: str,
) -> Response | Failed:
    request = revocation_request(endpoint, registration, token, hint)
    reply = http_client.send(request, server_url=stored_credential.url)
    if lacks_secret(reply, registration):
        reply = http_client.send(with_empty_secret(request), server_url=stored_credential.url)
    return reply


def _tokens(stored_credential: StoredCredential) -> dict[str, Secret]:
    """The tokens by their type hints (RFC 7009, section 2.1)."""
    refresh, access = stored_credential.tokens.refresh_token, stored_credential.tokens.access_token
    return {"refresh_token": refresh, "access_token": access} if refresh else {"access_token": access}


def _what_lives_on(stored_credential: StoredCredential, now: float) -> str:
    access = f"the access token {lives_on(stored_credential.credential, now)}"
    if stored_credential.tokens.refresh_token is None:
        return access
    return f"{access}, and the refresh token works until its issuer ends it"


def _after(adapters: Adapters, server: Server, stored_credential: StoredCredential) -> Line | None:
    """Does the server still accept the access token? None if it has expired."""
    expires_at, now = stored_credential.credential.expires_at, adapters.now()
    if expires_at is not None and expires_at <= now:
        return None
    probed = tried(adapters, server, stored_credential)
    if probed.verdict == "refused":
        return Line("Access token", "done", "the server no longer accepts it")
    if probed.verdict == "accepted":
        return Line("Access token", "still works", lasting("accepted", expires_at, now))
    why = f"; it could not be tested: {probed.reason}" if probed.reason else ""
    if probed.reason == UNTESTED:
        why = "; the server accepts the same requests without it, so it could not be tested"
    return Line(
        "Access token",
        "may still work",
        lasting("may be accepted", expires_at, now) + why.rstrip("."),
    )


def forgotten(adapters: Adapters, server: Server, stored_credential: StoredCredential) -> Line:
    """Delete the client's registration at its issuer (RFC 7592)."""
    registration = stored_credential.registration
    request = deregistration_request(registration) if registration else None
    if registration is None or request is None:
        return _not_forgotten(registration)
    http_client = http_client_for(adapters, server)
    try:
        reply = http_client.send(request, server_url=stored_credential.url)
    finally:
        http_client.close()
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


def left_behind(credential: CredentialInfo) -> list[Line]:
    """What remains at the issuer if the credential is deleted without `forget`."""
    if credential.client_kind != "dynamic" or not credential.issuer or not credential.client_id:
        return []
    where = f"{_shown(credential.issuer)} still has the client {credential.client_id[:60]}"
    return [Line("Registration", "stays", where)]


def can_be_forgotten(adapters: Adapters, server: Server) -> str | None:
    """The issuer's origin, if it has a registration of keyrack that can be deleted; else None."""
    key, credentials = credential_key(server), adapters.credentials()
    record = credentials.record(key)
    if record is None or record.credential is None or record.credential.client_kind != "dynamic":
        return None
    try:
        stored_credential = credentials.load(key)
    except KeyrackError:
        return None  # the deletion reports the error
    registration = stored_credential.registration if stored_credential else None
    has_way = registration is not None and deregistration_request(registration) is not None
    return _shown(registration.issuer) if registration and has_way else None


def _shown(issuer: str) -> str:
    try:
        return origin(issuer)
    except BadUrl:
        return issuer

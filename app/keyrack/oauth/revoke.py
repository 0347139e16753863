"""Revoking tokens and deleting clients at the issuer (RFC 7009, RFC 7592)."""

from __future__ import annotations

import re
from typing import Any

from keyrack.domain.model import Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.document import BadDocument, read_object, said
from keyrack.oauth.http import Failed, Request, Response
from keyrack.oauth.retry_after import asks_to_wait
from keyrack.oauth.token import authenticated

_SECRET = re.compile(rb"client[_ ]?secret", re.IGNORECASE)


def revocation_request(url: str, registration: Registration, token: Secret, hint: str) -> Request:
    """RFC 7009, section 2.1. `hint` is refresh_token or access_token."""
    return authenticated(url, registration, {"token": token, "token_type_hint": hint})


def deregistration_request(registration: Registration) -> Request | None:
    """RFC 7592, section 2.3; None if the issuer does not support it."""
    if not registration.registration_client_uri or not registration.registration_access_token:
        return None
    bearer = Secret("Bearer " + registration.registration_access_token.reveal())
    return Request("DELETE", registration.registration_client_uri, {"Authorization": bearer})


def lacks_secret(reply: Response | Failed, registration: Registration) -> bool:
    """Does the issuer complain that a public client has no client_secret?

    Some servers, such as those on the mcp SDK, require the field before they look at the client.
    """
    public = registration.client_secret is None and registration.client_key is None
    told = isinstance(reply, Response) and 400 <= reply.status < 500 and _SECRET.search(reply.body)
    return public and bool(told)


def with_empty_secret(request: Request) -> Request:
    """The same request with an empty client_secret field."""
    return request._replace(form={**(request.form or {}), "client_secret": ""})


def is_unsupported(reply: Response | Failed) -> bool:
    """Does the issuer not revoke this kind of token (RFC 7009, section 2.2.1)?"""
    return isinstance(reply, Response) and _document(reply).get("error") == "unsupported_token_type"


def why_not(reply: Response | Failed) -> str | None:
    """None if it is revoked (RFC 7009 answers 200 for unknown tokens too), otherwise the reason."""
    if isinstance(reply, Failed):
        return reply.reason
    if reply.status in (200, 202, 204):
        return None
    return (said(_document(reply)) or f"status {reply.status}") + asks_to_wait(reply)


def _document(reply: Response) -> dict[str, Any]:
    try:
        return read_object(reply.body)
    except BadDocument:
        return {}

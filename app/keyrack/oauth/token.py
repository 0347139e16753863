"""Requests to the token endpoint (RFC 6749, sections 2.3, 4.1.3, 4.4 and 6)."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus

from keyrack.domain.model import Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Request


def authenticated(url: str, registration: Registration, form: dict[str, str | Secret]) -> Request:
    """A form post with the client's authentication method (RFC 6749, section 2.3.1).

    The form contains the client ID with Basic too: servers on the mcp SDK expect it there.
    """
    headers: dict[str, str | Secret] = {"Accept": "application/json"}
    form = {**form, "client_id": registration.client_id}
    secret = registration.client_secret
    if secret and registration.auth_method == "client_secret_basic":
        pair = f"{quote_plus(registration.client_id)}:{quote_plus(secret.reveal())}"
        headers["Authorization"] = Secret("Basic " + base64.b64encode(pair.encode()).decode())
    elif secret and registration.auth_method == "client_secret_post":
        form["client_secret"] = secret
    elif registration.client_key and registration.auth_method == "private_key_jwt":
        from keyrack.oauth.assertion import ASSERTION_TYPE, client_assertion

        form["client_assertion_type"] = ASSERTION_TYPE
        form["client_assertion"] = client_assertion(registration)
    return Request("POST", url, headers, form=form)


def exchange_request(
    url: str,
    registration: Registration,
    *,
    code: Secret,
    verifier: Secret,
    redirect_uri: str,
    resource: str | None,
) -> Request:
    """Code for tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.5; RFC 8707, section 2.2)."""
    form: dict[str, str | Secret] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    if resource is not None:
        form["resource"] = resource
    return authenticated(url, registration, form)._replace(once=True)


def refresh_request(
    url: str, registration: Registration, *, refresh_token: Secret, resource: str | None
) -> Request:
    """Refresh (RFC 6749, section 6). No scope: the grant keeps what it has."""
    form: dict[str, str | Secret] = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    if resource is not None:
        form["resource"] = resource
    return authenticated(url, registration, form)._replace(once=True)


def client_credentials_request(
    url: str, registration: Registration, *, scopes: tuple[str, ...], resource: str | None
) -> Request:
    """A token for the client itself (RFC 6749, section 4.4)."""
    form: dict[str, str | Secret] = {"grant_type": "client_credentials"}
    if scopes:
        form["scope"] = " ".join(scopes)
    if resource is not None:
        form["resource"] = resource
    return authenticated(url, registration, form)

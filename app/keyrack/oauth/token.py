"""The token endpoint (RFC 6749, sections 2.3, 4.1.3, 5 and 6)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

from keyrack.domain.errors import ClientRefused, KeyrackError, LoginNeeded, Temporary
from keyrack.domain.model import Registration, TokenSet
from keyrack.domain.resource import origin
from keyrack.domain.secret import Secret
from keyrack.oauth.document import BadDocument, number, read_object, said, text
from keyrack.oauth.effects import Failed, Request, Response
from keyrack.oauth.label import label_of

LONGEST_TOKEN = 65_536  # characters
MAX_LIFETIME = 10 * 365 * 86400.0  # seconds; more is taken as "no expiry known"


class Unusable(KeyrackError):
    """A reply whose access token can't be used. Its refresh token may have replaced the old one."""

    def __init__(self, sentence: str, refresh_token: str | None) -> None:
        super().__init__(sentence, hint="The authorization server is not working as it should.")
        self.refresh_token = Secret(refresh_token) if refresh_token else None


def authenticated(url: str, registration: Registration, form: dict[str, str | Secret]) -> Request:
    """A form post with the client's authentication as its registration says (RFC 6749, section 2.3.1).

    The client id stands in the form with Basic too: servers on the mcp SDK look for it there.
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


def read_tokens(
    reply: Response | Failed,
    url: str,
    *,
    now: float,
    asked_scopes: tuple[str, ...],
    old_refresh: Secret | None = None,
) -> TokenSet:
    """The tokens of a reply.

    `scope` missing means as asked; a missing refresh token keeps the old one; `expires_in`
    may be a string or missing. Raises LoginNeeded (the grant is gone), ClientRefused, Temporary
    (network, 5xx, 408, 425, 429), KeyrackError (anything else), with the server's words shortened.
    """
    where = origin(url)
    if isinstance(reply, Failed):
        kind = KeyrackError if reply.refused else Temporary
        raise kind(f"{where} could not be asked for a token: {reply.reason}", hint="Try again later.")
    if reply.status >= 500 or reply.status in (408, 425, 429):
        after = reply.header("Retry-After")
        later = (
            f"Try again in {after} s." if after and after.isdigit() and len(after) < 6 else "Try again later."
        )
        raise Temporary(f"{where} answered {reply.status} when asked for a token.", hint=later)
    try:
        document = read_object(reply.body)
    except BadDocument as problem:
        raise KeyrackError(
            f"{where} answered {reply.status}, and its reply {problem}.",
            hint="The authorization server is not working as it should.",
        ) from None
    if reply.status != 200 or "error" in document:
        error = text(document, "error") or ""
        words = said(document) or f"status {reply.status}"
        if error in ("invalid_client", "unauthorized_client"):
            hint = "Log in again; where the client is your own, check its id and its secret."
            raise ClientRefused(f"{where} refused: {words}.", hint=hint)
        if error == "invalid_grant":
            raise LoginNeeded(f"{where} refused: {words}.", hint="Log in again.")
        if error in ("temporarily_unavailable", "server_error", "slow_down"):
            raise Temporary(f"{where} can't answer now: {words}.", hint="Try again later.")
        raise KeyrackError(f"{where} refused: {words}.")
    access, refresh = _token(document, "access_token"), _token(document, "refresh_token")
    if access is None:
        raise Unusable(f"{where} answered without a usable access token.", refresh)
    kind_of_token = text(document, "token_type") or "Bearer"
    if kind_of_token.lower() != "bearer":
        sentence = f"{where} issued a token of a type that MCP does not use (not Bearer)."
        raise Unusable(sentence, refresh)
    scope = text(document, "scope")
    lifetime = number(document, "expires_in")
    if lifetime is not None and not 0 <= lifetime <= MAX_LIFETIME:
        lifetime = None
    return TokenSet(
        Secret(access),
        Secret(refresh) if refresh else old_refresh,
        "Bearer",
        now + lifetime if lifetime is not None else None,
        tuple(scope.split()) if scope else asked_scopes,
        label_of(document),
    )


def _token(document: Mapping[str, Any], key: str) -> str | None:
    """A token: printable ASCII (RFC 6749, appendix A.12), of a length that a header and a keychain take."""
    value = document.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TOKEN:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else None

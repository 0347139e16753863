"""Choosing or registering the OAuth client (checklist 9-12; RFC 7591)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from keyrack.domain.errors import BadUrl, ClientNeeded, KeyrackError, NoOAuth, RedirectUriRefused, Temporary
from keyrack.domain.model import ClientSettings, Registration
from keyrack.domain.resource import origin, same_issuer
from keyrack.domain.secret import Secret
from keyrack.domain.text import verbatim
from keyrack.oauth.assertion import choose_algorithm
from keyrack.oauth.authorization_server import DEVICE_GRANT, AuthorizationServer
from keyrack.oauth.authorize import FOR_REFRESHING
from keyrack.oauth.document import BadDocument, number, read_object, said, text, texts
from keyrack.oauth.http import Failed, Request, Response, Sending, send
from keyrack.oauth.legacy import legacy_server
from keyrack.oauth.retry_after import asks_to_wait

# Status codes that do not come from an authorization server, but from a server that requires a token for
# every path, or that has nothing there.
NOBODY = (401, 404, 405, 410)
SECRET_METHODS = ("client_secret_basic", "client_secret_post")


def known(
    server: AuthorizationServer,
    settings: ClientSettings,
    stored: Registration | None,
    redirect_uri: str | None,
    now: float,
) -> Registration | None:
    """A client that needs no registration: pre-registered, a metadata document, or registered earlier.

    A pre-registered client of an earlier login counts as configured, with its secret or key.
    Raises ClientNeeded when a pre-registered client belongs to another issuer.
    """
    before = stored if stored and stored.kind == "pre-registered" else None
    if settings.client_id:
        return _pre_registered(server, settings, settings.client_id, before, redirect_uri)
    if before and not settings.client_metadata_url:
        return _pre_registered(server, settings, before.client_id, before, redirect_uri)
    if settings.client_metadata_url and server.client_id_metadata_document_supported:
        parts = urlsplit(settings.client_metadata_url)
        if parts.scheme != "https" or not parts.path.strip("/") or parts.fragment:
            raise KeyrackError("A Client ID Metadata Document needs an https URL with a path.")
        return Registration(server.issuer, settings.client_metadata_url, "metadata-document")
    if stored is None or stored.kind != "dynamic" or not same_issuer(stored.issuer, server.issuer):
        return None  # a registration is never used with another issuer (checklist 12)
    if stored.secret_expires_at is not None and stored.secret_expires_at <= now + 60:
        return None
    return stored._replace(issuer=server.issuer) if redirect_uri in stored.redirect_uris else None


def _pre_registered(
    server: AuthorizationServer,
    settings: ClientSettings,
    client_id: str,
    before: Registration | None,
    redirect_uri: str | None,
) -> Registration:
    if before and before.client_id != client_id:
        before = None
    home = settings.issuer or (before.issuer if before else None)
    if before and home and not same_issuer(before.issuer, home):
        before = None  # its secret belongs to another issuer
    if home and not same_issuer(home, server.issuer):
        raise ClientNeeded(
            f"The client {client_id[:60]} belongs to the issuer {verbatim(home)}, but the server now "
            f"asks for a login at {verbatim(server.issuer)}.",
            issuer=server.issuer,
            redirect_uri=redirect_uri or "",
        )
    secret, key = settings.client_secret, settings.client_key
    if before and secret is None and key is None:
        secret, key = before.client_secret, before.client_key
    method = "private_key_jwt" if key else secret_method(server) if secret else "none"
    supported = server.token_endpoint_auth_signing_alg_values_supported
    return Registration(
        server.issuer,
        client_id,
        "pre-registered",
        None if key else secret,
        method,
        grant_type=settings.grant_type,
        client_key=key,
        signing_alg=choose_algorithm(key, supported) if key else "",
    )


def register(
    server: AuthorizationServer, redirect_uri: str, scopes: tuple[str, ...], client_name: str
) -> Sending[Registration]:
    """Register a client dynamically.

    Raises ClientNeeded if registration is refused or not offered, or RedirectUriRefused if the redirect URI
    may be the reason. Raises NoOAuth if the authorization server was only a guess, and there is none.
    """
    endpoint = server.registration_endpoint
    if endpoint is None:
        raise ClientNeeded(
            f"{origin(server.issuer)} has no dynamic registration, so you must register an app there.",
            issuer=server.issuer,
            redirect_uri=redirect_uri,
        )
    device = [DEVICE_GRANT] if server.device_authorization_endpoint else []
    wanted: dict[str, Any] = {
        "client_name": client_name,
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token", *device],
        "response_types": ["code"],
        "application_type": "native",
        "token_endpoint_auth_method": _wanted_method(server),
    }
    # oidc-provider refuses a registration with a scope that is only known to the resource.
    listed = [
        scope for scope in scopes if server.scopes_supported is None or scope in server.scopes_supported
    ]
    # Don't lose the issuer's default scopes only to ask for a refresh token.
    if listed and not FOR_REFRESHING.issuperset(scopes):
        wanted["scope"] = " ".join(listed)
    reply = yield from send(Request("POST", endpoint, {"Accept": "application/json"}, json=wanted))
    if device and isinstance(reply, Response) and reply.status in (400, 403):
        # The issuer may not offer the device grant to every client; the browser sign-in is enough.
        wanted["grant_types"] = ["authorization_code", "refresh_token"]
        reply = yield from send(Request("POST", endpoint, {"Accept": "application/json"}, json=wanted))
    where = origin(endpoint)
    if isinstance(reply, Failed):
        raise (KeyrackError if reply.refused else Temporary)(
            f"{where} could not be asked to register this app: {reply.reason}"
        )
    if reply.status >= 500 or reply.status == 429:
        raise Temporary(
            f"{where} answered {reply.status} when asked to register this app{asks_to_wait(reply)}.",
            hint="Try again later.",
        )
    try:
        document = read_object(reply.body)
    except BadDocument as problem:
        document = {}
        if server == legacy_server(server.issuer):
            raise _no_oauth(server) from None
        if reply.status in (200, 201):
            raise KeyrackError(f"The registration response from {where} {problem}.") from None
    if reply.status not in (200, 201):
        if reply.status in NOBODY and server == legacy_server(server.issuer):
            raise _no_oauth(server)
        words = said(document) or f"status {reply.status}"
        about_uri = reply.status in (400, 422) or text(document, "error") == "invalid_redirect_uri"
        raise (RedirectUriRefused if about_uri else ClientNeeded)(
            f"{where} refused to register this app: {words}.",
            issuer=server.issuer,
            redirect_uri=redirect_uri,
        )
    return _read(document, server, redirect_uri, wanted["token_endpoint_auth_method"])


def _no_oauth(server: AuthorizationServer) -> NoOAuth:
    return NoOAuth(
        f"{origin(server.issuer)} has no OAuth: it publishes no metadata and does not register apps.",
        app_may_do=True,
    )


def _read(
    document: dict[str, Any], server: AuthorizationServer, redirect_uri: str, asked_method: str
) -> Registration:
    where = origin(str(server.registration_endpoint))
    client_id = text(document, "client_id")
    if client_id is None:
        raise KeyrackError(f"{where} registered this app but returned no client ID.")
    redirects = texts(document, "redirect_uris")
    if redirects is not None and redirect_uri not in redirects:
        raise RedirectUriRefused(
            f"{where} registered this app without its redirect URI {redirect_uri}.",
            issuer=server.issuer,
            redirect_uri=redirect_uri,
            hint="Ask its operator to allow loopback redirect URIs (RFC 8252).",
        )
    plain = text(document, "client_secret")
    secret = Secret(plain) if plain else None
    method = text(document, "token_endpoint_auth_method") or _unsaid(server, asked_method, secret)
    if method not in ("none", *SECRET_METHODS):
        raise KeyrackError(f"{where} requires a client authentication method that keyrack does not support.")
    expires = number(document, "client_secret_expires_at")
    expiry = expires if expires is not None and expires > 0 else None
    access = text(document, "registration_access_token")
    manage = text(document, "registration_client_uri")
    # Its access token is only sent to the registration's own host (RFC 7592, section 5).
    if manage is not None and not (access and _origin(manage) == where):
        manage = None
    return Registration(
        server.issuer,
        client_id,
        "dynamic",
        secret if method != "none" else None,
        method,
        expiry if secret else None,
        (redirect_uri,),
        Secret(access) if access and manage else None,
        manage,
    )


def _origin(url: str) -> str | None:
    try:
        return origin(url)
    except BadUrl:
        return None


def _wanted_method(server: AuthorizationServer) -> str:
    """A public client if the issuer allows one, otherwise the first method that it lists.

    Absent metadata means client_secret_basic (RFC 8414). The issuer's order matters: servers on the mcp SDK
    list Basic second, and do not accept it for a revocation.
    """
    supported = server.token_endpoint_auth_methods_supported
    if supported is None:
        return "none" if server.legacy else "client_secret_basic"
    if "none" in supported:
        return "none"
    return next((method for method in supported if method in SECRET_METHODS), "none")


def _unsaid(server: AuthorizationServer, asked: str, secret: Secret | None) -> str:
    """The method if the registration response names none: usually the requested one.

    But a public client has no secret (RFC 7591, section 2), so a secret in the response is used, unless the
    issuer accepts none at all. Without a secret there is nothing to use.
    """
    if secret is None or server.token_endpoint_auth_methods_supported == ("none",):
        return "none"
    return secret_method(server) if asked == "none" else asked


def secret_method(server: AuthorizationServer) -> str:
    """How to send a secret: the first method that the issuer lists, or client_secret_basic if it lists none
    (RFC 8414)."""
    supported = server.token_endpoint_auth_methods_supported
    return next((method for method in supported or () if method in SECRET_METHODS), "client_secret_basic")

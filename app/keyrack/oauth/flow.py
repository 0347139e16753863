"""The whole login as a generator: it yields effects and steps, and decides (checklist 1-23)."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.domain.model import ClientSettings, Endpoints, Registration, TokenSet
from keyrack.domain.resource import origin
from keyrack.domain.secret import Secret
from keyrack.oauth.authorize import (
    Pkce,
    authorization_url,
    check_answer,
    choose_scopes,
    new_pkce,
    new_state,
    request_parameters,
)
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.device import DeviceWish
from keyrack.oauth.discovery import (
    AuthorizationServer,
    Discovered,
    ProtectedResource,
    find_authorization_server,
    find_given_metadata,
    find_legacy,
    find_protected_resource,
    given_metadata,
)
from keyrack.oauth.document import BadDocument, read_object, said, text
from keyrack.oauth.effects import BindCallback, Effect, Failed, Response, Send, SignIn, Step
from keyrack.oauth.probe import Probed, probe
from keyrack.oauth.registration import known, register
from keyrack.oauth.token import (
    authenticated,
    client_credentials_request,
    exchange_request,
    read_tokens,
)

Flow = Generator[Effect, Any, Any]


class Wish(NamedTuple):
    """What the user and the configuration ask of this login."""

    url: str
    settings: ClientSettings = ClientSettings()
    added_scopes: tuple[str, ...] = ()
    stored: Registration | None = None  # from an earlier login
    client_name: str = "keyrack"
    now: Callable[[], float] = time.time  # Unix seconds; a sign-in takes minutes
    challenge: Challenge | None = None  # already in hand: the server need not be asked


class LoggedIn(NamedTuple):
    """What a login brought, before anything is stored."""

    tokens: TokenSet
    registration: Registration
    endpoints: Endpoints
    resource: str | None
    guarded: bool  # the server refused the first request that came without a credential


def login_flow(wish: Wish) -> Flow:
    """Log in. Returns LoggedIn; raises KeyrackError and its kinds with a sentence."""
    probed = None if wish.challenge else (yield from _ask(wish.url))
    challenge = wish.challenge or (probed and probed.challenge)
    found = yield from _discover(wish, challenge)
    server = found.server
    settings = wish.settings
    if settings.grant_type == "client_credentials":
        return (yield from _for_machine(wish, found, challenge, probed))
    redirect_uri = yield BindCallback(
        settings.callback_port, settings.redirect_host or "127.0.0.1", settings.callback_path or "/callback"
    )
    yield Step("register", "Find out which client keyrack is", "running")
    scopes = choose_scopes(challenge, found.protected, server, settings.scopes, wish.added_scopes)
    registration = yield from _client(wish, server, redirect_uri, scopes)
    tokens = yield from _sign_in(wish, found, registration, redirect_uri, scopes)
    return _logged_in(found, registration, tokens, probed)


def _for_machine(
    wish: Wish, found: Discovered, challenge: Challenge | None, probed: Probed | None
) -> Flow:
    """The client credentials grant (MCP's extension; RFC 6749, section 4.4): nobody signs in."""
    server, settings = found.server, wish.settings
    yield Step("register", "Find out which client keyrack is", "running")
    scopes = choose_scopes(
        challenge, found.protected, server, settings.scopes, wish.added_scopes, offline=False
    )
    registration = known(server, settings, wish.stored, None, wish.now())
    if registration is None or registration.auth_method == "none":
        missing = "a secret or a key" if registration else "a client id"
        raise KeyrackError(
            f"This login is for a machine, and its client has not got {missing}.",
            hint="Give it once; it is kept in the keychain: keyrack login NAME --client-secret-stdin",
        )
    yield Step("register", "Took the configured client", "done", registration.client_id)
    yield Step("exchange", "Ask for a token in the client's own name", "running")
    endpoint = server.token_endpoint
    request = client_credentials_request(endpoint, registration, scopes=scopes, resource=found.resource)
    tokens = read_tokens((yield Send(request)), endpoint, now=wish.now(), asked_scopes=scopes)
    yield Step("exchange", "Got a token in the client's own name", "done", registration.auth_method)
    # Section 4.4.3: a refresh token should not come, and is of no use.
    return _logged_in(found, registration, tokens._replace(refresh_token=None), probed)


def _logged_in(
    found: Discovered, registration: Registration, tokens: TokenSet, probed: Probed | None
) -> LoggedIn:
    guarded = probed is None or probed.verdict == "required"
    endpoints = Endpoints(found.server.token_endpoint, found.server.revocation_endpoint)
    return LoggedIn(tokens, registration, endpoints, found.resource, guarded)


def _ask(url: str) -> Flow:
    """Probe anonymously. Returns Probed; raises where there is nothing to log in to."""
    yield Step("probe", "Ask the server", "running", _shown(url))
    probed = yield from probe(url)
    if probed.verdict == "unreachable":
        kind = KeyrackError if probed.refused else Temporary
        raise kind(
            f"The server can't be logged in to now: {probed.reason}",
            hint="Check the address, or try again later.",
        )
    if probed.verdict == "open":
        raise KeyrackError("The server answers without a credential, so there is nothing to log in to.")
    title = {
        "required": "The server asks for authorization",
        "optional": "The server asks for authorization, for some of its methods",
    }.get(probed.verdict, "The server does not say what it wants")
    yield Step("probe", title, "done", probed.reason if probed.verdict == "unknown" else "")
    return probed


def _discover(wish: Wish, challenge: Challenge | None) -> Flow:
    yield Step("discover", "Find the authorization server", "running")
    settings = wish.settings
    if settings.metadata is not None or settings.metadata_url is not None:
        if settings.metadata is not None:
            server = given_metadata(settings.metadata, wish.url, settings.grant_type)
        else:
            server = yield from find_given_metadata(
                str(settings.metadata_url), wish.url, settings.grant_type
            )
        yield Step(
            "discover", "Took the authorization server from the configuration", "done", _shown(server.issuer)
        )
        return Discovered(server, wish.url, None)
    protected: ProtectedResource | None = yield from find_protected_resource(wish.url, challenge)
    if protected is None:
        server = yield from find_legacy(wish.url)
        yield Step(
            "discover",
            "Found no metadata; taking the old way of 2025-03-26",
            "done",
            f"{_shown(server.issuer)}, PKCE support could not be verified",
        )
        return Discovered(server, None, None)
    server = yield from _choose_server(wish, protected)
    yield Step("discover", "Found the authorization server", "done", _shown(server.issuer))
    return Discovered(server, protected.resource, protected)


def _choose_server(wish: Wish, protected: ProtectedResource) -> Flow:
    """The issuer that already knows us, else the first whose metadata can be used."""
    known_issuers = {wish.settings.issuer, wish.stored.issuer if wish.stored else None}
    issuers = sorted(protected.authorization_servers[:5], key=lambda issuer: issuer not in known_issuers)
    trouble: KeyrackError | None = None
    for issuer in issuers:
        try:
            return (yield from find_authorization_server(issuer, wish.url, wish.settings.grant_type))
        except KeyrackError as error:
            trouble = trouble or error
    assert trouble is not None
    raise trouble


def _client(wish: Wish, server: AuthorizationServer, redirect_uri: str, scopes: tuple[str, ...]) -> Flow:
    registration = known(server, wish.settings, wish.stored, redirect_uri, wish.now())
    if registration is None:
        yield Step("register", "Register this app", "running", "dynamic")
        registration = yield from register(server, redirect_uri, scopes, wish.client_name)
        yield Step("register", "Registered this app", "done", "dynamic")
    else:
        title = {
            "pre-registered": "Took the configured client",
            "metadata-document": "Took the client metadata document",
            "dynamic": "Took the registration of an earlier login",
        }[registration.kind]
        yield Step("register", title, "done", registration.client_id)
    return registration


def _sign_in(
    wish: Wish, found: Discovered, registration: Registration, redirect_uri: str, scopes: tuple[str, ...]
) -> Flow:
    """One authorization request and the exchange of its code. Returns TokenSet.

    Where a code was typed on another device meanwhile, the tokens that this brought.
    """
    server, resource = found.server, found.resource
    pkce: Pkce = new_pkce()
    state: Secret = new_state()
    parameters = request_parameters(
        client_id=registration.client_id,
        redirect_uri=redirect_uri,
        state=state,
        pkce=pkce,
        scopes=scopes,
        resource=resource,
    )
    where = _shown(server.authorization_endpoint)
    if server.require_pushed_authorization_requests:
        yield Step("sign-in", "Send the request ahead", "running", where)
        parameters = yield from _push(server, registration, parameters)
    yield Step("sign-in", "Wait for you in the browser", "running", where)
    device = DeviceWish(server, registration, scopes, resource, wish.url, wish.now)
    answer = yield SignIn(
        authorization_url(server.authorization_endpoint, parameters),
        origin(server.authorization_endpoint),
        redirect_uri,
        state,
        server.iss_parameter_supported,
        device if server.device_authorization_endpoint else None,
    )
    if isinstance(answer, TokenSet):
        yield Step("sign-in", "Signed in with the code", "done", where)
        return answer
    code = check_answer(answer, state=state, server=server)
    yield Step("sign-in", "Signed in", "done", where)
    yield Step("exchange", "Exchange the code for tokens", "running")
    request = exchange_request(
        server.token_endpoint,
        registration,
        code=code,
        verifier=pkce.verifier,
        redirect_uri=redirect_uri,
        resource=resource,
    )
    reply = yield Send(request)
    tokens = read_tokens(reply, server.token_endpoint, now=wish.now(), asked_scopes=scopes)
    renewable = "renewable" if tokens.refresh_token else "not renewable"
    yield Step("exchange", "Exchanged the code for tokens", "done", renewable)
    return tokens


def _push(server: AuthorizationServer, registration: Registration, parameters: dict[str, str]) -> Flow:
    """Pushed authorization request (RFC 9126): the browser then carries only a reference."""
    endpoint = server.pushed_authorization_request_endpoint
    if endpoint is None:
        raise KeyrackError(
            f"{origin(server.issuer)} demands pushed authorization requests without saying where."
        )
    reply: Response | Failed = yield Send(authenticated(endpoint, registration, dict(parameters)))
    if isinstance(reply, Failed):
        kind = KeyrackError if reply.refused else Temporary
        raise kind(f"{origin(endpoint)} could not be asked: {reply.reason}", hint="Try again later.")
    try:
        document = read_object(reply.body)
    except BadDocument:
        document = {}
    reference = text(document, "request_uri")
    if reply.status not in (200, 201) or reference is None:
        raise KeyrackError(
            f"{origin(endpoint)} refused the pushed request: {said(document) or reply.status}."
        )
    return {"client_id": registration.client_id, "request_uri": reference}


def _shown(url: str) -> str:
    """A URL's origin as a step shows it: https goes without saying."""
    return origin(url).removeprefix("https://")

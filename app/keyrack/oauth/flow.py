"""The whole login as a generator: it yields effects and steps, and decides (checklist 1-23)."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from types import MappingProxyType
from typing import Any, NamedTuple

from keyrack.domain.errors import ClientNeeded, KeyrackError, Temporary
from keyrack.domain.model import ClientSettings, Endpoints, Registration, Server, TokenSet
from keyrack.domain.secret import MASK
from keyrack.domain.vendor import UNKNOWN, Vendor
from keyrack.oauth.authorization_server import Discovered
from keyrack.oauth.authorize import choose_scopes, resource_to_send
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.discovery import discover
from keyrack.oauth.effects import Effect, Send, Step
from keyrack.oauth.probe import Headers, Probed, probe
from keyrack.oauth.registration import known
from keyrack.oauth.sign_in import shown, sign_in
from keyrack.oauth.token import client_credentials_request
from keyrack.oauth.token_reply import read_tokens
from keyrack.wording.commands import command_line

Flow = Generator[Effect, Any, Any]


class LoginRequest(NamedTuple):
    """What the user and the configuration ask of this login."""

    url: str
    settings: ClientSettings = ClientSettings()
    added_scopes: tuple[str, ...] = ()
    dropped_scopes: tuple[str, ...] = ()
    stored: Registration | None = None  # from an earlier login
    forgotten: bool = False  # the issuer may not know it any more: a dynamic one is made anew
    client_name: str = "keyrack"
    now: Callable[[], float] = time.time  # Unix seconds; a sign-in takes minutes
    challenge: Challenge | None = None  # already in hand: the server need not be asked
    vendor_of: Callable[[str], Vendor] = lambda issuer: UNKNOWN  # what is known beyond an issuer's metadata
    headers: Headers = MappingProxyType({})  # that the server is asked with, none of them a credential


class LoginResult(NamedTuple):
    """What a login brought, before anything is stored."""

    tokens: TokenSet
    registration: Registration
    endpoints: Endpoints
    resource: str | None
    without: Probed | None  # what the server said to requests without a credential, where it was asked


def login_flow(login_request: LoginRequest) -> Flow:
    """Log in. Returns LoggedIn; raises KeyrackError and its kinds with a sentence."""
    probed = None if login_request.challenge else (yield from _ask(login_request))
    challenge = login_request.challenge or (probed and probed.challenge)
    certain = probed is None or probed.verdict in ("required", "optional", "unknown")
    found: Discovered | None = yield from discover(login_request, challenge, certain=certain)
    if found is None:
        raise _nothing(probed)
    server = found.server
    settings = login_request.settings
    if settings.grant_type == "client_credentials":
        return (yield from _for_machine(login_request, found, challenge, probed))
    yield Step("register", "Choose the OAuth client", "running")
    vendor = login_request.vendor_of(server.issuer)
    scopes = _scopes(login_request, found, challenge, offline=vendor.offline_scope)
    found = _sending(login_request, found, scopes)
    registration, tokens = yield from sign_in(login_request, found, scopes)
    return _logged_in(found, registration, tokens, probed)


def _scopes(
    login_request: LoginRequest, found: Discovered, challenge: Challenge | None, *, offline: bool
) -> tuple[str, ...]:
    return choose_scopes(
        challenge,
        found.protected,
        found.server,
        login_request.settings.scopes,
        login_request.added_scopes,
        dropped=login_request.dropped_scopes,
        offline=offline,
    )


def _for_machine(
    login_request: LoginRequest, found: Discovered, challenge: Challenge | None, probed: Probed | None
) -> Flow:
    """The client credentials grant (MCP's extension; RFC 6749, section 4.4): nobody signs in."""
    server, settings = found.server, login_request.settings
    yield Step("register", "Choose the OAuth client", "running")
    scopes = _scopes(login_request, found, challenge, offline=False)
    found = _sending(login_request, found, scopes)
    registration = known(server, settings, login_request.stored, None, login_request.now())
    # A certificate says who the client is, as a secret does (RFC 8705, section 2).
    if registration is None or (registration.auth_method == "none" and not settings.tls.client_cert):
        missing = "secret or key" if registration else "client ID"
        raise ClientNeeded(
            f"This is a machine login, and its client has no {missing}.",
            issuer=server.issuer,
            redirect_uri="",
            client_id=registration.client_id if registration else None,
        )
    yield Step("register", "Using the configured client", "done", registration.client_id)
    yield Step("exchange", "Request a token for the client itself", "running")
    endpoint = server.token_endpoint
    request = client_credentials_request(endpoint, registration, scopes=scopes, resource=found.resource)
    tokens = read_tokens((yield Send(request)), endpoint, now=login_request.now(), asked_scopes=scopes)
    yield Step("exchange", "Got a token for the client itself", "done", registration.auth_method)
    # Section 4.4.3: a refresh token should not come, and is of no use.
    return _logged_in(found, registration, tokens._replace(refresh_token=None), probed)


def _sending(login_request: LoginRequest, found: Discovered, scopes: tuple[str, ...]) -> Discovered:
    """With the resource that is sent, now and at each refresh."""
    vendor = login_request.vendor_of(found.server.issuer)
    resource = resource_to_send(found.resource, login_request.settings, vendor, found.server, scopes)
    return found._replace(resource=resource)


def _logged_in(
    found: Discovered, registration: Registration, tokens: TokenSet, probed: Probed | None
) -> LoginResult:
    endpoints = Endpoints(found.server.token_endpoint, found.server.revocation_endpoint)
    return LoginResult(tokens, registration, endpoints, found.resource, probed)


def _nothing(probed: Probed | None) -> KeyrackError:
    """Why there is nothing to log in to."""
    if probed is None or probed.verdict == "open":
        return KeyrackError("The server does not need a login.")
    kind = KeyrackError if probed.refused else Temporary
    sentence = f"Can't log in to the server right now: {probed.reason}"
    hint = "" if probed.setting else "Check the address, or try again later."
    if probed.sent_to and MASK not in probed.sent_to:
        hint = f"If the server has moved there: {command_line('login', Server(probed.sent_to))}"
    return kind(sentence, hint=hint, setting=probed.setting)


def _ask(login_request: LoginRequest) -> Flow:
    """Probe anonymously. Returns Probed; raises where the server can't be reached."""
    yield Step("probe", "Ask the server", "running", shown(login_request.url))
    probed = yield from probe(login_request.url, others=login_request.headers)
    if probed.verdict == "unreachable" and probed.revision is None:
        raise _nothing(probed)
    title = {
        "required": "The server requires authorization",
        "optional": "The server requires authorization for some of its methods",
        "open": "The server answers without a credential",
    }.get(probed.verdict, "The server does not say whether it needs a login")
    told = probed.reason if probed.verdict in ("unknown", "unreachable") else ""
    yield Step("probe", title, "done", told)
    return probed

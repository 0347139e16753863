"""The whole login as a generator: it yields effects and steps, and decides (checklist 1-23)."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from types import MappingProxyType
from typing import Any, NamedTuple

from keyrack.domain.errors import ClientNeeded, KeyrackError, Temporary
from keyrack.domain.model import ClientSettings, Endpoints, Registration, TokenSet
from keyrack.domain.resource import same_issuer
from keyrack.domain.vendor import UNKNOWN, Vendor
from keyrack.oauth.authorize import choose_scopes, resource_to_send
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.discovery import (
    Discovered,
    find_authorization_server,
    find_given_metadata,
    given_metadata,
)
from keyrack.oauth.effects import Effect, Send, Step
from keyrack.oauth.legacy import find_legacy, legacy_server
from keyrack.oauth.probe import Headers, Probed, probe
from keyrack.oauth.protected_resource import ProtectedResource, Unfound, find_protected_resource
from keyrack.oauth.registration import known
from keyrack.oauth.sign_in import shown, sign_in
from keyrack.oauth.token import client_credentials_request
from keyrack.oauth.token_reply import read_tokens

Flow = Generator[Effect, Any, Any]


class Wish(NamedTuple):
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


class LoggedIn(NamedTuple):
    """What a login brought, before anything is stored."""

    tokens: TokenSet
    registration: Registration
    endpoints: Endpoints
    resource: str | None
    guarded: bool  # the server refused the first request that came without a credential


def login_flow(wish: Wish) -> Flow:
    """Log in. Returns LoggedIn; raises KeyrackError and its kinds with a sentence."""
    probed = None if wish.challenge else (yield from _ask(wish))
    challenge = wish.challenge or (probed and probed.challenge)
    found = yield from _discover(wish, challenge)
    server = found.server
    settings = wish.settings
    if settings.grant_type == "client_credentials":
        return (yield from _for_machine(wish, found, challenge, probed))
    vendor = wish.vendor_of(server.issuer)
    scopes = _scopes(wish, found, challenge, offline=vendor.offline_scope)
    found = _sending(wish, found, scopes)
    registration, tokens = yield from sign_in(wish, found, scopes)
    return _logged_in(found, registration, tokens, probed)


def _scopes(wish: Wish, found: Discovered, challenge: Challenge | None, *, offline: bool) -> tuple[str, ...]:
    return choose_scopes(
        challenge,
        found.protected,
        found.server,
        wish.settings.scopes,
        wish.added_scopes,
        dropped=wish.dropped_scopes,
        offline=offline,
    )


def _for_machine(
    wish: Wish, found: Discovered, challenge: Challenge | None, probed: Probed | None
) -> Flow:
    """The client credentials grant (MCP's extension; RFC 6749, section 4.4): nobody signs in."""
    server, settings = found.server, wish.settings
    yield Step("register", "Find out which client keyrack is", "running")
    scopes = _scopes(wish, found, challenge, offline=False)
    found = _sending(wish, found, scopes)
    registration = known(server, settings, wish.stored, None, wish.now())
    # A certificate says who the client is, as a secret does (RFC 8705, section 2).
    if registration is None or (registration.auth_method == "none" and not settings.tls.client_cert):
        missing = "a secret or a key" if registration else "a client id"
        raise ClientNeeded(
            f"This login is for a machine, and its client has not got {missing}.",
            issuer=server.issuer,
            redirect_uri="",
            client_id=registration.client_id if registration else None,
        )
    yield Step("register", "Took the configured client", "done", registration.client_id)
    yield Step("exchange", "Ask for a token in the client's own name", "running")
    endpoint = server.token_endpoint
    request = client_credentials_request(endpoint, registration, scopes=scopes, resource=found.resource)
    tokens = read_tokens((yield Send(request)), endpoint, now=wish.now(), asked_scopes=scopes)
    yield Step("exchange", "Got a token in the client's own name", "done", registration.auth_method)
    # Section 4.4.3: a refresh token should not come, and is of no use.
    return _logged_in(found, registration, tokens._replace(refresh_token=None), probed)


def _sending(wish: Wish, found: Discovered, scopes: tuple[str, ...]) -> Discovered:
    """With the resource that is sent, now and at each refresh."""
    vendor = wish.vendor_of(found.server.issuer)
    resource = resource_to_send(found.resource, wish.settings, vendor, found.server, scopes)
    return found._replace(resource=resource)


def _logged_in(
    found: Discovered, registration: Registration, tokens: TokenSet, probed: Probed | None
) -> LoggedIn:
    guarded = probed is None or probed.verdict == "required"
    endpoints = Endpoints(found.server.token_endpoint, found.server.revocation_endpoint)
    return LoggedIn(tokens, registration, endpoints, found.resource, guarded)


def _ask(wish: Wish) -> Flow:
    """Probe anonymously. Returns Probed; raises where there is nothing to log in to."""
    yield Step("probe", "Ask the server", "running", shown(wish.url))
    probed = yield from probe(wish.url, others=wish.headers)
    if probed.verdict == "unreachable":
        kind = KeyrackError if probed.refused else Temporary
        raise kind(
            f"The server can't be logged in to now: {probed.reason}",
            hint="" if probed.setting else "Check the address, or try again later.",
            setting=probed.setting,
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
            "discover", "Took the authorization server from the configuration", "done", shown(server.issuer)
        )
        return Discovered(server, wish.url, None)
    protected: ProtectedResource | Unfound = yield from find_protected_resource(wish.url, challenge)
    if isinstance(protected, Unfound):
        return (yield from _discover_at_origin(wish, protected))
    server = yield from _choose_server(wish, protected)
    yield Step("discover", "Found the authorization server", "done", shown(server.issuer))
    return Discovered(server, protected.resource, protected)


def _discover_at_origin(wish: Wish, unfound: Unfound) -> Flow:
    """No document says who protects the server: the way of 2025-03-26."""
    server = yield from find_legacy(wish.url, unfound)
    if isinstance(server, str):  # the origin sends on to the metadata of this issuer
        server = (yield from _metadata_of(wish, server))._replace(legacy=True)
        yield Step("discover", "The server sends on to an authorization server", "done", shown(server.issuer))
        return Discovered(server, None, None)
    found = "no metadata" if server == legacy_server(wish.url) else "metadata at the server itself"
    yield Step(
        "discover",
        f"Found {found}; taking the old way of 2025-03-26",
        "done",
        f"{shown(server.issuer)}, PKCE support could not be verified",
    )
    return Discovered(server, None, None)


def _choose_server(wish: Wish, protected: ProtectedResource) -> Flow:
    """The issuer that already knows us, else the first whose metadata can be used."""
    before = [issuer for issuer in (wish.settings.issuer, wish.stored and wish.stored.issuer) if issuer]
    issuers = sorted(
        protected.authorization_servers[:5],
        key=lambda issuer: not any(same_issuer(issuer, each) for each in before),
    )
    trouble: KeyrackError | None = None
    for issuer in issuers:
        try:
            return (yield from _metadata_of(wish, issuer))
        except KeyrackError as error:
            trouble = trouble or error
    assert trouble is not None
    raise trouble


def _metadata_of(wish: Wish, issuer: str) -> Flow:
    """The metadata of an issuer that the server names. Returns AuthorizationServer."""
    settings, vendor = wish.settings, wish.vendor_of(issuer)
    assumed = settings.pkce == "assumed" or (settings.pkce is None and vendor.pkce_assumed)
    return (
        yield from find_authorization_server(
            issuer, wish.url, settings.grant_type, vendor, pkce_assumed=assumed
        )
    )

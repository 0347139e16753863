"""Where to log in: which authorization server, and for which resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.domain.model import ClientSettings
from keyrack.domain.resource import origin, same_issuer
from keyrack.oauth.authorization_server import (
    Discovered,
    find_authorization_server,
    find_given_metadata,
    given_metadata,
)
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.effects import Sending, Step
from keyrack.oauth.legacy import find_legacy, legacy_server
from keyrack.oauth.protected_resource import ProtectedResource, Unfound, find_protected_resource
from keyrack.oauth.sign_in import shown
from keyrack.oauth.well_known import is_hopeless

if TYPE_CHECKING:
    from keyrack.oauth.flow import Flow, LoginRequest


def discover(login_request: LoginRequest, challenge: Challenge | None, *, certain: bool) -> Flow:
    """Returns Discovered; None where nothing says that there is a login, which is not `certain` then:
    a server that answers anyone may still guard some of its methods."""
    yield Step("discover", "Find the authorization server", "running")
    settings = login_request.settings
    if settings.metadata is not None or settings.metadata_url is not None:
        if settings.metadata is not None:
            server = given_metadata(settings.metadata, login_request.url, settings.grant_type)
        else:
            server = yield from find_given_metadata(
                str(settings.metadata_url), login_request.url, settings.grant_type
            )
        yield Step(
            "discover", "Using the authorization server from the configuration", "done", shown(server.issuer)
        )
        return Discovered(server, login_request.url, None)
    protected: ProtectedResource | Unfound = yield from find_protected_resource(login_request.url, challenge)
    if isinstance(protected, Unfound):
        return (yield from _discover_without(login_request, protected, certain=certain))
    server = yield from _choose_server(login_request, protected)
    yield Step("discover", "Found the authorization server", "done", shown(server.issuer))
    return Discovered(server, protected.resource, protected)


def _discover_without(login_request: LoginRequest, unfound: Unfound, *, certain: bool) -> Flow:
    """No document says who protects the server: the configured issuer, else the way of 2025-03-26."""
    configured = login_request.settings.issuer
    if (
        login_request.settings.client_id
        and configured
        and not same_issuer(configured, origin(login_request.url))
    ):
        server = yield from _metadata_of(login_request, configured)
        yield Step("discover", "Using the issuer from the configuration", "done", shown(server.issuer))
        return Discovered(server, login_request.url, None)
    if not certain and not (login_request.settings.client_id or login_request.stored):
        if is_hopeless(unfound.asked):
            raise Temporary(f"{unfound.asked[0]}.", hint="Try again later.")
        return None
    server = yield from find_legacy(login_request.url, unfound, guess=certain)
    if server is None:
        return None
    if isinstance(server, str):  # the origin sends on to the metadata of this issuer
        server = (yield from _metadata_of(login_request, server))._replace(legacy=True)
        yield Step("discover", "The server refers to an authorization server", "done", shown(server.issuer))
        return Discovered(server, None, None)
    found = "no metadata" if server == legacy_server(login_request.url) else "metadata at the server itself"
    yield Step(
        "discover",
        f"Found {found}; using the 2025-03-26 revision of MCP",
        "done",
        f"{shown(server.issuer)}, PKCE support could not be verified",
    )
    return Discovered(server, None, None)


def _choose_server(login_request: LoginRequest, protected: ProtectedResource) -> Flow:
    """The issuer that already knows us, else the first whose metadata can be used."""
    before = [
        issuer
        for issuer in (login_request.settings.issuer, login_request.stored and login_request.stored.issuer)
        if issuer
    ]
    issuers = sorted(
        protected.authorization_servers[:5],
        key=lambda issuer: not any(same_issuer(issuer, each) for each in before),
    )
    trouble: KeyrackError | None = None
    for issuer in issuers:
        try:
            return (yield from _metadata_of(login_request, issuer))
        except KeyrackError as error:
            trouble = trouble or error
    assert trouble is not None
    raise trouble


def _metadata_of(login_request: LoginRequest, issuer: str) -> Flow:
    """The metadata of an issuer that the server names. Returns AuthorizationServer."""
    settings, vendor = login_request.settings, login_request.vendor_of(issuer)
    assumed = settings.pkce == "assumed" or (settings.pkce is None and vendor.pkce_assumed)
    return (
        yield from find_authorization_server(
            issuer, login_request.url, settings.grant_type, vendor, pkce_assumed=assumed
        )
    )


def offers_login(url: str, settings: ClientSettings) -> Sending:
    """Is there a login at a server that answers anyone? True, or False where nothing says so."""
    if settings.metadata is not None or settings.metadata_url is not None:
        return True
    try:
        found = yield from find_protected_resource(url, None)
        if isinstance(found, ProtectedResource):
            return True
        if not settings.client_id:
            return False
        return bool(settings.issuer) or (yield from find_legacy(url, found, guess=False)) is not None
    except KeyrackError:
        return False  # a document for another server, or none that can be asked for now

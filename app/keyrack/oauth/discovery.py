"""Where to log in: which authorization server, and for which resource."""

from __future__ import annotations

from typing import Literal

from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.domain.model import ClientSettings
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import origin, same_issuer
from keyrack.oauth.authorization_server import (
    AuthorizationServer,
    find_authorization_server,
    find_given_metadata,
    given_metadata,
)
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.http import Sending
from keyrack.oauth.legacy import find_legacy, legacy_server
from keyrack.oauth.login_request import LoginRequest
from keyrack.oauth.protected_resource import ProtectedResource, Unfound, find_protected_resource
from keyrack.oauth.well_known import is_hopeless

How = Literal["named", "configured metadata", "configured issuer", "referred", "own metadata", "no metadata"]


class Discovered(NamedTuple):
    """Where to log in, and for which resource."""

    server: AuthorizationServer
    resource: str | None  # for the `resource` parameter; None with revision 2025-03-26
    protected: ProtectedResource | None
    how: How = "named"  # by the server's protected-resource document


def discover(
    login_request: LoginRequest, challenge: Challenge | None, *, certain: bool
) -> Sending[Discovered | None]:
    """Returns Discovered, or None if nothing says that there is a login and it is not `certain`: a server
    that works without a login may still require one for some methods."""
    settings = login_request.settings
    if settings.metadata is not None or settings.metadata_url is not None:
        if settings.metadata is not None:
            server = given_metadata(settings.metadata, login_request.url, settings.grant_type)
        else:
            server = yield from find_given_metadata(
                str(settings.metadata_url), login_request.url, settings.grant_type
            )
        return Discovered(server, login_request.url, None, "configured metadata")
    protected = yield from find_protected_resource(login_request.url, challenge)
    if isinstance(protected, Unfound):
        return (yield from _discover_without(login_request, protected, certain=certain))
    server = yield from _choose_server(login_request, protected)
    return Discovered(server, protected.resource, protected)


def _discover_without(
    login_request: LoginRequest, unfound: Unfound, *, certain: bool
) -> Sending[Discovered | None]:
    """Without a protected-resource document: the configured issuer, or the 2025-03-26 revision."""
    configured = login_request.settings.issuer
    if (
        login_request.settings.client_id
        and configured
        and not same_issuer(configured, origin(login_request.url))
    ):
        server = yield from _metadata_of(login_request, configured)
        return Discovered(server, login_request.url, None, "configured issuer")
    if not certain and not (login_request.settings.client_id or login_request.stored):
        if is_hopeless(unfound.asked):
            raise Temporary(f"{unfound.asked[0]}.", hint="Try again later.")
        return None
    server = yield from find_legacy(login_request.url, unfound, guess=certain)
    if server is None:
        return None
    if isinstance(server, str):  # the origin redirects to the metadata of this issuer
        server = (yield from _metadata_of(login_request, server))._replace(legacy=True)
        return Discovered(server, None, None, "referred")
    guessed = server == legacy_server(login_request.url)
    return Discovered(server, None, None, "no metadata" if guessed else "own metadata")


def _choose_server(login_request: LoginRequest, protected: ProtectedResource) -> Sending[AuthorizationServer]:
    """The issuer that already knows keyrack, or the first one with usable metadata."""
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


def _metadata_of(login_request: LoginRequest, issuer: str) -> Sending[AuthorizationServer]:
    """The metadata of an issuer that the server names. Returns AuthorizationServer."""
    settings, vendor = login_request.settings, login_request.vendor_of(issuer)
    assumed = settings.pkce == "assumed" or (settings.pkce is None and vendor.pkce_assumed)
    return (
        yield from find_authorization_server(
            issuer, login_request.url, settings.grant_type, vendor, pkce_assumed=assumed
        )
    )


def offers_login(url: str, settings: ClientSettings) -> Sending[bool]:
    """Does a server that works without a login still have one? False if nothing says so."""
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
        return False  # a document for another server, or one that can't be fetched now

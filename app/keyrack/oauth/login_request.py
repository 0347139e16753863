"""What a login is asked to do, and what it brings."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import MappingProxyType

from keyrack.domain.model import ClientSettings, Endpoints, Registration, TokenSet
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.vendor import UNKNOWN, Vendor
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.probe import Headers, Probed


class LoginRequest(NamedTuple):
    """The user's and the configuration's options for this login."""

    url: str
    settings: ClientSettings = ClientSettings()
    added_scopes: tuple[str, ...] = ()
    dropped_scopes: tuple[str, ...] = ()
    stored: Registration | None = None  # from an earlier login
    forgotten: bool = False  # the issuer may no longer know it: a dynamic client is registered again
    client_name: str = "keyrack"
    now: Callable[[], float] = time.time  # Unix seconds; a sign-in takes minutes
    challenge: Challenge | None = None  # already known, so the server need not be asked
    vendor_of: Callable[[str], Vendor] = lambda issuer: (
        UNKNOWN
    )  # what is known about an issuer beyond its metadata
    has_other_account: bool = False  # the user is logged in to the server with another account
    login_hint: str = ""  # whose login is renewed: an address that `hint_issuer` has told; sent to no other
    hint_issuer: str = ""
    headers: Headers = MappingProxyType({})  # extra headers for the server, none of them a credential


class LoginResult(NamedTuple):
    """The result of a login, before anything is stored."""

    tokens: TokenSet
    registration: Registration
    endpoints: Endpoints
    resource: str | None
    without: Probed | None  # the server's answer to requests without a credential, if it was asked

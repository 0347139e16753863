"""What a login is asked to do, and what it brings."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import MappingProxyType
from typing import NamedTuple

from keyrack.domain.model import ClientSettings, Endpoints, Registration, TokenSet
from keyrack.domain.vendor import UNKNOWN, Vendor
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.probe import Headers, Probed


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

"""What is known of an issuer beyond its metadata, so that its users need no setting."""

from __future__ import annotations

from typing import NamedTuple


class Vendor(NamedTuple):
    """The defaults mean: nothing is known. What the user has set counts before all of it."""

    name: str = ""
    pkce_assumed: bool = False  # takes S256, and does not list it in its metadata
    authorize: tuple[tuple[str, str], ...] = ()  # more parameters of the authorization request
    offline_scope: bool = True  # False: offline_access is no scope there
    consent: bool = True  # False: offline_access needs no prompt=consent, which would ask for more
    # A part of the authorization endpoint's path. With it, a scope that names its own resource
    # (api://id/read) takes the place of the `resource` parameter, which is refused beside it.
    resource_in_scopes: str = ""
    # Paths of an authorization endpoint that takes the scopes of a person's token in `user_scope`.
    user_scope_at: tuple[str, ...] = ()
    # Segments of the issuer's path that stand for any tenant: its metadata then says {tenantid} instead.
    any_tenant: tuple[str, ...] = ()
    token_refused: str = ""  # why a server may refuse a token that was just issued: no audience was asked for


UNKNOWN = Vendor()

"""What keyrack knows about an issuer beyond its metadata, so that users need no settings for it."""

from __future__ import annotations

from keyrack.domain.named_tuple import NamedTuple


class Vendor(NamedTuple):
    """The defaults mean that nothing is known. The user's own settings take precedence."""

    name: str = ""
    pkce_assumed: bool = False  # supports S256, but does not list it in its metadata
    authorize: tuple[tuple[str, str], ...] = ()  # extra parameters for the authorization request
    offline_scope: bool = True  # False: there is no offline_access scope
    consent: bool = True  # False: offline_access needs no prompt=consent, which would ask the user once more
    # A part of the authorization endpoint's path. With it, a scope that names its own resource
    # (api://id/read) replaces the `resource` parameter, which the issuer refuses together with it.
    resource_in_scopes: str = ""
    # Paths of an authorization endpoint that expects the scopes of a user token in `user_scope`.
    user_scope_at: tuple[str, ...] = ()
    # Path segments of the issuer that stand for any tenant; its metadata then says {tenantid} instead.
    any_tenant: tuple[str, ...] = ()
    token_refused: str = ""  # why a server may refuse a token that was just issued: no audience was requested


UNKNOWN = Vendor()

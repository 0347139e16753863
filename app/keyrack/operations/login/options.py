"""The options of one login."""

from __future__ import annotations

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.oauth.challenge import Challenge


class LoginOptions(NamedTuple):
    """Options that the user can set for one login."""

    scopes: tuple[str, ...] = ()  # requested in addition to the discovered ones, now and at later logins
    client_id: str | None = None
    client_secret: Secret | None = None
    client_key: Secret | None = None  # a private key, for private_key_jwt
    client_metadata_url: str | None = None
    callback_port: int | None = None
    redirect_host: str | None = None
    callback_path: str | None = None
    open_browser: bool = True
    device: bool = False  # request a device code at once, if the issuer offers one
    wait: float = 300.0  # seconds to wait for the browser sign-in
    challenge: Challenge | None = None  # from the server, if it has just refused a request
    drop_scopes: tuple[str, ...] = ()  # not requested, and forgotten if an earlier login added them
    reset_scopes: bool = False  # forget all scopes that earlier logins added

"""What a person may ask of one login."""

from __future__ import annotations

from typing import NamedTuple

from keyrack.domain.secret import Secret
from keyrack.oauth.challenge import Challenge


class LoginOptions(NamedTuple):
    """What a person may ask of one login."""

    scopes: tuple[str, ...] = ()  # asked for on top of what discovery says, now and at later logins
    client_id: str | None = None
    client_secret: Secret | None = None
    client_key: Secret | None = None  # a private key, for private_key_jwt
    client_metadata_url: str | None = None
    callback_port: int | None = None
    redirect_host: str | None = None
    callback_path: str | None = None
    open_browser: bool = True
    device: bool = False  # ask for a code for another device at once, where the server offers that
    wait: float = 300.0  # seconds for the person in the browser
    challenge: Challenge | None = None  # the server's, where a request has just been refused
    drop_scopes: tuple[str, ...] = ()  # not asked for, and forgotten where an earlier login had added them
    reset_scopes: bool = False  # forget all that earlier logins had added

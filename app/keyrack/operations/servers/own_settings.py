"""Adds the setting in keyrack's own file that may help to an error's hint."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server
from keyrack.domain.resource import host, is_address
from keyrack.operations.ports import Adapters

BARE = re.compile(r"[A-Za-z0-9_-]+")  # a TOML key that needs no quotes
# By the name in an error's `setting`: when it helps, and the lines for the server's table.
SETTINGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "access_type": (
        "If it only issues a refresh token on request, as Google does",
        ('authorize.access_type = "offline"',),
    ),
    "audience": (
        "If that profile is not enabled",
        ('authorize.audience = "…"  # the identifier of the API',),
    ),
    "client_cert": (
        "If you have such a certificate",
        ('client_cert = "/path/to/certificate.pem"', 'client_key_file = "/path/to/its.key"'),
    ),
    "issuer": ("If your certificate is for this issuer", ('issuer = "https://…"',)),
    "pkce": ("If you know that it supports S256 anyway", ('pkce = "assumed"',)),
    "ca_file": (
        "If you have the certificate of the authority that signed it",
        ('ca_file = "/path/to/ca.pem"',),
    ),
    "callback": (
        "If your app is registered with another redirect URI",
        ('callback_port = 8080  # and if they differ: callback_path = "/…", redirect_host = "localhost"',),
    ),
    "resource": ("If it does not accept the resource parameter (RFC 8707)", ("resource = false",)),
}


def name_setting(adapters: Adapters, error: KeyrackError, server: Server) -> None:
    """Add the setting to the error's hint, with the file and the table that it belongs in."""
    if error.setting not in SETTINGS:
        return
    when, lines = SETTINGS[error.setting]
    own = any(source.client == "keyrack" for source in server.sources)
    head = [table_of(server)] if own else [table_of(server), f"url = {_text(server.url or '')}"]
    error.hint = "\n".join(
        (error.hint, f"{when}, add this to {adapters.config_file()}:", *head, *lines)
    ).strip()


def table_of(server: Server) -> str:
    """The heading of its table in keyrack's own file, or of a new one if it has none."""
    own = (source.name for source in server.sources if source.client == "keyrack")
    name = next(own, host(server.name) if is_address(server.name) else server.name)
    return f"[servers.{name if BARE.fullmatch(name) else _text(name)}]"


def _text(value: str) -> str:
    """A TOML basic string. Here it is the same as in JSON."""
    return json.dumps(value, ensure_ascii=False)

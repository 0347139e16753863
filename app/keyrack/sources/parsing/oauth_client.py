"""Reads the OAuth client that a program's file names: one that was registered by hand for this program."""

from __future__ import annotations

from typing import TypeVar

from keyrack.domain.errors import BadUrl
from keyrack.domain.model import ClientSettings
from keyrack.domain.redirect import parse_redirect
from keyrack.sources.parsing.collector import Fields
from keyrack.sources.parsing.interpolate import fill, has_variable

C = TypeVar("C", ClientSettings, ClientSettings | None)
NO_SETTINGS = ClientSettings()


def settings_of(fields: Fields) -> ClientSettings:
    """The OAuth client that an object describes, in any spelling that programs use."""
    if not fields.data:
        return NO_SETTINGS
    collector = fields.collector
    client_id = fields.text("client_id", "clientId", "CLIENT_ID")
    secret = fields.text("client_secret", "clientSecret", "CLIENT_SECRET")
    port = fields.number("callback_port", "callbackPort")
    if port is not None and not 0 < port < 65536:
        collector.problem("The callback port must be between 1 and 65535.", entry=fields.entry)
        port = None
    if not collector.trusted:
        if secret:
            collector.problem(
                "A project's file can't contain a client secret; it is ignored.", entry=fields.entry
            )
        # No metadata and no redirect elsewhere: whoever names the token endpoint gets the code.
        return ClientSettings(
            client_id=_literal(fields, "client ID", client_id),
            scopes=fields.words("scopes", "scope"),
            callback_port=port,
            issuer=_literal(fields, "issuer", fields.text("issuer")),
        )
    return ClientSettings(
        client_id=fill(client_id, collector.style, collector.env).value.reveal() or None
        if client_id
        else None,
        client_secret=fill(secret, collector.style, collector.env).value or None if secret else None,
        scopes=fields.words("scopes", "scope"),
        callback_port=port,
        redirect_host=fields.text("redirect_host"),
        client_metadata_url=fields.text("client_metadata_url", "clientMetadataUrl"),
        issuer=fields.text("issuer"),
        metadata_url=fields.text("authServerMetadataUrl", "metadata_url"),
    )


def registered_with(client: C, host: str, port: int | None = None, path: str | None = None) -> C:
    """The client with the program's own redirect URI, if the file names none: it was registered with that."""
    if client is None or not client.client_id:
        return client
    return client._replace(
        redirect_host=client.redirect_host or host,
        callback_port=client.callback_port or port,
        callback_path=client.callback_path or path,
    )


def coming_back_to(client: ClientSettings, redirect_uri: str, fields: Fields) -> ClientSettings:
    """The client with the redirect URI that the file names.

    One that is not on this machine is reported and kept, and a login with that client is refused.
    """
    try:
        host, port, path = parse_redirect(redirect_uri)
    except BadUrl as error:
        fields.collector.problem(f"{error} {error.hint}".strip(), entry=fields.entry)
        return client._replace(redirect_host=redirect_uri) if client.client_id else client
    return client._replace(redirect_host=host, callback_port=port or client.callback_port, callback_path=path)


def _literal(fields: Fields, what: str, text: str | None) -> str | None:
    """A text from a project's file; None, with a problem, if it contains a variable."""
    if text and has_variable(text, fields.collector.style):
        fields.collector.problem(
            f"A project's file can't use variables in the {what}; it is ignored.", entry=fields.entry
        )
        return None
    return text

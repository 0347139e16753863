"""Codex CLI: `[mcp_servers.NAME]` in `config.toml`. It has no `${X}`: fields name the variables.

Its redirect URI (0.171): `callback_url` in the server's `oauth` table is the registered one. Without it,
it is the top-level `mcp_oauth_callback_url`, or /callback on 127.0.0.1, followed by an ID that Codex
derives from the server's address.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from keyrack.domain.errors import BadUrl
from keyrack.domain.model import ClientSettings, Header, Source
from keyrack.domain.resource import origin, parse_url
from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditFields
from keyrack.sources.parsing import entries, oauth_client
from keyrack.sources.parsing.collector import Collector, Fields, entries_with
from keyrack.sources.parsing.headers import bearer_of, header_of, headers_of
from keyrack.sources.parsing.interpolate import BRACES, NONE
from keyrack.system import toml

STYLE = NONE
EDIT = EditFields(
    "mcp_servers", headers="http_headers", bearer="bearer_token_env_var", others="env_http_headers"
)
CONNECT = Connect(
    "mcp_servers",
    syntax="toml",
    passes="env_vars",
    helper="http_headers_helper",
    variable="bearer_token_env_var",
    names="[A-Za-z0-9_-]+",
    gives=("HOME", "LANG", "LC_ALL", "PATH", "TERM", "USER"),
    gives_helper=("HOME", "LANG", "LC_ALL", "PATH", "PWD", "TERM", "USER"),
    elsewhere=True,
)


def read(text: str, collector: Collector) -> frozenset[str]:
    """Returns the projects that the user's file trusts."""
    data = toml.parse(text)
    table = collector.table(data, "mcp_servers")
    collector.off = entries_with(table, "enabled", False)
    for name, entry in collector.entries(table):
        fields = Fields(entry, collector, name)
        client = _client(fields, Fields(data, collector, name))
        entries.add(
            collector, name, entry, client=client, headers=_headers(fields), helper_key="http_headers_helper"
        )
    projects = collector.table(data, "projects") if collector.trusted else {}
    return frozenset(
        path
        for path, each in projects.items()
        if isinstance(each, dict) and each.get("trust_level") == "trusted"
    )


def is_off(source: Source, said: Sequence[Any]) -> bool:
    """Is it in the file of a project that the user does not trust?

    Codex looks for the trust of the folder, and of those around it in the same repository.
    """
    if not source.scope.startswith("project "):
        return False
    trusted = frozenset[str]().union(*filter(None, said))
    folder = source.scope.removeprefix("project ")
    while folder not in trusted:
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(f"{folder}/.git"):
            return True
        folder = parent
    return False


def _client(fields: Fields, top: Fields) -> ClientSettings:
    oauth = fields.sub("oauth")
    client = oauth_client.settings_of(oauth)._replace(scopes=fields.words("scopes"))
    own = oauth.text("callback_url")
    if own:
        client = oauth_client.coming_back_to(client, own, oauth)
    elif client.client_id:
        common = top.text("mcp_oauth_callback_url")
        if common:
            client = oauth_client.coming_back_to(client, common, top)
        path = f"{(client.callback_path or '/callback').rstrip('/')}/{_callback_id(fields.text('url') or '')}"
        client = client._replace(callback_path=path)
    if client.client_id and client.callback_port is None:
        client = client._replace(callback_port=top.number("mcp_oauth_callback_port"))
    return client


def _callback_id(url: str) -> str:
    """The first 9 bytes of the address's SHA-256, in base64url."""
    from base64 import urlsafe_b64encode  # late: few files name a client
    from hashlib import sha256

    try:
        url = parse_url(url)
        whole = f"{url}/" if url == origin(url) else url
    except BadUrl:
        whole = url
    return urlsafe_b64encode(sha256(whole.encode()).digest()[:9]).decode()


def _headers(fields: Fields) -> tuple[Header, ...]:
    collector, entry = fields.collector, fields.entry
    found: list[Header | None] = [*bearer_of(fields, "bearer_token_env_var")]
    for name, variable in fields.table("env_http_headers").items():
        reference = f"${{{variable}}}" if isinstance(variable, str) else variable
        found.append(header_of(name, reference, collector, entry, style=BRACES))
    own = headers_of(fields.table("http_headers"), collector, entry)
    return entries.joined(tuple(header for header in found if header is not None), own)

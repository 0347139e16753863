"""Codex: a keychain item per server, or `$CODEX_HOME/.credentials.json` where there is no keychain.

It can't read a file with a row that lacks one of its fields.
"""

import json
from collections.abc import Iterator

from keyrack.domain.digests import sha256_hex
from keyrack.sources.tokens.folder import Folder
from keyrack.sources.tokens.layout import MILLISECONDS, Layout, Opened, Row, text, value_at
from keyrack.system.paths import Env

FILE = Layout(expires_at="expires_at", unit=MILLISECONDS, is_whole=True, expires_in="", scope="scopes")
ITEM = Layout(
    "token_response.access_token",
    "token_response.refresh_token",
    "expires_at",
    MILLISECONDS,
    is_whole=True,
    expires_in="token_response.expires_in",
    scope="token_response.scope",
)


def rows(opened: Opened) -> Iterator[Row]:
    if opened.item is not None:
        found, layout, url = [((), "", opened.data)], ITEM, "url"
    else:
        found, layout, url = opened.objects(), FILE, "server_url"
    for path, _, row in found:
        yield Row(
            path,
            row,
            layout,
            name=text(row.get("server_name")),
            url=text(row.get(url)),
            issuer=text(row.get("issuer")) or None,
            client_id=text(row.get("client_id")) or None,
            needs=("server_name", url, "client_id", layout.access),
        )


def accounts(env: Env, folder: Folder) -> Iterator[str]:
    """The accounts of its keychain items, for the servers in its configuration."""
    servers = value_at(folder.read("config.toml"), ("mcp_servers",))
    for name, entry in servers.items() if isinstance(servers, dict) else ():
        if isinstance(url := value_at(entry, ("url",)), str):
            about = json.dumps({"type": "http", "url": url, "headers": {}}, separators=(",", ":"))
            yield f"{name}|{sha256_hex(about.encode())[:16]}"

"""Mistral Vibe: keychain items `mcp-oauth:<name>:tokens`, `…:client_info` and `…:fingerprint`, which has the
URL. It has no file for tokens.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.folder import Folder
from keyrack.sources.tokens.layout import SECONDS, Layout, Opened, Row, secret, text_at, value_at
from keyrack.system.paths import Env

LAYOUT = Layout(expires_at="expires_at", unit=SECONDS)  # with a fraction
PREFIX, TOKENS = "mcp-oauth:", ":tokens"


def rows(opened: Opened) -> Iterator[Row]:
    stem = opened.name.removesuffix(TOKENS)
    if stem == opened.name or not stem.startswith(PREFIX):
        return
    client = opened.beside_item(f"{stem}:client_info")
    yield Row(
        (),
        opened.data,
        LAYOUT,
        name=stem.removeprefix(PREFIX),
        url=text_at(opened.beside_item(f"{stem}:fingerprint"), "url"),
        client_id=text_at(client, "client_id") or None,
        client_secret=secret(value_at(client, ("client_secret",))),
        needs=("access_token", "token_type"),
    )


def accounts(env: Env, folder: Folder) -> Iterator[str]:
    """The accounts of its keychain items, for the servers in its configuration."""
    servers = value_at(folder.read("config.toml"), ("mcp_servers",))
    for entry in servers if isinstance(servers, list) else ():
        if name := text_at(entry, "name"):
            yield from (f"{PREFIX}{name}:{kind}" for kind in ("tokens", "client_info", "fingerprint"))

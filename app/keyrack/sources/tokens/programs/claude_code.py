"""Claude Code: `mcpOAuth` in `~/.claude/.credentials.json`, which also contains the Claude login itself. On
macOS the same is one item in the keychain.

A row with an empty `accessToken` is left by every failed connection, and is no login. A pre-registered
client's secret is in `mcpOAuthClientConfig`.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.folder import Folder
from keyrack.sources.tokens.layout import (
    MILLISECONDS,
    Layout,
    Opened,
    Row,
    secret,
    text,
    text_at,
    value_at,
)
from keyrack.system.paths import Env

LAYOUT = Layout("accessToken", "refreshToken", "expiresAt", MILLISECONDS, expires_in="")


def rows(opened: Opened) -> Iterator[Row]:
    for path, key, row in opened.objects("mcpOAuth"):
        yield Row(
            path,
            row,
            LAYOUT,
            name=text(row.get("serverName")),
            url=text(row.get("serverUrl")),
            issuer=text_at(row, "discoveryState", "authorizationServerUrl") or None,
            client_id=text(row.get("clientId")) or None,
            client_secret=secret(row.get("clientSecret"))
            or secret(value_at(opened.data, ("mcpOAuthClientConfig", key, "clientSecret"))),
            needs=("serverName", "serverUrl", "accessToken"),
        )


def accounts(env: Env, folder: Folder) -> Iterator[str]:
    """The accounts of its keychain items."""
    if env.get("USER"):
        yield env["USER"]

"""Gemini CLI: an array in `~/.gemini/mcp-oauth-tokens.json`. Qwen Code, a fork of it, has the same."""

from collections.abc import Iterator

from keyrack.sources.tokens.layout import MILLISECONDS, Layout, Opened, Row, text

LAYOUT = Layout(
    "token.accessToken",
    "token.refreshToken",
    "token.expiresAt",
    MILLISECONDS,
    expires_in="",
    stored_at="updatedAt",
    scope="token.scope",
)


def rows(opened: Opened) -> Iterator[Row]:
    for path, _, row in opened.objects():
        yield Row(
            path,
            row,
            LAYOUT,
            name=text(row.get("serverName")),
            url=text(row.get("mcpServerUrl")),
            client_id=text(row.get("clientId")) or None,
            needs=("serverName", "token.accessToken"),
        )

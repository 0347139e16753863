"""Crush: `mcp.<name>.oauth_token` in the file in which it keeps what it changes itself."""

from collections.abc import Iterator

from keyrack.sources.tokens.layout import SECONDS, Layout, Opened, Row, secret, text_at, value_at

LAYOUT = Layout(expires_at="expires_at", unit=SECONDS, is_whole=True, scope="")


def rows(opened: Opened) -> Iterator[Row]:
    for path, name, entry in opened.objects("mcp"):
        row = entry.get("oauth_token")
        if isinstance(row, dict):
            yield Row(
                (*path, "oauth_token"),
                row,
                LAYOUT,
                name=name,
                url=text_at(entry, "url"),
                client_id=text_at(row, "client", "client_id") or None,
                client_secret=secret(value_at(row, ("client", "client_secret"))),
                needs=("access_token", "expires_in", "expires_at"),
            )

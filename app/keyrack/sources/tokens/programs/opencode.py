"""opencode: `mcp-auth.json`, by the server's name. Kilo, a fork of it, has the same.

`mcp list` registers clients and leaves rows without `tokens`, which are no logins.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.layout import SECONDS, Layout, Opened, Row, secret, text, text_at, value_at

LAYOUT = Layout(
    "tokens.accessToken",
    "tokens.refreshToken",
    "tokens.expiresAt",
    SECONDS,  # with a fraction
    expires_in="",
    scope="tokens.scope",
)


def rows(opened: Opened) -> Iterator[Row]:
    for path, name, row in opened.objects():
        yield Row(
            path,
            row,
            LAYOUT,
            name=name,
            url=text(row.get("serverUrl")),
            client_id=text_at(row, "clientInfo", "clientId") or None,
            client_secret=secret(value_at(row, ("clientInfo", "clientSecret"))),
            needs=("tokens.accessToken", "serverUrl"),
        )

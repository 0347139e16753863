"""mcporter: `entries` in `~/.mcporter/credentials.json`, which it creates with mode 0644.

It stores the token response as it came, so an expiry is an estimate from when the row was stored.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.layout import Layout, Opened, Row, secret, text, text_at, value_at

LAYOUT = Layout(
    "tokens.access_token",
    "tokens.refresh_token",
    expires_in="tokens.expires_in",
    stored_at="updatedAt",
    scope="tokens.scope",
)


def rows(opened: Opened) -> Iterator[Row]:
    for path, _, row in opened.objects("entries"):
        yield Row(
            path,
            row,
            LAYOUT,
            name=text(row.get("serverName")),
            url=text(row.get("serverUrl")),
            issuer=text_at(row, "tokens", "issuer") or text_at(row, "clientInfo", "issuer") or None,
            client_id=text_at(row, "clientInfo", "client_id") or None,
            client_secret=secret(value_at(row, ("clientInfo", "client_secret"))),
            needs=("serverName", "serverUrl", "tokens.access_token", "tokens.token_type"),
        )

"""Cline: `oauth` of an entry in the same file that configures its servers.

It stores the token response as it came, so an expiry is an estimate from the last sign-in.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.layout import MILLISECONDS, Layout, Opened, Row, secret, text_at, value_at

LAYOUT = Layout(
    "tokens.access_token",
    "tokens.refresh_token",
    unit=MILLISECONDS,
    expires_in="tokens.expires_in",
    stored_at="lastAuthenticatedAt",
    scope="tokens.scope",
)


def rows(opened: Opened) -> Iterator[Row]:
    for path, name, entry in opened.objects("mcpServers"):
        row = entry.get("oauth")
        if isinstance(row, dict):
            yield Row(
                (*path, "oauth"),
                row,
                LAYOUT,
                name=name,
                url=text_at(entry, "transport", "url") or text_at(entry, "url"),
                issuer=text_at(row, "discoveryState", "authorizationServerUrl") or None,
                client_id=text_at(row, "clientInformation", "client_id") or None,
                client_secret=secret(value_at(row, ("clientInformation", "client_secret"))),
                needs=("tokens.access_token", "tokens.token_type"),
            )

"""Antigravity: `mcp_oauth_tokens.json`, by the server's URL or name, perhaps in `tokens`.

How it writes an expiry is not known, so none is read.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.layout import Layout, Opened, Row, text_at

LAYOUT = Layout(expires_in="")


def rows(opened: Opened) -> Iterator[Row]:
    for within in ((), ("tokens",)):
        for path, key, row in opened.objects(*within):
            is_url = key.startswith(("https://", "http://"))
            yield Row(
                path,
                row,
                LAYOUT,
                name="" if is_url else key,
                url=key if is_url else text_at(row, "serverUrl"),
                client_id=text_at(row, "client_id") or None,
                needs=("access_token",),
            )

"""mcp: `tokens` and `clients` in `~/.config/mcp/auth.json`, by the server's URL without slashes at its end.

It can't read a file in which an `expires_at` is not a whole number.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.layout import SECONDS, Layout, Opened, Row, secret, text_at, value_at

LAYOUT = Layout(expires_at="expires_at", unit=SECONDS, is_whole=True, expires_in="", scope="")


def rows(opened: Opened) -> Iterator[Row]:
    for path, url, row in opened.objects("tokens"):
        yield Row(
            path,
            row,
            LAYOUT,
            url=url,
            client_id=text_at(opened.data, "clients", url, "client_id") or None,
            client_secret=secret(value_at(opened.data, ("clients", url, "client_secret"))),
            needs=("access_token",),
        )

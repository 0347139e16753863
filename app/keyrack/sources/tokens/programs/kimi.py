"""Kimi Code: `<name>-<hash>-tokens.json`, with the server, the client and the issuer in files beside it.

The token response is stored with the time when it came, so its expiry is known.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.layout import MILLISECONDS, Layout, Opened, Row, secret, text_at, value_at

LAYOUT = Layout(unit=MILLISECONDS, obtained_at="obtained_at")
SUFFIX = "-tokens.json"


def rows(opened: Opened) -> Iterator[Row]:
    stem = opened.name.removesuffix(SUFFIX)
    others = tuple(f"{stem}-{kind}.json" for kind in ("client", "discovery", "meta"))
    client, discovery, meta = opened.client(others[0]), opened.client(others[1]), opened.beside(others[2])
    yield Row(
        (),
        opened.data,
        LAYOUT,
        name=text_at(meta, "serverName"),
        url=text_at(meta, "serverUrl"),
        issuer=text_at(discovery, "authorizationServerUrl") or None,
        client_id=text_at(client, "client_id") or None,
        client_secret=secret(value_at(client, ("client_secret",))),
        needs=("access_token", "token_type"),
        others=others,
    )

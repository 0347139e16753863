"""Amazon Q: `<SHA-256 of the URL's origin and path>.token.json`, with the client in a file beside it.

It stores the token response as it came, so an expiry is an estimate from the file's time. Its folder is also
that of AWS's own logins, whose files are named otherwise.
"""

import re
from collections.abc import Iterator

from keyrack.domain.digests import sha256_hex
from keyrack.sources.tokens.layout import Layout, Opened, Row, secret, text_at, value_at

LAYOUT = Layout()
SUFFIX = ".token.json"
PORTS = {"http": ":80", "https": ":443"}


def rows(opened: Opened) -> Iterator[Row]:
    stem = opened.name.removesuffix(SUFFIX)
    if not re.fullmatch(r"[0-9a-f]{64}", stem):
        return
    about = f"{stem}.registration.json"
    client = opened.client(about)
    yield Row(
        (),
        opened.data,
        LAYOUT,
        url=opened.urls.with_digest(_digest, stem),
        client_id=text_at(client, "client_id") or None,
        client_secret=secret(value_at(client, ("client_secret",))),
        needs=("access_token", "token_type"),
        others=(about,),
    )


def _digest(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("?")[0].partition("/")
    host = host.lower().removesuffix(PORTS.get(scheme, ":"))
    return sha256_hex(f"{scheme}://{host}{slash or '/'}{path}".encode())

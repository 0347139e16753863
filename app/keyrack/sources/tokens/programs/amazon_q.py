"""Amazon Q: `<SHA-256 of the URL's origin and path>.token.json`, with the client in a file beside it.

It stores the token response as it came, so an expiry is an estimate from the file's time. Its folder is also
that of AWS's own logins, whose files are named otherwise.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlsplit

from keyrack.sources.tokens.layout import Layout, Opened, Row, secret, text_at, value_at

LAYOUT = Layout()
SUFFIX = ".token.json"
PORTS = {"http": 80, "https": 443}


def rows(opened: Opened) -> Iterator[Row]:
    stem = opened.name.removesuffix(SUFFIX)
    if not re.fullmatch(r"[0-9a-f]{64}", stem):
        return
    about = f"{stem}.registration.json"
    client = opened.beside(about)
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
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port not in (None, PORTS.get(parts.scheme)) else ""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return sha256(f"{parts.scheme}://{host}{port}{parts.path or '/'}".encode()).hexdigest()

"""mcp-remote: `<md5 of the URL>_tokens.json`, with the client in a file beside it. The URL is in neither.

Old versions stored no `expires_at`.
"""

from collections.abc import Iterator

from keyrack.domain.digests import md5_hex
from keyrack.sources.tokens.layout import MILLISECONDS, Layout, Opened, Row, secret, text_at, value_at

LAYOUT = Layout(expires_at="expires_at", unit=MILLISECONDS, is_whole=True)
SUFFIX = "_tokens.json"


def rows(opened: Opened) -> Iterator[Row]:
    stem = opened.name.removesuffix(SUFFIX)
    about = f"{stem}_client_info.json"
    client = opened.client(about)
    yield Row(
        (),
        opened.data,
        LAYOUT,
        url=opened.urls.with_digest(_digest, stem),
        issuer=text_at(opened.data, "issuer") or text_at(client, "issuer") or None,
        client_id=text_at(client, "client_id") or None,
        client_secret=secret(value_at(client, ("client_secret",))),
        needs=("access_token", "token_type"),
        others=(about, f"{stem}_code_verifier.txt"),
    )


def _digest(url: str) -> str:
    return md5_hex(url.encode())

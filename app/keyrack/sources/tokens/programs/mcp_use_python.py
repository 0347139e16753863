"""mcp-use (Python): a file for each URL, named after its host and path, and the client's registration in a
folder beside it. The URL is in neither.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.layout import SECONDS, Layout, Opened, Row, secret, text_at, value_at

LAYOUT = Layout(expires_at="expires_at", unit=SECONDS, expires_in="")


def rows(opened: Opened) -> Iterator[Row]:
    stem = opened.name.removesuffix(".json")
    about = f"registrations/{stem}_registration.json"
    client = opened.client(about)
    yield Row(
        (),
        opened.data,
        LAYOUT,
        url=opened.urls.with_digest(stem_of, stem),
        client_id=text_at(client, "client_id") or None,
        client_secret=secret(value_at(client, ("client_secret",))),
        needs=("access_token", "token_type"),
        others=(about,),
    )


def stem_of(url: str) -> str:
    """The name of the URL's files, without the end."""
    host, slash, path = url.rstrip("/").partition("://")[2].partition("?")[0].partition("/")
    return f"{host}_{slash}{path}".replace("/", "_")

"""Copilot CLI: `<hash>.tokens.json` beside `<hash>.json`, which has the server and the client. With a
keychain, the tokens are an item whose account is the hash, and the other file stays.

For each session there is a copy of the access token under another hash, without a refresh token or without
the other file. These are no logins.
"""

from collections.abc import Iterator

from keyrack.sources.tokens.folder import Folder
from keyrack.sources.tokens.layout import SECONDS, Layout, Opened, Row, secret, text, value_at
from keyrack.system.paths import Env

LAYOUT = Layout("accessToken", "refreshToken", "expiresAt", SECONDS, is_whole=True, expires_in="")
SUFFIX = ".tokens.json"


def rows(opened: Opened) -> Iterator[Row]:
    about = f"{opened.name.removesuffix(SUFFIX)}.json"
    server = opened.beside(about)
    if isinstance(server, dict) and secret(value_at(opened.data, ("refreshToken",))):
        yield Row(
            (),
            opened.data,
            LAYOUT,
            url=text(server.get("serverUrl")),
            issuer=text(server.get("authorizationServerUrl")) or None,
            client_id=text(server.get("clientId")) or None,
            client_secret=secret(server.get("clientSecret")),
            needs=("accessToken", "expiresAt"),
            others=(about,),
        )


def accounts(env: Env, folder: Folder) -> Iterator[str]:
    """The accounts of its keychain items."""
    yield from (name.removesuffix(".json") for name in folder.names(".json") if not name.endswith(SUFFIX))

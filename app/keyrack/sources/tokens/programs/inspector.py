"""MCP Inspector: keychain items, or `secrets` in `~/.mcp-inspector/secrets.json`, by account names
`oauth+<namespace>+<quoted URL>:tokens:<issuer>`. The client is in `storage/oauth.json`, where older versions
had the tokens too.

It stores the token response as it came, so an expiry is an estimate from the file's or the item's time.
"""

import re
from collections.abc import Iterator
from typing import Any

from keyrack.sources.tokens.folder import Folder
from keyrack.sources.tokens.layout import Layout, Opened, Row, secret, text_at, value_at
from keyrack.system.files import BadFile
from keyrack.system.paths import Env

LAYOUT = Layout()
OLD = Layout(
    "tokens.access_token", "tokens.refresh_token", expires_in="tokens.expires_in", scope="tokens.scope"
)
TOKENS = ":tokens:"
SECRETS, OAUTH = "secrets.json", "oauth.json"
NEEDS = ("access_token", "token_type")


def rows(opened: Opened) -> Iterator[Row]:
    if opened.item is None and opened.name == OAUTH:
        yield from _old_rows(opened)
        return
    if opened.item is None and text_at(opened.data, "encryption") not in ("", "none"):
        raise BadFile("It is encrypted, so keyrack can't see which tokens it holds.")
    found = opened.encoded("secrets") if opened.item is None else [((), opened.item.account, opened.data)]
    about = opened.beside(f"storage/{OAUTH}")
    for path, account, row in found:
        where, is_tokens, issuer = account.partition(TOKENS)
        if where.startswith("oauth+") and is_tokens:
            url = _unquoted(where.split("+", 2)[-1])
            yield _row(path, row, LAYOUT, url, issuer, _issuers(about, url).get(issuer), NEEDS)


def _old_rows(opened: Opened) -> Iterator[Row]:
    for path, url, _ in opened.objects("servers"):
        for inner, issuer, row in opened.objects(*path, "byIssuer"):
            yield _row((*inner,), row, OLD, url, issuer, row, tuple(f"tokens.{name}" for name in NEEDS))


def _row(
    path: Any, row: Any, layout: Layout, url: str, issuer: str, about: Any, needs: tuple[str, ...]
) -> Row:
    return Row(
        path,
        row,
        layout,
        url=url,
        issuer=issuer or None,
        client_id=text_at(about, "clientInformation", "client_id") or None,
        client_secret=secret(value_at(about, ("clientInformation", "client_secret"))),
        needs=needs,
    )


def accounts(env: Env, folder: Folder) -> Iterator[str]:
    """The accounts of its keychain items."""
    from urllib.parse import quote

    about = folder.read(f"storage/{OAUTH}")
    namespace = text_at(about, "secretsNamespace")
    servers = value_at(about, ("servers",))
    for url in servers if isinstance(servers, dict) else ():
        for issuer in _issuers(about, url):
            yield f"oauth+{namespace}+{quote(url, safe='')}{TOKENS}{issuer}"


def _unquoted(url: str) -> str:
    """The list would have to import `urllib` only for this."""
    quoted = url.encode(errors="replace")
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), quoted).decode(
        errors="replace"
    )


def _issuers(about: Any, url: str) -> dict[str, Any]:
    found = value_at(about, ("servers", url, "byIssuer"))
    return found if isinstance(found, dict) else {}

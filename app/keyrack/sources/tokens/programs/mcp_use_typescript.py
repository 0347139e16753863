"""mcp-use (TypeScript): `mcp_auth_<hash>_tokens` in a folder `<hash>` for each URL, and the sessions in
`cli-sessions.json`, of which one may have a token itself. Version 2 keeps such folders for each server, in a
folder named by the SHA-256 of the server's name.

A hash has only 32 bits, so anybody can find another URL with it. Therefore the URL is taken only from the
program's own files. An expiry is an estimate from the file's time: the token response is stored as it came.
"""

from collections.abc import Iterator
from functools import cache

from keyrack.domain.digests import sha256_hex
from keyrack.sources.tokens.layout import Layout, Opened, Row, secret, text_at, value_at

LAYOUT = Layout()
SESSION = Layout("authToken", "", expires_in="", scope="")
SESSIONS, SERVERS = "cli-sessions.json", "servers.json"
END = "_tokens"


def rows(opened: Opened) -> Iterator[Row]:
    if opened.name == SESSIONS:
        for path, name, row in opened.objects("sessions"):
            yield Row(path, row, SESSION, name=name, url=text_at(row, "url"), needs=("type", "url"))
        return
    folders = opened.path.replace("\\", "/").split("/")[:-1]
    stem = opened.name.removesuffix(END)
    about = f"{stem}_client_info"
    client = opened.client(about)
    name, url = _server(opened, folders)
    yield Row(
        (),
        opened.data,
        LAYOUT,
        name=name,
        url=url,
        client_id=text_at(client, "client_id") or None,
        client_secret=secret(value_at(client, ("client_secret",))),
        needs=("access_token", "token_type"),
        others=(about, f"{stem}_code_verifier"),
    )


def _server(opened: Opened, folders: list[str]) -> tuple[str, str]:
    """The name and the URL of the server that the file is for; "" if they are not known."""
    digest, owner = folders[-1], folders[-3] if len(folders) > 2 else ""
    is_version_2 = len(owner) == 64
    listed = opened.beside(f"../../../../{SERVERS}" if is_version_2 else f"../../{SESSIONS}")
    table = value_at(listed, ("servers" if is_version_2 else "sessions",))
    for name, entry in table.items() if isinstance(table, dict) else ():
        url = text_at(entry, "url")
        if url and hash_of(url) == digest and (not is_version_2 or _sha256(name) == owner):
            return name, url
    return "", ""


def _sha256(name: str) -> str:
    return sha256_hex(name.encode())


@cache
def hash_of(url: str) -> str:
    """The name of the URL's folder: as JavaScript's `hash * 31 + code`, in 32 bits, without its sign."""
    value = 0
    for code in memoryview(url.encode("utf-16")).cast("H")[1:]:  # without its byte-order mark
        value = (value * 31 + code) & 0xFFFFFFFF
    return format(value if value < 0x80000000 else 0x100000000 - value, "x")

"""keyrack's own `config.toml`.

    config_files = ["~/agents/servers.json"]     # files of mcp-use

    [servers.linear]
    url = "https://mcp.linear.app/mcp"
    account = "work"                             # optional, as all that follows
    client_id = "…"
    client_secret = "${LINEAR_SECRET}"
    scopes = ["read"]
    callback_port = 8085
    redirect_host = "localhost"
    client_metadata_url = "https://…"
    issuer = "https://…"
    grant_type = "client_credentials"            # a machine's login; its secret or key is in the keychain
    headers = { "X-Team" = "${TEAM}" }
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.clients import entries, files, toml
from keyrack.clients.gather import Fields, Gather
from keyrack.clients.interpolate import BRACES_OR_DEFAULT
from keyrack.clients.jsonc import Malformed
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import DEFAULT_ACCOUNT
from keyrack.domain.resource import parse_url

STYLE = BRACES_OR_DEFAULT


def read(text: str, gather: Gather) -> tuple[str, ...]:
    """Adds the servers; returns the paths in `config_files` as they are written."""
    data = toml.parse(text)
    for name, entry in gather.entries(gather.table(data, "servers")):
        fields = Fields(entry, gather, name)
        secret = entry.get("client_secret")
        if isinstance(secret, str) and "${" not in secret:
            gather.problem("“client_secret” stands in the file as it is; name a variable instead: "
                           'client_secret = "${NAME}".', entry=name)
        client = entries.settings_of(fields)
        grant_type = fields.text("grant_type")
        if grant_type == "client_credentials":
            client = client._replace(grant_type=grant_type)
        elif grant_type not in (None, "authorization_code"):
            gather.problem("“grant_type” is authorization_code or client_credentials.", entry=name)
        entries.add(gather, name, entry, client=client,
                    account=fields.text("account") or DEFAULT_ACCOUNT)
    return Fields(data, gather, "config_files").strings("config_files")


def add_server(path: str, name: str, url: str, **more: Any) -> None:
    """Write a server into the file, which need not exist; comments and order stay.

    `more` are the fields named above; None leaves one out. Raises BadUrl, and
    KeyrackError when the name is taken or the file can't be read or written; then
    nothing has changed.
    """
    import tomllib

    if not name.strip():
        raise KeyrackError("The server needs a name.")
    try:
        text = files.read_text(path)
    except files.NoFile:
        text = ""
    except files.BadFile as error:
        raise KeyrackError(f"{path}: {error} Nothing was changed.") from None
    try:
        data = toml.parse(text)
    except Malformed as error:
        where = f"{path}, line {error.line}" if error.line else path
        raise KeyrackError(f"{where}: {error} Nothing was changed.", hint="Mend the file first.") from None
    servers = data.get("servers", {})
    if not isinstance(servers, dict):
        raise KeyrackError(f"{path}: “servers” is not a table. Nothing was changed.")
    if name in servers:
        raise KeyrackError(f"{path} has a server called “{name}” already.", hint="Choose another name.")
    entry = {"url": parse_url(url), **{key: value for key, value in more.items() if value is not None}}
    wanted = {**data, "servers": {**servers, name: entry}}
    appended = _append(text, name, entry)
    try:
        kept = tomllib.loads(appended) == wanted
    except tomllib.TOMLDecodeError:
        kept = False  # `servers` is an inline table, which can't be added to
    files.write_atomically(path, appended if kept else _dump(wanted))


def _append(text: str, name: str, entry: Mapping[str, Any]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    if text and not text.endswith("\n"):
        text += newline
    return text + (newline if text else "") + _dump({"servers": {name: entry}}).replace("\n", newline)


def _dump(data: Mapping[str, Any]) -> str:
    import tomli_w

    return tomli_w.dumps(data)

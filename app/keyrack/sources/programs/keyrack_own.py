"""keyrack's own `config.toml`.

config_files = ["~/agents/servers.json"]     # files of mcp-use

[servers.linear]
url = "https://mcp.linear.app/mcp"
account = "work"                             # optional, like everything below
client_id = "…"
client_secret = "${LINEAR_SECRET}"
scopes = ["read"]
callback_port = 8085
callback_path = "/oauth/callback"
redirect_host = "localhost"
client_metadata_url = "https://…"
issuer = "https://…"
grant_type = "client_credentials"            # a machine login; its secret or key is in the keychain
confirm = true                               # ask before each hand-out of its token
headers = { "X-Team" = "${TEAM}" }
pkce = "assumed"                             # if the issuer's metadata does not list S256
resource = false                             # if the issuer refuses RFC 8707's parameter
ca_file = "~/keys/company-ca.pem"            # trusted for this server, in addition to the system's
client_cert = "~/keys/me.pem"                # mutual TLS, only with the server and its issuer
client_key_file = "~/keys/me.key"

[servers.postgres]                           # secrets that keyrack adopt has moved, by their name
confirm = true                               # ask before a local server gets them

[servers.linear.authorize]                   # extra parameters for the authorization request
access_type = "offline"

[[folders]]                                  # the account of programs that run there
path = "~/office/**"
account = "work"

[accounts]                                   # the default account of a server
"https://mcp.linear.app/mcp" = "work"
"https://wiki.example/mcp wiki-a" = "work"   # if several servers share the address

[hooks]                                      # commands of keyrack watch; see `domain.hooks`
on_login_needed = ["notify-phone"]

[publish]                                    # programs that get the server's fresh tokens
"https://mcp.linear.app/mcp" = "claude-code" # written by keyrack publish; several are separated by spaces
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keyrack.domain.errors import BadUrl
from keyrack.domain.model import DEFAULT_ACCOUNT, CredentialKey
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.reading import account_key
from keyrack.domain.resource import canonical_url
from keyrack.domain.settings import settings_of
from keyrack.sources.edit import EditToml
from keyrack.sources.parsing import entries, oauth_client
from keyrack.sources.parsing.collector import Collector, Fields
from keyrack.sources.parsing.interpolate import BRACES_OR_DEFAULT
from keyrack.sources.programs import keyrack_keys as known_keys
from keyrack.sources.programs import keyrack_servers as server_settings
from keyrack.system import toml

if TYPE_CHECKING:
    from keyrack.sources.folders import Folders

STYLE = BRACES_OR_DEFAULT
EDIT = EditToml("servers")


class OwnConfig(NamedTuple):
    """The file's other settings."""

    config_files: tuple[str, ...] = ()  # as written
    accounts: Mapping[str, str] = {}  # as in `Reading`
    publish: Mapping[str, str] = {}  # the same keys; the programs, separated by spaces
    folders: Folders | None = None
    confirm: frozenset[str] = frozenset()  # as in `Reading`


def read(text: str, collector: Collector) -> OwnConfig:
    """Add the servers. A mistake in a server's table becomes its `problem`: half a table is never used."""
    data = toml.parse(text)
    settings_of(data, collector.problem)
    if not known_keys.OF_HOOKS.isdisjoint(data):
        from keyrack.domain.hooks import hooks_of  # late: not on the path of a token

        hooks_of(data, collector.problem)
    if "keys" in data:
        from keyrack.domain.own_keys import keys_of

        keys_of(data, collector.problem)
    known_keys.point_out_in_file(data, collector)
    confirm: set[str] = set()
    for name, entry in collector.entries(collector.table(data, "servers")):
        if tuple(entry) == ("confirm",):  # about the secrets that a local process gets by `keyrack exec`
            Fields(entry, collector, name).flag("confirm")  # reports a mistake
            if entry["confirm"] is not False:
                confirm.add(CredentialKey.of_secrets(name).url)
            continue
        before = len(collector.problems)
        _add(collector, name, entry)
        url = collector.servers[-1].url
        if entry.get("confirm", False) is not False and url is not None:
            confirm.add(canonical_url(url))  # also if it is no `true`: it was meant to ask
        mistakes = collector.problems[before:]
        if mistakes and collector.servers[-1].problem is None:
            collector.servers[-1] = collector.servers[-1]._replace(problem=mistakes[0].sentence)
        _point_out(collector, name, entry)
    return OwnConfig(
        Fields(data, collector, "config_files").strings("config_files"),
        _by_server(data, collector, "accounts"),
        _by_server(data, collector, "publish"),
        _folders(data, text, collector) if "folders" in data else None,
        frozenset(confirm),
    )


def _add(collector: Collector, name: str, entry: Mapping[str, Any]) -> None:
    fields = Fields(entry, collector, name)
    client = server_settings.with_server_settings(oauth_client.settings_of(fields), fields)
    fields.flag("confirm")  # reports a mistake
    grant_type = fields.text("grant_type")
    if grant_type == "client_credentials":
        client = client._replace(grant_type=grant_type)
    elif grant_type not in (None, "authorization_code"):
        collector.problem("“grant_type” must be authorization_code or client_credentials.", entry=name)
    entries.add(collector, name, entry, client=client, account=fields.text("account") or DEFAULT_ACCOUNT)


def _point_out(collector: Collector, name: str, entry: Mapping[str, Any]) -> None:
    """Report mistakes that do not affect the rest of the table."""
    known_keys.point_out_in_server(entry, collector, name)
    secret = entry.get("client_secret")
    if isinstance(secret, str) and "${" not in secret:
        collector.problem(
            "“client_secret” is in plain text in the file. Use a variable instead: "
            'client_secret = "${NAME}".',
            entry=name,
        )


def _folders(data: Mapping[str, Any], text: str, collector: Collector) -> Folders:
    from keyrack.sources import folders

    return folders.read(data, text, collector)


def _by_server(data: Mapping[str, Any], collector: Collector, table: str) -> Mapping[str, str]:
    """A table of texts by a server's address, and its name if several share that."""
    found: dict[str, str] = {}
    for url, text in Fields(data, collector, table).texts(table).items():
        try:
            found[account_key(url)] = text
        except BadUrl as error:
            collector.problem(str(error), entry=table)
    return found

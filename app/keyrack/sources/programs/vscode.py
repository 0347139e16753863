"""VS Code: the user's `mcp.json` and a workspace's `.vscode/mcp.json`; the root key is `servers`."""

from __future__ import annotations

from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import entries, jsonc, oauth_client
from keyrack.sources.parsing.collector import Collector, Fields
from keyrack.sources.parsing.interpolate import ENV_OR_INPUT

STYLE = ENV_OR_INPUT
EDIT = EditJson("servers", "${env:NAME}")


def read(text: str, collector: Collector) -> None:
    document = jsonc.parse(text, comments=True, commas=True)
    collector.repeated(document.repeated)
    for name, entry in collector.entries(collector.table(document.data, "servers")):
        client = oauth_client.settings_of(Fields(entry, collector, name).sub("oauth"))
        # Its redirect URI on this machine; the other one, at vscode.dev, only leads back to VS Code.
        client = oauth_client.registered_with(client, "127.0.0.1", 33418, "/")
        entries.add(collector, name, entry, client=client)

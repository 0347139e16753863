"""Cursor: `~/.cursor/mcp.json` and a project's `.cursor/mcp.json`."""

from __future__ import annotations

from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import entries, jsonc, oauth_client
from keyrack.sources.parsing.collector import Collector, Fields, entries_with
from keyrack.sources.parsing.interpolate import ENV_OR_INPUT

STYLE = ENV_OR_INPUT
EDIT = EditJson("mcpServers", "${env:NAME}")


def read(text: str, collector: Collector) -> None:
    document = jsonc.parse(text, comments=True, commas=True)
    collector.repeated(document.repeated)
    table = collector.table(document.data, "mcpServers")
    collector.off = entries_with(table, "disabled", True)
    for name, entry in collector.entries(table):
        client = oauth_client.settings_of(Fields(entry, collector, name).sub("auth"))
        entries.add(collector, name, entry, client=oauth_client.registered_with(client, "localhost", 8787))

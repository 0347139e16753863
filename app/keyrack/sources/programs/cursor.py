"""Cursor: `~/.cursor/mcp.json` and a project's `.cursor/mcp.json`."""

from __future__ import annotations

from keyrack.sources.parsing import entries, jsonc, oauth_client
from keyrack.sources.parsing.gather import Fields, Gather, entries_with
from keyrack.sources.parsing.interpolate import ENV_OR_INPUT

STYLE = ENV_OR_INPUT
TAKES_REFERENCES = True


def read(text: str, gather: Gather) -> None:
    document = jsonc.parse(text, comments=True, commas=True)
    gather.repeated(document.repeated)
    table = gather.table(document.data, "mcpServers")
    gather.off = entries_with(table, "disabled", True)
    for name, entry in gather.entries(table):
        client = oauth_client.settings_of(Fields(entry, gather, name).sub("auth"))
        entries.add(gather, name, entry, client=oauth_client.registered_with(client, "localhost", 8787))

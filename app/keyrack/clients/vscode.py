"""VS Code: the user's `mcp.json` and a workspace's `.vscode/mcp.json`; the root key is `servers`."""

from __future__ import annotations

from keyrack.clients import entries, jsonc
from keyrack.clients.gather import Gather
from keyrack.clients.interpolate import ENV_OR_INPUT

STYLE = ENV_OR_INPUT
TAKES_REFERENCES = True


def read(text: str, gather: Gather) -> None:
    document = jsonc.parse(text, comments=True, commas=True)
    gather.repeated(document.repeated)
    for name, entry in gather.entries(gather.table(document.data, "servers")):
        entries.add(gather, name, entry)

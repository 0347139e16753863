"""A file of a Claude Code plugin that names MCP servers: `.mcp.json`, or the manifest's `mcpServers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.sources.parsing import jsonc
from keyrack.sources.parsing.gather import Gather
from keyrack.sources.programs import claude_code

# `${user_config.X}` is what Claude Code has asked its user for.
STYLE = r"\$\{(?:(?P<name>[A-Za-z_]\w*)(?::-(?P<default>[^{}]*))?|(?P<asked>user_config\.[^${}]+))\}"
TAKES_REFERENCES = True
STAYS = "It is a plugin's file, which the plugin's next version replaces, so keyrack does not change it."


def read(text: str, gather: Gather) -> None:
    document = jsonc.parse(text)
    gather.repeated(document.repeated)
    for table in _tables(document.data, gather):
        claude_code.add_all(gather, table)


def _tables(data: Any, gather: Gather) -> list[Mapping[str, Any]]:
    """In a file of its own the servers may stand without `mcpServers` around them."""
    if not isinstance(data, dict) or ("mcpServers" not in data and gather.path.endswith("plugin.json")):
        return [gather.table(data, "mcpServers")]
    if "mcpServers" not in data:
        return [data]
    servers = data["mcpServers"]
    if isinstance(servers, list):  # a manifest's: files, which are read by themselves, and servers
        return [part for part in servers if isinstance(part, dict)]
    return [] if isinstance(servers, str) else [gather.table(data, "mcpServers")]

"""The files of a Claude Code plugin with MCP servers: `.mcp.json`, or the manifest's `mcpServers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import jsonc
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.programs import claude_code

# `${user_config.X}` is a value that Claude Code asks its user for.
STYLE = r"\$\{(?:(?P<name>[A-Za-z_]\w*)(?::-(?P<default>[^{}]*))?|(?P<asked>user_config\.[^${}]+))\}"
EDIT = NotMovable(
    "It is a plugin's file, which the plugin's next version replaces, so keyrack does not change it."
)


def read(text: str, collector: Collector) -> None:
    document = jsonc.parse(text)
    collector.repeated(document.repeated)
    for table in _tables(document.data, collector):
        claude_code.add_all(collector, table)


def _tables(data: Any, collector: Collector) -> list[Mapping[str, Any]]:
    """The tables of servers. In a separate file, they need not be inside `mcpServers`."""
    if not isinstance(data, dict) or ("mcpServers" not in data and collector.path.endswith("plugin.json")):
        return [collector.table(data, "mcpServers")]
    if "mcpServers" not in data:
        return [data]
    servers = data["mcpServers"]
    if isinstance(servers, list):  # in a manifest: servers, and names of files, which are read separately
        return [part for part in servers if isinstance(part, dict)]
    return [] if isinstance(servers, str) else [collector.table(data, "mcpServers")]

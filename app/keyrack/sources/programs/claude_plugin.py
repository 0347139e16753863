"""A file of a Claude Code plugin that names MCP servers: `.mcp.json`, or the manifest's `mcpServers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import jsonc
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.programs import claude_code

# `${user_config.X}` is what Claude Code has asked its user for.
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
    """In a file of its own the servers may stand without `mcpServers` around them."""
    if not isinstance(data, dict) or ("mcpServers" not in data and collector.path.endswith("plugin.json")):
        return [collector.table(data, "mcpServers")]
    if "mcpServers" not in data:
        return [data]
    servers = data["mcpServers"]
    if isinstance(servers, list):  # a manifest's: files, which are read by themselves, and servers
        return [part for part in servers if isinstance(part, dict)]
    return [] if isinstance(servers, str) else [collector.table(data, "mcpServers")]

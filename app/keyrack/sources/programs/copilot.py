"""GitHub Copilot CLI: `mcp-config.json`, and projects' files.

Its `settings.json` names the servers that are switched off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyrack.domain.model import Source
from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import jsonc, servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import BRACES

STYLE = BRACES
EDIT = EditJson("mcpServers", commas=False)
CONNECT = Connect(
    process={"type": "local", "tools": ["*"]}, remote={"type": "http", "tools": ["*"]}, reference="${NAME}"
)
FORM = servers.Form(comments=False, commas=False, off=None)


def read(text: str, collector: Collector) -> Sequence[str]:
    """Returns the names of the servers that the file switches off."""
    if not collector.path.endswith("settings.json"):
        servers.read_json(text, collector, FORM)
        return ()
    data = jsonc.parse(text, comments=True, commas=True).data
    names = data.get("disabledMcpServers") if isinstance(data, dict) else None
    return names if isinstance(names, list) else ()


def is_off(source: Source, said: Sequence[Any]) -> bool:
    """Is the server's name in the settings' list?"""
    return any(source.name in names for names in said if names)

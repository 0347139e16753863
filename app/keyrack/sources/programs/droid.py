"""Factory's Droid: `~/.factory/mcp.json` and a project's `.factory/mcp.json`."""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import BRACES_OR_DEFAULT

STYLE = BRACES_OR_DEFAULT
EDIT = EditJson("mcpServers", commas=False)
CONNECT = Connect(process={"type": "stdio"}, remote={"type": "http"}, reference="${NAME}")
FORM = servers.Form(comments=False, commas=False)


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

"""Roo Code: the extension's `mcp_settings.json` and a project's `.roo/mcp.json`."""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import ENV

STYLE = ENV
EDIT = EditJson("mcpServers", "${env:NAME}", commas=False)
CONNECT = Connect(reference="${env:NAME}", in_window=True)
FORM = servers.Form(comments=False, commas=False)


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

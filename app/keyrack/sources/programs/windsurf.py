"""Windsurf, also in JetBrains' editors: `mcp_config.json`, with `serverUrl` or `url`."""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import ENV

STYLE = ENV
EDIT = EditJson("mcpServers", "${env:NAME}")
CONNECT = Connect(url="serverUrl", reference="${env:NAME}", in_window=True)
FORM = servers.Form(keys=("serverUrl", "url", "command"))


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

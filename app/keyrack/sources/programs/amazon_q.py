"""Amazon Q Developer CLI: `~/.aws/amazonq/mcp.json` and a workspace's `.amazonq/mcp.json`."""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import ENV

STYLE = ENV
EDIT = EditJson("mcpServers", "${env:NAME}", commas=False)
CONNECT = Connect()
FORM = servers.Form(comments=False, commas=False)


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

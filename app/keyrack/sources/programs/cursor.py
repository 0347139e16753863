"""Cursor: `~/.cursor/mcp.json` and a project's `.cursor/mcp.json`."""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import ENV_OR_INPUT

STYLE = ENV_OR_INPUT
EDIT = EditJson("mcpServers", "${env:NAME}")
CONNECT = Connect(reference="${env:NAME}", in_window=True)
FORM = servers.Form(oauth="auth", redirect=("localhost", 8787, None))


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

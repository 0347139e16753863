"""Kiro: `~/.kiro/settings/mcp.json` and a workspace's file.

It only fills in variables that its user approved.
"""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import BRACES

STYLE = BRACES
EDIT = EditJson("mcpServers")
CONNECT = Connect(in_window=True)
FORM = servers.Form()


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

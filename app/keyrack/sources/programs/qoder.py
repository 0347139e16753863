"""Qoder: `~/.qoder/mcp.json`."""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import NONE

STYLE = NONE
EDIT = NotMovable("Qoder is not known to support variables, so it must stay there.", "mcpServers")
CONNECT = Connect(in_window=True)
FORM = servers.Form()


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

"""Cline: `cline_mcp_settings.json`, with the address in a nested `transport`, or as usual in older versions.

The same file contains Cline's tokens, which are not read here. `${X}` is literal text (CLI 3.0.65).
"""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import NONE


def _usual(entry: servers.Entry) -> servers.Entry:
    transport = entry.get("transport")
    return {**entry, "transport": None, **transport} if isinstance(transport, dict) else entry


STYLE = NONE
EDIT = NotMovable("Cline does not support variables, so it must stay there.", "mcpServers")
CONNECT = Connect(process={"type": "stdio"}, inside="transport")
FORM = servers.Form(comments=False, commas=False, oauth="", usual=_usual)


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

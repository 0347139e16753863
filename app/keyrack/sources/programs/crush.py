"""Crush: `mcp` in `crush.json`. Its values are expanded as in a shell; keyrack runs no command in them."""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import SHELL

STYLE = SHELL
EDIT = EditJson("mcp")
CONNECT = Connect("mcp", process={"type": "stdio"}, remote={"type": "http"}, reference="$NAME")
FORM = servers.Form(root="mcp")


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

"""Amp: the key `amp.mcpServers` of its settings; the dot is part of the key."""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import BRACES

STYLE = BRACES
EDIT = EditJson("amp.mcpServers")
CONNECT = Connect("amp.mcpServers")
FORM = servers.Form(root="amp.mcpServers")


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

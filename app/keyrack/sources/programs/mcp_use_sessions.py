"""mcp-use's command line (npm): the servers that it was connected to, each under a name."""

from __future__ import annotations

from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import NONE

STYLE = NONE
EDIT = NotMovable("mcp-use does not support variables, so it must stay there.")
FORM = servers.Form(root="sessions", comments=False, commas=False, off=None)


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

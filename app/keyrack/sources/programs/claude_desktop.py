"""Claude Desktop: `claude_desktop_config.json`, with local processes only.

Its connectors are not in a file.
"""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import NONE

STYLE = NONE
EDIT = NotMovable("Claude Desktop does not support variables, so it must stay there.", "mcpServers")
CONNECT = Connect(in_window=True)
FORM = servers.Form(comments=False, commas=False, off=None)


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

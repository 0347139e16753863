"""Zed: `context_servers` in its settings.

Servers that an extension brings have no address or command there.
"""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import NONE


def _usual(entry: servers.Entry) -> servers.Entry | None:
    command = entry.get("command")
    if isinstance(command, dict):  # older versions
        return {**entry, **command, "command": command.get("path")}
    is_of_extension = entry.get("source") == "extension" or "settings" in entry
    return None if is_of_extension and command is None and "url" not in entry else entry


STYLE = NONE
EDIT = NotMovable("Zed does not support variables, so it must stay there.", "context_servers")
CONNECT = Connect("context_servers", in_window=True)
FORM = servers.Form(root="context_servers", off=("enabled", False), usual=_usual)


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

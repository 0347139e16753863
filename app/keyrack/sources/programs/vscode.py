"""VS Code: the user's `mcp.json` and a workspace's `.vscode/mcp.json`; the root key is `servers`.

Its redirect URI on this machine is on port 33418; the other one, at vscode.dev, only leads back to VS Code.
"""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import ENV_OR_INPUT

STYLE = ENV_OR_INPUT
EDIT = EditJson("servers", "${env:NAME}")
CONNECT = Connect(
    "servers", process={"type": "stdio"}, remote={"type": "http"}, reference="${env:NAME}", in_window=True
)
FORM = servers.Form(root="servers", off=None, redirect=("127.0.0.1", 33418, "/"))


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

"""Kimi Code: `mcp.json` of the user and the project.

`${X}` is literal text, and `bearerTokenEnvVar` names a token's variable.
"""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import NONE

STYLE = NONE
EDIT = NotMovable("Kimi Code does not fill in variables in headers, so it must stay there.", "mcpServers")
CONNECT = Connect(variable="bearerTokenEnvVar")
FORM = servers.Form(comments=False, commas=False, off=None, bearer="bearerTokenEnvVar")


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

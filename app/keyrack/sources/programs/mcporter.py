"""mcporter: a project's `config/mcporter.json` and the user's; `bearerTokenEnv` names a token's variable."""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import BRACES_OR_DEFAULT

STYLE = BRACES_OR_DEFAULT
EDIT = EditJson("mcpServers")
CONNECT = Connect(url="baseUrl", variable="bearerTokenEnv")
FORM = servers.Form(
    keys=("baseUrl", "url", "serverUrl", "command"),
    off=None,
    bearer="bearerTokenEnv",
    usual=servers.split_command,
)


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

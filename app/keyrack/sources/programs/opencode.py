"""opencode, and Kilo's CLI, which is a fork of it: `mcp`, with `{env:X}` and `{file:/path}`.

A `{file:…}` is shown as it is written; keyrack does not open the file.
"""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import ENV_OR_FILE


def _usual(entry: servers.Entry) -> servers.Entry:
    return servers.split_command({**entry, "env": entry.get("environment")})


STYLE = ENV_OR_FILE
EDIT = EditJson("mcp", "{env:NAME}")
CONNECT = Connect(
    "mcp",
    process={"type": "local", "enabled": True},
    in_one=True,
    env="environment",
    remote={"type": "remote", "enabled": True},
    reference="{env:NAME}",
    file=".jsonc",
)
FORM = servers.Form(
    root="mcp",
    off=("enabled", False),
    redirect=("127.0.0.1", 19876, "/mcp/oauth/callback"),
    usual=_usual,
)


def read(text: str, collector: Collector) -> None:
    servers.read_json(text, collector, FORM)

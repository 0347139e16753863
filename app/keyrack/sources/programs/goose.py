"""goose: `extensions` in `config.yaml`. Those without an address or a command are part of goose itself.

It fills in the variables that the entry's `env_keys` lists.
"""

from __future__ import annotations

from keyrack.sources.connect import Connect
from keyrack.sources.edit import ByHand
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import DOLLAR
from keyrack.system import yaml

BUILT_IN = ("builtin", "platform", "frontend", "inline_python")


def _usual(entry: servers.Entry) -> servers.Entry | None:
    if entry.get("type") in BUILT_IN:
        return None
    return {**entry, "command": entry.get("cmd"), "env": entry.get("envs")}


STYLE = DOLLAR
EDIT = ByHand("it is YAML, and the variable must be listed in the entry's env_keys too")
CONNECT = Connect(
    "extensions",
    syntax="yaml",
    process={"type": "stdio", "enabled": True, "timeout": 300},
    command="cmd",
    env="envs",
    remote={"type": "streamable_http", "enabled": True, "timeout": 300},
    url="uri",
)
FORM = servers.Form(root="extensions", keys=("uri", "command"), off=("enabled", False), usual=_usual)


def read(text: str, collector: Collector) -> None:
    document = yaml.parse(text)
    collector.repeated(document.repeated)
    servers.add_all(collector.entries(collector.table(document.data, FORM.root)), collector, FORM)

"""Gemini CLI, and Qwen Code, which is a fork of it: `mcpServers` in `settings.json`.

`mcp.excluded` there switches servers off, and `mcp.allowed` all others than these. An
unset `$X` is sent as "".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keyrack.domain.model import Source
from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.connect import Connect
from keyrack.sources.edit import EditJson
from keyrack.sources.parsing import servers
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.parsing.interpolate import DOLLAR_OR_DEFAULT

STYLE = DOLLAR_OR_DEFAULT
EDIT = EditJson("mcpServers", commas=False)
CONNECT = Connect(
    remote={"type": "http"},
    reference="${NAME}",
    hides="(?i)KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|AUTH|CREDENTIAL",
)
FORM = servers.Form(commas=False, off=None, keys=("httpUrl", "url", "command"))


class Switches(NamedTuple):
    """The names that one file switches off and on."""

    excluded: Sequence[str] = ()
    allowed: Sequence[str] = ()  # if there are any, all others are off


def read(text: str, collector: Collector) -> Switches:
    data = servers.read_json(text, collector, FORM)
    mcp = data.get("mcp") if isinstance(data, dict) else None
    if not isinstance(mcp, dict):
        return Switches()
    excluded, allowed = (mcp.get(key) for key in Switches._fields)
    return Switches(*(each if isinstance(each, list) else () for each in (excluded, allowed)))


def is_off(source: Source, said: Sequence[Any]) -> bool:
    """Is the server switched off by what any of the files said?"""
    found = [each for each in said if isinstance(each, Switches)]
    allowed = [name for each in found for name in each.allowed]
    return any(source.name in each.excluded for each in found) or bool(allowed and source.name not in allowed)

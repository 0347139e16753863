"""Claude Code's settings. Only what is switched on or off is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.edit import NotMovable
from keyrack.sources.parsing import jsonc
from keyrack.sources.parsing.collector import Collector
from keyrack.sources.programs.claude_switches import NONE, Switches, refused_in

STYLE = ""
EDIT = NotMovable("it names no servers")


class ClaudeSettings(NamedTuple):
    # By a plugin's ID: true, false, or a list if it is on under conditions.
    plugins: Mapping[str, Any] = {}
    switches: Switches = NONE


def read(text: str, collector: Collector) -> ClaudeSettings:
    data = jsonc.parse(text, comments=True, commas=True).data
    plugins = collector.table(data, "enabledPlugins")
    return ClaudeSettings(plugins, Switches(refused=refused_in(data)) if isinstance(data, dict) else NONE)

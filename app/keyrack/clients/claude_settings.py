"""Claude Code's `settings.json`, of which only the plugins that are switched on or off are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.clients import jsonc
from keyrack.clients.gather import Gather

STYLE = ""
TAKES_REFERENCES = False


def read(text: str, gather: Gather) -> Mapping[str, Any]:
    """By a plugin's id: true, false, or a list where it is on with conditions."""
    return gather.table(jsonc.parse(text, comments=True, commas=True).data, "enabledPlugins")

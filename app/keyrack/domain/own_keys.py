"""The screen's keys as the user has them in keyrack's own file.

[keys]
login = "L"           # the name of an action, and its key
clear = "ctrl+d"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keyrack.domain.kinds import kind
from keyrack.domain.named_tuple import NamedTuple


class OwnKeys(NamedTuple):
    path: str = ""  # of the file
    keys: Mapping[str, str] = {}  # by an action's name; the screen knows which there are


def keys_of(data: Mapping[str, Any], problem: Callable[[str], Any]) -> dict[str, str]:
    """The keys among a file's values; `problem` is called with a sentence for each that is no text."""
    table: Any = data.get("keys", {})
    if not isinstance(table, dict):
        problem(f"“keys” should be a table, but is {kind(table)}.")
        return {}
    for name, value in table.items():
        if not isinstance(value, str):
            problem(f'“keys.{str(name)[:40]}” should be a key in quotes, like "ctrl+d".')
    return {str(name): value for name, value in table.items() if isinstance(value, str)}

"""The program's own command that adds an entry, for a program that writes its file all the time."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from typing import Any

from keyrack.domain.connection import Connection, Method
from keyrack.sources.locations import Search
from keyrack.system.running import run

PATIENCE = 30.0  # seconds


def can_add(search: Search, connection: Connection) -> bool:
    """Only a new entry, in the user's own scope, and without a secret: others see a command's arguments."""
    is_usual = connection.is_new and connection.scope == "user" and not connection.name.startswith("-")
    has_no_secret = connection.method in (Method.HELPER, Method.BRIDGE)
    return connection.program == "Claude Code" and is_usual and has_no_secret and bool(_claude(search))


def added(search: Search, connection: Connection, fields: Mapping[str, Any]) -> bool:
    """Run the command; False if it failed."""
    command = (_claude(search), "mcp", "add-json", "-s", "user", connection.name, json.dumps(dict(fields)))
    return run(command, search.env, PATIENCE).code == 0


def _claude(search: Search) -> str:
    """Its absolute path; "" if there is none. The current folder, which may be a stranger's project, does not
    count: Windows looks there first, and everywhere a PATH may have a relative folder."""
    found = shutil.which("claude", path=search.env.get("PATH", "")) or ""
    return found if os.path.isabs(found) else ""

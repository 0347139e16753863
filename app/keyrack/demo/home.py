"""Creates the demo's home folder, with the configuration files of two programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keyrack.demo.cast import CAST, HEADERS


def furnish(home: Path, urls: Mapping[str, str]) -> dict[str, str]:
    """Write the configuration files, and return the environment in which they are found.

    It contains nothing of the user's environment but what a terminal needs.
    """
    entries: dict[str, dict[str, Any]] = {"Claude Code": {}, "Cursor": {}}
    for role in CAST:
        entry: dict[str, Any] = {"url": urls[role.name]}
        if role.client == "Claude Code":
            entry = {"type": "http", **entry}
        if role.name in HEADERS:
            entry["headers"] = {"Authorization": HEADERS[role.name]}
        entries[role.client][role.name] = entry
    entries["Claude Code"]["filesystem"] = {
        "type": "stdio",
        "command": "mcp-filesystem",
        "args": ["."],
        "env": {"FILES_ROOT": "/srv/files"},
    }
    entries["Cursor"]["notes"] = {"url": urls["notes"]}  # the same server, named twice
    _write(home / ".claude.json", {"mcpServers": entries["Claude Code"]})
    _write(home / ".cursor" / "mcp.json", {"mcpServers": entries["Cursor"]})
    folders = {
        "HOME": home,
        "USERPROFILE": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / ".run",
        "APPDATA": home / "AppData" / "Roaming",
        "LOCALAPPDATA": home / "AppData" / "Local",
    }
    for folder in folders.values():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {**{name: str(folder) for name, folder in folders.items()}, "DEMO_SEARCH_TOKEN": "only-for-show"}


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

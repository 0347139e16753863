"""A home folder with the files of real programs, and the list's adapters over it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from keyrack.operations.ports import Adapters
from keyrack.wiring import adapters as real_adapters
from support.demo_rows import NOW, demo_parts

URL = "https://mcp.example.com/mcp"


def adapters_at(home: Path) -> Adapters:
    """The demo's credential store, with no records, and the programs' files of this home."""
    real = real_adapters(env={"HOME": str(home)}, platform="linux", cwd=str(home))
    return demo_parts(records=[])._replace(read=real.read, other_programs=real.other_programs)


def write(path: Path, data: Any, mode: int = 0o600) -> Path:
    """As programs do: a new file takes the place of the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(data, indent=2))
    new.chmod(mode)
    os.replace(new, path)
    return path


def claude_servers(home: Path, *names: str) -> Path:
    servers = {name: {"type": "http", "url": URL.replace("mcp.", f"{name}.")} for name in names}
    return write(home / ".claude.json", {"mcpServers": servers})


def claude_tokens(home: Path, *names: str, ends: float = 3600, mode: int = 0o600) -> Path:
    """A login of Claude Code at each of these servers."""
    rows = {
        f"{name}|0123456789abcdef": {
            "serverName": name,
            "serverUrl": URL.replace("mcp.", f"{name}."),
            "accessToken": f"access-of-{name}",
            "expiresAt": int((NOW + ends) * 1000),
            "clientId": "client-1",
        }
        for name in names
    }
    return write(home / ".claude" / ".credentials.json", {"mcpOAuth": rows}, mode)

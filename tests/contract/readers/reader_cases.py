"""Each reader, with a function that writes a valid file for it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import tomli_w

from keyrack.domain.reading import Place, Reading
from keyrack.sources.reader import read_all


class Case(NamedTuple):
    client: str
    file: str  # below the home folder
    write: Callable[[dict], str]
    toml: bool = False
    headers: str = "headers"  # the entry's headers that are written out

    def __str__(self) -> str:
        return self.client


def _json(root: str) -> Callable[[dict], str]:
    return lambda servers: json.dumps({root: servers}, indent=1)


CASES = [
    Case("keyrack", ".config/keyrack/config.toml", lambda s: tomli_w.dumps({"servers": s}), toml=True),
    Case("mcp", ".config/mcp/servers.json", _json("mcpServers")),
    Case("mcp-use", "agents.json", _json("mcpServers")),
    Case("Claude Code", ".claude.json", _json("mcpServers")),
    Case("Cursor", ".cursor/mcp.json", _json("mcpServers")),
    Case("VS Code", ".config/Code/User/mcp.json", _json("servers")),
    Case(
        "Codex",
        ".codex/config.toml",
        lambda s: tomli_w.dumps({"mcp_servers": s}),
        toml=True,
        headers="http_headers",
    ),
]


class Desk:
    """A home folder with one program's file in it."""

    def __init__(self, case: Case, home: Path) -> None:
        self.case = case
        self.home = home
        self.path = home / case.file
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def read(self, **env: str) -> Reading:
        extra = (str(self.path),) if self.case.client == "mcp-use" else ()
        cwd = self.home / "elsewhere"
        return read_all({"HOME": str(self.home), **env}, "linux", str(cwd), extra)

    def place(self, reading: Reading) -> Place:
        return next(place for place in reading.places if place.path == str(self.path))

    def put(self, servers: dict) -> None:
        self.path.write_text(self.case.write(servers))

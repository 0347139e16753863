"""Programs, run for real, start a local server whose secrets `keyrack adopt` has moved to the keychain."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from support.clients.lab import Home, Lab
from support.clients.programs import SAYS, SERVER, TOOL, ClaudeCode, Mcporter, well, written

SECRET = "key-hidden-2"
LOCAL = f"""\
import os, sys
from mcp.server.mcpserver import MCPServer
server = MCPServer("local")
@server.tool()
def {TOOL}() -> str:
    return "{SAYS}" if [os.environ["MY_TOKEN"], sys.argv[-1]] == ["{SECRET}"] * 2 else "It has no secret."
server.run()
"""


def entry(home: Home) -> dict[str, Any]:
    program = home.folder / "local.py"
    program.write_text(LOCAL)
    args = [str(program), "--api-key", SECRET]
    return {"type": "stdio", "command": sys.executable, "args": args, "env": {"MY_TOKEN": SECRET}}


def adopted(home: Home, path: Path) -> bytes:
    """Moves the secrets. Returns the file as it was before."""
    before = path.read_bytes()
    well(home.keyrack("adopt", SERVER, "--yes"))
    assert SECRET not in path.read_text()
    return before


def test_claude_code_starts_it_with_its_secrets(lab: Lab, tmp_path: Path) -> None:
    home, claude = Home(lab, tmp_path / "home", keychain=True), ClaudeCode()
    path = home.folder / ".claude.json"
    servers = {SERVER: entry(home)}
    projects = {str(home.project): {"mcpServers": servers}}  # as `claude mcp add` does
    path.write_text(json.dumps({"numStartups": 1, "projects": projects}, indent=2))
    adopted(home, path)
    called = claude.call(home)
    assert called.code == 0 and SAYS in called.text, called
    # Claude Code has written its file since: the entry comes back, and the rest stays.
    well(home.keyrack("undo", "--yes"))
    assert json.loads(path.read_text())["projects"][str(home.project)]["mcpServers"] == servers


def test_mcporter_starts_it_with_its_secrets(lab: Lab, tmp_path: Path) -> None:
    home = Home(lab, tmp_path / "home", keychain=True)
    path = home.folder / ".mcporter" / "mcporter.json"
    written(path, {"mcpServers": {SERVER: entry(home)}})
    before = adopted(home, path)
    called = Mcporter().call(home)
    assert called.code == 0 and SAYS in called.text, called
    well(home.keyrack("undo", "--yes"))
    assert path.read_bytes() == before

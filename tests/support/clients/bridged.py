"""How a person names `keyrack bridge` to a program as a local server, and how it calls its tool then.

test_connected.py is about the programs to which `keyrack connect` names it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from support.clients.lab import FOLDER, Home
from support.clients.programs import SERVER, TOOL, ClaudeCode, Codex, command, well
from support.clients.running import Ended

KEYRACK = str(Path(sys.executable).with_name("keyrack"))


def started(home: Home) -> dict[str, Any]:
    """The entry that most programs understand. Some give a server only a part of their environment."""
    env = {"DBUS_SESSION_BUS_ADDRESS": home.env["DBUS_SESSION_BUS_ADDRESS"]}
    return {"command": KEYRACK, "args": ["bridge", home.lab.url], "env": env}


class Bridged(NamedTuple):
    id: str
    add: Callable[[Home], object]  # puts the entry into its configuration
    call: Callable[[Home], Ended]


def save(home: Home, path: Sequence[str], content: object) -> None:
    file = home.folder.joinpath(*path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))


def nothing(home: Home) -> None:
    """It is named on the command line."""


def add_to_claude(home: Home) -> None:
    entry = json.dumps({"type": "stdio", **started(home)})
    well(home.run(command("claude"), "mcp", "add-json", "-s", "user", SERVER, entry))


def add_to_codex(home: Home) -> None:
    entry = started(home)
    env = json.dumps(entry["env"]).replace(": ", " = ")
    lines = (
        f"command = {json.dumps(entry['command'])}",
        f"args = {json.dumps(entry['args'])}",
        f"env = {env}",
    )
    save(home, (".codex", "config.toml"), "\n".join((f"[mcp_servers.{SERVER}]", *lines)))


def by_sdk(python: str) -> Callable[[Home], Ended]:
    words = (str(FOLDER / "sdk_call.py"), TOOL, KEYRACK, "bridge")
    return lambda home: home.run(python, *words, home.lab.url)


def by_inspector(home: Home) -> Ended:
    env = [word for name, value in started(home)["env"].items() for word in ("-e", f"{name}={value}")]
    words = (KEYRACK, "bridge", home.lab.url, "--method", "tools/call", "--tool-name", TOOL)
    return home.run(command("mcp-inspector"), "--cli", *env, *words)


IN_EVERY_RUN = (
    Bridged("sdk", nothing, by_sdk(sys.executable)),
    Bridged("sdk-1", nothing, by_sdk(str(FOLDER / ".venv" / "bin" / "python"))),
    Bridged("claude-code", add_to_claude, ClaudeCode().call),
    Bridged("codex", add_to_codex, Codex().call),
)
ON_DEMAND = (Bridged("mcp-inspector", nothing, by_inspector),)

"""How a program's configuration names `keyrack bridge` as a local server, and how it calls its tool then."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from support.clients.lab import FOLDER, Home
from support.clients.more_programs import Cline, Copilot, Gemini, Opencode
from support.clients.programs import SERVER, TOOL, ClaudeCode, Codex, Mcporter, McpUse, command, well
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


def file_of(*path: str, **more: Any) -> Callable[[Home], object]:
    """The object `mcpServers` of a file in the home folder, with more fields in the entry."""
    return lambda home: save(home, path, {"mcpServers": {SERVER: {**started(home), **more}}})


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


def add_to_cline(home: Home) -> None:
    words = ("mcp", "add", SERVER, "--yes", "--", KEYRACK, "bridge", home.lab.url)
    well(home.run(command("cline"), *words))


def add_to_opencode(home: Home) -> None:
    entry = started(home)
    local = {"type": "local", "command": [entry["command"], *entry["args"]], "environment": entry["env"]}
    save(home, (".config", "opencode", "opencode.json"), {"mcp": {SERVER: local}})


def add_to_gemini(home: Home) -> None:
    security = {"auth": {"selectedType": "gemini-api-key"}}
    servers = {SERVER: {**started(home), "trust": True}}
    save(home, (".gemini", "settings.json"), {"security": security, "mcpServers": servers})


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
    Bridged("mcporter", file_of("project", "config", "mcporter.json"), Mcporter().call),
    Bridged("mcp-use", file_of("project", "mcp.json"), McpUse().call),
    Bridged("claude-code", add_to_claude, ClaudeCode().call),
    Bridged("codex", add_to_codex, Codex().call),
)
ON_DEMAND = (
    Bridged("gemini-cli", add_to_gemini, Gemini().call),
    Bridged("opencode", add_to_opencode, Opencode().call),
    Bridged("cline", add_to_cline, Cline().call),
    Bridged("copilot-cli", file_of(".copilot", "mcp-config.json", type="local", tools=["*"]), Copilot().call),
    Bridged("mcp-inspector", nothing, by_inspector),
)

"""How each program is told to add a server, to log in, and to call a tool; and how it asks for a login."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

from support.clients.lab import FOLDER, Home
from support.clients.running import Ended, Screen
from support.require import need

SERVER, TOOL = "lab", "hello"
SAYS = "It works."  # the tool


class Program(Protocol):
    """A program at home in a `Home`."""

    id: str  # as keyrack's --from and --to name it
    name: str  # its display name
    keychain: bool  # whether its home has one
    config: tuple[str, ...]  # keyrack's options that lead to its configuration
    names_issuer: bool  # whether it stores whose refresh token it has: only then can its login move

    def add(self, home: Home) -> None:
        """Add the lab's server to its configuration."""
        ...

    def login(self, home: Home) -> Ended: ...

    def call(self, home: Home) -> Ended:
        """Call the server's tool, with the token that it holds."""
        ...

    def asks(self, home: Home) -> bool:
        """Does it ask for a login?"""
        ...


def command(name: str) -> str:
    """The installed program, or a skip that names it."""
    for folder in ("node_modules", "more/node_modules"):
        found = FOLDER / folder / ".bin" / name
        if found.exists():
            return str(found)
    need(f"{name} is not installed (make clients)")
    raise AssertionError


class ClaudeCode:
    id, name, keychain = "claude-code", "Claude Code", False
    config: tuple[str, ...] = ()
    names_issuer = True

    def add(self, home: Home) -> None:
        well(home.run(command("claude"), "mcp", "add", "-s", "user", "-t", "http", SERVER, home.lab.url))

    def login(self, home: Home) -> Ended:
        return home.run(command("claude"), "mcp", "login", SERVER, screen=Screen())

    def call(self, home: Home, later: int = 0) -> Ended:
        tool = f"mcp__{SERVER}__{TOOL}"
        again = f" After {later} seconds, use {tool} again." if later else ""
        env = {
            "ANTHROPIC_BASE_URL": home.lab.model,
            "ANTHROPIC_API_KEY": "sk-ant-none",
            "MCP_CONNECT_TIMEOUT_MS": "60000",  # it begins without a server that is slower
            "MCP_CONNECTION_NONBLOCKING": "0",
        }
        return home.run(command("claude"), "-p", "--allowedTools", tool, "--", f"Use {tool}.{again}", env=env)

    def asks(self, home: Home) -> bool:
        return "Needs authentication" in well(home.run(command("claude"), "mcp", "list"))


class Codex:
    id, name, keychain = "codex", "Codex", False
    config: tuple[str, ...] = ()
    names_issuer = True

    def add(self, home: Home) -> None:
        config = home.folder / ".codex" / "config.toml"
        config.parent.mkdir()
        store = "" if self.keychain else 'mcp_oauth_credentials_store = "file"\n'
        config.write_text(f'{store}[mcp_servers.{SERVER}]\nurl = "{home.lab.url}"\n')

    def login(self, home: Home) -> Ended:
        return home.run(command("codex"), "mcp", "login", SERVER)

    def call(self, home: Home, later: int = 0) -> Ended:
        words = (str(later),) if later else ()
        return home.stdio("--codex", SERVER, TOOL, *words, "--", command("codex"), "app-server")

    def asks(self, home: Home) -> bool:
        return "Not logged in" in well(home.run(command("codex"), "mcp", "list"))


class CodexWithKeychain(Codex):
    keychain = True


class McpRemote:
    id, name, keychain = "mcp-remote", "mcp-remote", False
    config: tuple[str, ...] = ()
    names_issuer = True

    def add(self, home: Home) -> None:
        """It has no configuration: a program that only starts servers starts this one."""
        entry = {"command": "npx", "args": ["-y", "mcp-remote", home.lab.url, "--allow-http"]}
        written(home.folder / ".cursor" / "mcp.json", {"mcpServers": {SERVER: entry}})

    def login(self, home: Home) -> Ended:
        return home.run(command("mcp-remote-client"), home.lab.url, "--allow-http")

    def call(self, home: Home) -> Ended:
        return home.stdio(TOOL, "--", command("mcp-remote"), home.lab.url, "--allow-http")

    def asks(self, home: Home) -> bool:
        return home.opens_browser(command("mcp-remote-client"), home.lab.url, "--allow-http")


class Mcporter:
    id, name, keychain = "mcporter", "mcporter", False
    config: tuple[str, ...] = ()
    names_issuer = True

    def add(self, home: Home) -> None:
        words = ("config", "add", SERVER, home.lab.url, "--auth", "oauth", "--scope", "home")
        well(home.run(command("mcporter"), *words))

    def login(self, home: Home) -> Ended:
        return home.run(command("mcporter"), "auth", SERVER)

    def call(self, home: Home) -> Ended:
        return home.run(command("mcporter"), "call", f"{SERVER}.{TOOL}")

    def asks(self, home: Home) -> bool:
        return "auth required" in home.run(command("mcporter"), "list").text


class McpUse:
    id, name, keychain = "mcp-use", "mcp-use", False
    config: tuple[str, ...] = ("--config", "mcp.json")
    names_issuer = True  # it has no refresh token
    script = FOLDER / "mcp_use_call.py"

    def add(self, home: Home) -> None:
        entry = {"url": home.lab.url, "auth": {"scope": "mcp:read"}}
        written(home.project / "mcp.json", {"mcpServers": {SERVER: entry}})

    def login(self, home: Home) -> Ended:
        return self.call(home)

    def call(self, home: Home) -> Ended:
        return home.run(self._python(), str(self.script), SERVER, TOOL)

    def asks(self, home: Home) -> bool:
        return home.opens_browser(self._python(), str(self.script), SERVER, TOOL)

    def _python(self) -> str:
        python = FOLDER / ".venv" / "bin" / "python"
        need("mcp-use is not installed (make clients)", Path(python).exists())
        return str(python)


IN_EVERY_RUN: tuple[Program, ...] = (
    ClaudeCode(),
    Codex(),
    CodexWithKeychain(),
    McpRemote(),
    Mcporter(),
    McpUse(),
)


def written(path: Path, data: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data))


def well(ended: Ended) -> str:
    """What it printed."""
    assert ended.code == 0, ended
    return ended.text

"""The programs that `make test-clients` runs besides: they are large, slow, or want a person at a screen."""

from __future__ import annotations

import json
from typing import Any

from support.clients.lab import Home
from support.clients.programs import SERVER, TOOL, Program, command, well, written
from support.clients.running import Ended, Screen

DOWN, ENTER = "\x1b[B", "\r"


class Opencode:
    id, name, keychain = "opencode", "opencode", False
    config: tuple[str, ...] = ()
    names_issuer = False

    def add(self, home: Home) -> None:
        well(home.run(command("opencode"), "mcp", "add", SERVER, "--url", home.lab.url))

    def login(self, home: Home) -> Ended:
        return home.run(command("opencode"), "mcp", "auth", SERVER, screen=Screen())

    def call(self, home: Home) -> Ended:
        provider = {
            "npm": "@ai-sdk/openai-compatible",
            "name": "none",
            "options": {"baseURL": f"{home.lab.model}/v1", "apiKey": "none"},
            "models": {"none": {"name": "none", "tool_call": True}},
        }
        env = {"OPENCODE_CONFIG_CONTENT": json.dumps({"provider": {"none": provider}})}
        tool = f"{SERVER}_{TOOL}"
        return home.run(command("opencode"), "run", "--model", "none/none", f"Use {tool}.", env=env)

    def asks(self, home: Home) -> bool:
        return "needs authentication" in well(home.run(command("opencode"), "mcp", "list"))


class Gemini:
    id, name, keychain = "gemini-cli", "Gemini CLI", False
    config: tuple[str, ...] = ()
    names_issuer = False

    def add(self, home: Home) -> None:
        settings = {
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "privacy": {"usageStatisticsEnabled": False},
            "telemetry": {"enabled": False},
        }
        written(home.folder / ".gemini" / "settings.json", settings)
        words = ("mcp", "add", "-s", "user", "-t", "http", SERVER, home.lab.url)
        well(self._run(home, *words))

    def login(self, home: Home) -> Ended:
        typed = [
            ("Type your message", f"/mcp auth {SERVER}"),
            (f"auth {SERVER}", ENTER),
            ("Do you want to continue", ENTER),
            (r"Successfully (authenticated|refreshed|reloaded)|authenticated successfully", ""),
        ]
        return self._run(home, screen=Screen(typed, ends=True))

    def call(self, home: Home) -> Ended:
        # Without -m it asks a model which one to take.
        return self._run(home, "--yolo", "-m", "gemini-2.5-flash", "-p", f"Use mcp_{SERVER}_{TOOL}.")

    def asks(self, home: Home) -> bool:
        return "Disconnected" in self._run(home, "mcp", "list").text

    def _run(self, home: Home, *words: str, **how: Any) -> Ended:
        env = {
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
            "GEMINI_API_KEY": "none",
            "GOOGLE_GEMINI_BASE_URL": home.lab.model,
        }
        return home.run(command("gemini"), *words, env=env, **how)


class Cline:
    id, name, keychain = "cline", "Cline", False
    config: tuple[str, ...] = ()
    names_issuer = True

    def add(self, home: Home) -> None:
        words = ("mcp", "add", SERVER, home.lab.url, "--transport", "http", "--yes")
        well(home.run(command("cline"), *words))

    def login(self, home: Home) -> Ended:
        typed = [
            ("Authorize OAuth", DOWN * 4),  # the fifth line of its menu
            ("● Authorize", ENTER),
            (SERVER, ENTER),
            ("authorization completed", ""),
        ]
        return home.run(command("cline"), "mcp", screen=Screen(typed, ends=True))

    def call(self, home: Home) -> Ended:
        model = ("openai-compatible", "--apikey", "none", "--modelid", "none", "--baseurl")
        well(home.run(command("cline"), "auth", *model, f"{home.lab.model}/v1"))
        words = ("--auto-approve", "true", "-P", "openai-compatible", "-m", "none")
        return home.run(command("cline"), *words, f"Use {SERVER}__{TOOL}.")

    def asks(self, home: Home) -> bool:
        """It has no command that tells: its own mark in its file, or a call that does not come through."""
        home.lab.heard()
        self.call(home)
        return not any(each.method == "tools/call" for each in home.lab.heard())


class Copilot:
    id, name, keychain = "copilot-cli", "Copilot CLI", True
    config: tuple[str, ...] = ()
    names_issuer = True

    def add(self, home: Home) -> None:
        well(self._run(home, "mcp", "add", "--transport", "http", SERVER, home.lab.url))

    def login(self, home: Home) -> Ended:
        """There is no command for it: its screen opens the browser for every server at its start."""
        typed = [("trust", ENTER), (r"servers? connected", "")]
        return self._run(home, screen=Screen(typed, ends=True, linger=4))

    def call(self, home: Home) -> Ended:
        typed = [("trust", ENTER), (r"It works\.", "")]
        words = ("--allow-all-tools", "-i", f"Use {SERVER}-{TOOL}.")
        return self._run(home, *words, screen=Screen(typed, ends=True, linger=2))

    def asks(self, home: Home) -> bool:
        env = self._env(home)
        return home.opens_browser(command("copilot"), env=env, screen=Screen([("trust", ENTER)]), seconds=25)

    def _run(self, home: Home, *words: str, **how: Any) -> Ended:
        return home.run(command("copilot"), *words, env=self._env(home), **how)

    def _env(self, home: Home) -> dict[str, str]:
        return {
            "COPILOT_OFFLINE": "true",
            "COPILOT_PROVIDER_BASE_URL": f"{home.lab.model}/v1",
            "COPILOT_MODEL": "none",
            "COPILOT_PROVIDER_API_KEY": "none",
        }


class Mcpc:
    id, name, keychain = "mcpc", "mcpc", True
    config: tuple[str, ...] = ()
    names_issuer = False

    def add(self, home: Home) -> None:
        """It has no configuration of servers: another program's makes keyrack know this one."""
        written(home.folder / ".cursor" / "mcp.json", {"mcpServers": {SERVER: {"url": home.lab.url}}})

    def login(self, home: Home) -> Ended:
        typed = [("[Pp]ress [Ee]nter", ENTER), ("[Ee]nter", ENTER)]
        return home.run(command("mcpc"), "login", home.lab.url, screen=Screen(typed))

    def call(self, home: Home) -> Ended:
        connected = home.run(command("mcpc"), "connect", home.lab.url, f"@{SERVER}")
        if connected.code != 0:
            return connected
        called = home.run(command("mcpc"), f"@{SERVER}", "tools-call", TOOL, "{}")
        home.run(command("mcpc"), "close", f"@{SERVER}")
        return called

    def asks(self, home: Home) -> bool:
        return self.call(home).code != 0


class Inspector:
    id, name, keychain = "mcp-inspector", "MCP Inspector", True
    config: tuple[str, ...] = ()
    names_issuer = True

    def add(self, home: Home) -> None:
        """It has no configuration of servers: another program's makes keyrack know this one."""
        written(home.folder / ".cursor" / "mcp.json", {"mcpServers": {SERVER: {"url": home.lab.url}}})

    def login(self, home: Home) -> Ended:
        screen = Screen(browser=home.env["BROWSER"])  # it only prints the address
        return self._connection(home, "connect", home.lab.url, screen=screen)

    def call(self, home: Home) -> Ended:
        connected = self._connection(home, "--stored-auth-only", "connect", home.lab.url)
        if connected.code != 0:
            return connected
        return self._connection(home, "--format", "json", "tools/call", TOOL, "{}")

    def _connection(self, home: Home, *words: str, **how: Any) -> Ended:
        return home.run(command("mcpdo"), "--connection", SERVER, *words, **how)

    def asks(self, home: Home) -> bool:
        return self.call(home).code != 0


ON_DEMAND: tuple[Program, ...] = (Opencode(), Gemini(), Cline(), Copilot(), Mcpc(), Inspector())

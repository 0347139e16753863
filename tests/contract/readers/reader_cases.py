"""Each reader, with a function that writes a valid file for it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import tomli_w
import yaml

from keyrack.domain.reading import Place, Reading
from keyrack.sources.reader import read_all


class Syntax(NamedTuple):
    """A file format, with what may be wrong in it."""

    dump: Callable[[Any], str]
    broken: str  # on line 2, with "sk-hidden" beside it
    half: str  # what is on the disk while a file is being written
    nested: str
    number: str
    twice_is_an_error: bool = False  # the same key again


JSON = Syntax(
    lambda data: json.dumps(data, indent=1),
    broken='{\n"a": "sk-hidden" "b"\n}',
    half='{"mcpServers": {"good": {"url": "https://good.exam',
    nested="[" * 100_000,
    number='{"a": ' + "9" * 5000 + "}",
)
TOML = Syntax(
    tomli_w.dumps,
    broken='a = 1\nb = = "sk-hidden"\n',
    half='[mcp_servers.good]\nurl = "https://good.exam',
    nested="a = " + "[" * 100_000,
    number="a = " + "9" * 5000,
    twice_is_an_error=True,
)
YAML = Syntax(
    lambda data: yaml.safe_dump(data, sort_keys=False, allow_unicode=True),
    broken='a: 1\nb: "sk-hidden" "b"\n',
    half='mcpServers:\n- name: good\n  url: "https://good.exam',
    nested="a: " + "[" * 100_000,
    number="a: " + "9" * 5000,
)


def renamed(**keys: str) -> Callable[[dict], dict]:
    """A way to write an entry: with other keys than usual."""
    return lambda entry: {keys.get(key, key): value for key, value in entry.items()}


def nested_transport(entry: dict) -> dict:
    return entry if "command" in entry else {"transport": entry}


def request_options(entry: dict) -> dict:
    headers = entry.get("headers")
    return entry if headers is None else {**entry, "headers": None, "requestOptions": {"headers": headers}}


def one_command(entry: dict) -> dict:
    """The command and its arguments in one list."""
    if "command" not in entry:
        return entry
    command = [entry["command"], *entry.get("args", ())]
    return {"type": "local", "command": command, "environment": entry.get("env", {})}


class Case(NamedTuple):
    client: str
    file: str  # below the home folder
    root: str = "mcpServers"
    syntax: Syntax = JSON
    entry: Callable[[dict], dict] = dict  # an entry as this program writes it
    is_list: bool = False  # the root is a list of entries with a name

    def __str__(self) -> str:
        return self.client

    def write(self, servers: Mapping[str, Any]) -> str:
        own = {name: self.entry(each) if isinstance(each, dict) else each for name, each in servers.items()}
        if self.is_list:
            items = [{"name": name, **each} if isinstance(each, dict) else each for name, each in own.items()]
            return self.syntax.dump({self.root: items})
        return self.syntax.dump({self.root: own})


CASES = [
    Case("keyrack", ".config/keyrack/config.toml", "servers", TOML),
    Case("mcp", ".config/mcp/servers.json"),
    Case("mcp-use", "agents.json"),
    Case("Claude Code", ".claude.json"),
    Case("Cursor", ".cursor/mcp.json"),
    Case("VS Code", ".config/Code/User/mcp.json", "servers"),
    Case("Codex", ".codex/config.toml", "mcp_servers", TOML, renamed(headers="http_headers")),
    Case("Amazon Q", ".aws/amazonq/mcp.json"),
    Case("Amp", ".config/amp/settings.json", "amp.mcpServers"),
    Case("Antigravity", ".gemini/antigravity/mcp_config.json", entry=renamed(url="serverUrl")),
    Case("Claude Desktop", ".config/Claude/claude_desktop_config.json"),
    Case("Cline", ".cline/data/settings/cline_mcp_settings.json", entry=nested_transport),
    Case("Continue", ".continue/config.yaml", syntax=YAML, entry=request_options, is_list=True),
    Case("Copilot CLI", ".copilot/mcp-config.json"),
    Case("Crush", ".config/crush/crush.json", "mcp"),
    Case("Droid", ".factory/mcp.json"),
    Case("Gemini CLI", ".gemini/settings.json"),
    Case(
        "goose",
        ".config/goose/config.yaml",
        "extensions",
        YAML,
        renamed(url="uri", command="cmd", env="envs"),
    ),
    Case("Kilo", ".config/kilo/kilo.jsonc", "mcp", entry=one_command),
    Case("Kimi Code", ".kimi-code/mcp.json"),
    Case("Kiro", ".kiro/settings/mcp.json"),
    Case("LM Studio", ".lmstudio/mcp.json"),
    Case("mcp-use (TypeScript)", ".mcp-use/cli-sessions.json", "sessions"),
    Case("mcporter", ".mcporter/mcporter.json", entry=renamed(url="baseUrl")),
    Case("opencode", ".config/opencode/opencode.jsonc", "mcp", entry=one_command),
    Case("Qoder", ".qoder/mcp.json"),
    Case("Qwen Code", ".qwen/settings.json", entry=renamed(url="httpUrl")),
    Case(
        "Roo Code",
        ".config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
    ),
    Case("Trae", ".config/Trae/User/mcp.json"),
    Case("Mistral Vibe", ".vibe/config.toml", "mcp_servers", TOML, is_list=True),
    Case("Windsurf", ".codeium/windsurf/mcp_config.json", entry=renamed(url="serverUrl")),
    Case("Zed", ".config/zed/settings.json", "context_servers"),
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

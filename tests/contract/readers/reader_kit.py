"""What the cases of the readers are made of."""

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


class Found(NamedTuple):
    """A server as it is listed. A header may be in plain text, or known to its program only."""

    name: str
    place: str  # its address, or the program of its command
    headers: tuple[str, ...] = ()
    transport: str = "http"
    disabled: bool = False
    client_id: str | None = None


def found_in(reading: Reading) -> list[Found]:
    return [
        Found(
            server.name,
            server.url or server.command or "",
            tuple(
                f"{header.name}: {header.reference}"
                + " (literal)" * header.plaintext
                + " (asked)" * header.asked
                for header in server.headers
            ),
            server.transport,
            all(source.disabled for source in server.sources),
            server.client.client_id,
        )
        for server in reading.servers
    ]


class Case(NamedTuple):
    client: str
    file: str  # below the home folder
    root: str = "mcpServers"
    syntax: Syntax = JSON
    entry: Callable[[dict], dict] = dict  # an entry as this program writes it
    is_list: bool = False  # the root is a list of entries with a name
    mac: str = ""  # the file on macOS; "": the same as on Linux
    windows: str = ""  # the file on Windows, where it may start with %APPDATA%; "": the same as on Linux
    found: tuple[Found, ...] = ()  # in the fixture of this name; none: test_sources_programs.py has its files

    def __str__(self) -> str:
        return self.client

    def write(self, servers: Mapping[str, Any]) -> str:
        own = {name: self.entry(each) if isinstance(each, dict) else each for name, each in servers.items()}
        if self.is_list:
            items = [{"name": name, **each} if isinstance(each, dict) else each for name, each in own.items()]
            return self.syntax.dump({self.root: items})
        return self.syntax.dump({self.root: own})


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

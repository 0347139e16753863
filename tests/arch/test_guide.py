"""The examples in CONTRIBUTING.md work."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

from contract.readers import reader_kit
from contract.tokens import token_cases
from keyrack.cli import verbs
from keyrack.sources import programs, tokens

GUIDE = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()
EXAMPLES = tuple(map(dedent, re.findall(r"^ *```python\n(.*?)^ *```", GUIDE, re.MULTILINE | re.DOTALL)))


def example(start: str) -> str:
    [found] = [each for each in EXAMPLES if each.startswith(start)]
    return found


def module(monkeypatch: pytest.MonkeyPatch, name: str, start: str) -> dict[str, Any]:
    """The example as the module of this name."""
    made = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, made)
    exec(example(start), made.__dict__)
    return made.__dict__


def row(start: str, *names: ModuleType) -> Any:
    """The example as a row of a table."""
    [made] = eval(f"({example(start)})", {key: value for each in names for key, value in vars(each).items()})
    return made


def test_the_program_s_servers_are_listed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module(monkeypatch, "keyrack.sources.programs.zot", '"""Zot: `~/.zot/mcp.json`')
    monkeypatch.setattr(programs, "PROGRAMS", (row("Program(", programs),))
    case = row('Case(\n    "Zot",\n    ".zot/mcp.json"', reader_kit)
    desk = reader_kit.Desk(case, tmp_path)
    far = {"url": "https://far.example.com/mcp", "headers": {"Authorization": "Bearer ${ZOT_KEY}"}}
    desk.put({"far": far, "off": {"command": "npx", "enabled": False}})
    assert reader_kit.found_in(desk.read()) == list(case.found)


def test_the_program_s_logins_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module(monkeypatch, "keyrack.sources.tokens.programs.zot", '"""Zot: `logins`')
    monkeypatch.setattr("keyrack.sources.tokens.reader.HOLDERS", (row("Holder(", tokens),))
    case = row('Case(\n    "Zot",\n    "zot"', token_cases)
    home = token_cases.Home(case, tmp_path)
    home.path.parent.mkdir()
    login = {"serverUrl": token_cases.URL, "clientId": "DUMMY903", "scopes": ["mcp:read"]}
    secret = {"accessToken": "DUMMY901", "refreshToken": "DUMMY902", "expiresAt": 1795698194000}
    home.path.write_text(json.dumps({"logins": {"lab": {**login, **secret}}}))
    assert home.logins() == case.logins


def test_the_command_works(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    module(monkeypatch, "keyrack.operations.tokens.issuer", '"""Which authorization server')
    module(monkeypatch, "keyrack.cli.issuer", '"""`keyrack issuer`')
    line = eval("{" + example('"issuer": ') + "}", dict(vars(verbs)))
    monkeypatch.setattr(verbs, "VERBS", verbs.VERBS | line)
    tests = module(monkeypatch, "test_cli_issuer", "import pytest")
    for name, test in tests.items():
        if name.startswith("test_"):
            test(capsys)


def test_every_example_is_tried() -> None:
    assert len(EXAMPLES) == 10

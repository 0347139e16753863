"""Programs, run for real, take their tokens from keyrack by the entry that it writes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.clients.lab import Home, Lab, running_lab
from support.clients.more_programs import Cline, Copilot, Gemini, Opencode
from support.clients.programs import (
    SAYS,
    SERVER,
    ClaudeCode,
    Codex,
    Mcporter,
    McpUse,
    Program,
    well,
)  # fmt: skip
from support.clients.running import Ended

SHORT = 5  # seconds that a token lives
PROGRAMS = (ClaudeCode(), Codex())
LARGE = pytest.mark.slow("it is large, or waits for its own screen")
LANGCHAIN = pytest.mark.slow("it imports LangChain at each start")
# With the files that have an entry for the server.
BY_BRIDGE = [
    pytest.param(Mcporter(), ".mcporter/mcporter.json", id="mcporter"),
    pytest.param(McpUse(), "project/mcp.json", id="mcp-use", marks=LANGCHAIN),
]
if os.environ.get("KEYRACK_TEST_CLIENTS") == "all":
    BY_BRIDGE += [
        pytest.param(Gemini(), ".gemini/settings.json", id="gemini-cli", marks=LARGE),
        pytest.param(Opencode(), ".config/opencode/opencode.jsonc", id="opencode", marks=LARGE),
        pytest.param(Cline(), ".cline/data/settings/cline_mcp_settings.json", id="cline", marks=LARGE),
        pytest.param(Copilot(), ".copilot/mcp-config.json", id="copilot-cli", marks=LARGE),
    ]


@pytest.fixture(scope="module")
def short_lab() -> Iterator[Lab]:
    """One whose tokens soon expire."""
    with running_lab(SHORT) as lab:
        yield lab


@pytest.fixture(params=PROGRAMS, ids=lambda program: program.id)
def program(request: pytest.FixtureRequest) -> ClaudeCode | Codex:
    return request.param


def connected(lab: Lab, folder: Path, program: ClaudeCode | Codex) -> Home:
    """The program at home, connected to keyrack, which has a login."""
    home = Home(lab, folder / "home", keychain=program.id == "claude-code")
    program.add(home)
    well(home.keyrack("login", SERVER))
    well(home.keyrack("connect", SERVER, "--to", program.id, "--write"))
    return home


def works(ended: Ended) -> bool:
    return ended.code == 0 and SAYS in ended.text


def test_it_calls_with_keyracks_token_and_has_none_itself(
    lab: Lab, tmp_path: Path, program: ClaudeCode | Codex
) -> None:
    home = connected(lab, tmp_path, program)
    token = well(home.keyrack("token", SERVER)).strip()
    lab.heard()
    called = program.call(home)
    assert works(called), called
    assert {each.token for each in lab.heard() if each.method == "tools/call"} == {token}
    [row] = home.keyrack_json("list", "--json")
    assert (row["name"], row["state"], row["elsewhere"]) == (SERVER, "valid", [])
    checked = home.keyrack("doctor")
    assert "gets no token" not in checked.text and "can't be run" not in checked.text
    assert well(home.keyrack("disconnect", SERVER, "--from", program.id, "--write"))
    assert program.asks(home)


def test_it_goes_on_with_a_new_token_when_its_own_expires_in_a_session(
    short_lab: Lab, tmp_path: Path, program: ClaudeCode | Codex
) -> None:
    home = connected(short_lab, tmp_path, program)
    short_lab.heard()
    called = program.call(home, later=SHORT + 2)
    assert works(called), called
    heard = short_lab.heard()
    tokens = {each.token for each in heard if each.method == "tools/call" and each.status == 200}
    assert len(tokens) == 2
    assert any(each.status == 401 for each in heard)


def test_it_goes_on_with_a_new_token_when_the_server_forgets_its_own_in_a_session(
    tmp_path: Path, program: ClaudeCode | Codex
) -> None:
    with running_lab(once=True) as lab:
        home = connected(lab, tmp_path, program)
        lab.heard()
        called = program.call(home, later=1)
        assert works(called), called
        heard = lab.heard()
    calls = [each.token for each in heard if each.method == "tools/call" and each.status == 200]
    assert len(calls) == len(set(calls)) == 2
    assert any(each.status == 401 and each.token == calls[0] for each in heard)


@pytest.mark.parametrize(("program", "path"), BY_BRIDGE)
def test_a_bridge_serves_it_beyond_the_life_of_a_token_and_undo_restores_its_file(
    short_lab: Lab, tmp_path: Path, program: Program, path: str
) -> None:
    home = Home(short_lab, tmp_path / "home", keychain=True)
    program.add(home)
    file = home.folder / path
    before = file.read_bytes()
    well(home.keyrack("login", SERVER, *program.config))
    connected = well(home.keyrack("connect", SERVER, "--to", program.id, "--write", *program.config))
    assert "by bridge" in connected

    first = called_with(program, home)
    end = time.monotonic() + SHORT
    while time.monotonic() < end:
        time.sleep(0.1)
    assert called_with(program, home) != first

    well(home.keyrack("undo", "--yes", *program.config))
    assert file.read_bytes() == before


def called_with(program: Program, home: Home) -> str:
    """The token with which the tool was called."""
    home.lab.heard()
    called = program.call(home)
    if not works(called):  # some don't wait until a server has started
        called = program.call(home)
    assert works(called), called
    [token] = {each.token for each in home.lab.heard() if each.method == "tools/call" and each.status == 200}
    return token

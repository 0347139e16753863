"""Claude Code and Codex, run for real, take their tokens from keyrack by the entry that it writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.clients.lab import Home, Lab, running_lab
from support.clients.programs import SAYS, SERVER, TOOL, ClaudeCode, Codex, command, well, written
from support.clients.running import Ended

SHORT = 5  # seconds that a token lives
PROGRAMS = (ClaudeCode(), Codex())


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


def test_a_program_that_only_starts_servers_calls_through_the_bridge(lab: Lab, tmp_path: Path) -> None:
    home = Home(lab, tmp_path / "home", keychain=True)
    written(home.folder / ".mcporter" / "mcporter.json", {"mcpServers": {SERVER: {"baseUrl": lab.url}}})
    well(home.keyrack("login", SERVER))
    well(home.keyrack("connect", SERVER, "--to", "mcporter", "--write"))
    token = well(home.keyrack("token", SERVER)).strip()
    lab.heard()
    called = home.run(command("mcporter"), "call", f"{SERVER}.{TOOL}")
    assert works(called), called
    assert {each.token for each in lab.heard() if each.method == "tools/call"} == {token}

"""Other programs, run for real: what they store, and what they do with what keyrack changes there."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from support.clients.inside import TOKEN_SECONDS
from support.clients.lab import Home, Lab
from support.clients.more_programs import ON_DEMAND
from support.clients.programs import IN_EVERY_RUN, SAYS, SERVER, Program
from support.clients.running import Ended

LEEWAY = 120  # seconds between a login and the look at it


class Case(NamedTuple):
    """A program at home, with the lab's server in its configuration, and keyrack beside it."""

    program: Program
    home: Home

    def keyrack(self, *words: str) -> Ended:
        return self.home.keyrack(*words, *self.program.config)

    def login(self) -> None:
        ended = self.program.login(self.home)
        assert ended.code == 0, ended

    def asks(self) -> bool:
        return self.program.asks(self.home)

    def row(self) -> dict[str, Any]:
        """What `keyrack list --json` says of the server."""
        rows = self.home.keyrack_json("list", "--json", *self.program.config)
        return next(row for row in rows if row["name"] == SERVER)


def _param(program: Program) -> Any:
    slow = "it imports LangChain at each start" if program.id == "mcp-use" else ""
    slow = "it is large, or waits for its own screen" if program in ON_DEMAND else slow
    marks = [pytest.mark.slow(slow)] if slow else []
    return pytest.param(program, marks=marks, id=program.id + "-keychain" * program.keychain)


PROGRAMS = IN_EVERY_RUN + (ON_DEMAND if os.environ.get("KEYRACK_TEST_CLIENTS") == "all" else ())


@pytest.fixture(params=map(_param, PROGRAMS))
def case(request: pytest.FixtureRequest, lab: Lab, tmp_path: Path) -> Case:
    program: Program = request.param
    home = Home(lab, tmp_path / "home", keychain=program.keychain)
    program.add(home)
    return Case(program, home)


def test_its_login_is_listed_and_once_keyrack_has_moved_it_the_program_asks_for_one(case: Case) -> None:
    assert case.asks()  # some leave a row without a token behind
    assert case.row()["elsewhere"] == []

    case.login()
    row = case.row()
    (held,) = row["elsewhere"]
    assert (held["client"], held["state"], row["state"]) == (case.program.name, "valid", "no-credential")
    expires_at = time.mktime(time.strptime(held["expires_at"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert -LEEWAY < expires_at - time.time() - TOKEN_SECONDS <= 1
    if not case.program.keychain:
        assert Path(held["path"]).is_file()
        assert held["mode"] == f"{Path(held['path']).stat().st_mode & 0o777:04o}"
    assert not case.asks()

    take = ("import", SERVER, "--from", case.program.id)
    moved = case.keyrack(*take, "--move")
    if case.program.names_issuer:
        assert moved.code == 0, moved
    else:
        assert moved.code == 1 and "does not store which authorization server" in moved.text
        assert case.keyrack(*take, "--copy").code == 0
        assert case.keyrack("clear", SERVER, "--from", case.program.id, "--yes").code == 0
    row = case.row()
    assert (row["state"], row["expires_at"], row["elsewhere"]) == ("valid", held["expires_at"], [])
    assert case.asks()


def test_it_calls_with_the_token_that_keyrack_publishes_and_asks_for_a_login_once_that_is_cleared(
    case: Case,
) -> None:
    case.login()
    assert case.keyrack("login", SERVER).code == 0
    publish = ("publish", SERVER, "--to", case.program.id, "--yes")
    (held,) = case.row()["elsewhere"]
    if held["mode"] == "0644":
        refused = case.keyrack(*publish)
        assert refused.code == 1 and f"chmod 600 {held['path']}" in refused.text
        Path(held["path"]).chmod(0o600)
    published = case.keyrack(*publish)
    assert published.code == 0, published

    assert case.keyrack("refresh", SERVER).code == 0
    token = case.keyrack("token", SERVER).text.strip()
    case.home.lab.heard()
    called = case.program.call(case.home)
    assert called.code == 0 and SAYS in called.text
    assert {each.token for each in case.home.lab.heard() if each.method == "tools/call"} == {token}

    cleared = case.keyrack("clear", SERVER, "--from", case.program.id, "--yes")
    assert cleared.code == 0, cleared
    assert case.keyrack("refresh", SERVER).code == 0
    assert case.row()["elsewhere"] == []
    assert case.asks()

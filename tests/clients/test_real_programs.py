"""Other programs, run for real: what they store, and what they do with what keyrack writes there."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from support.clients.inside import TOKEN_SECONDS
from support.clients.lab import Home, Lab
from support.clients.programs import IN_EVERY_RUN, SAYS, SERVER, Program

LEEWAY = 120  # seconds between a login and the look at it


@pytest.fixture(params=IN_EVERY_RUN, ids=lambda program: program.id + "-keychain" * program.keychain)
def program(request: pytest.FixtureRequest) -> Program:
    return request.param


@pytest.fixture
def home(lab: Lab, program: Program, tmp_path: Path) -> Home:
    """The program's home, with the lab's server in its configuration."""
    home = Home(lab, tmp_path / "home", keychain=program.keychain)
    program.add(home)
    lab.heard()
    return home


def elsewhere(home: Home) -> list[dict[str, Any]]:
    """What `keyrack list --json` says of the server's tokens in other programs."""
    listed = home.keyrack("list", "--json")
    assert listed.code == 0, listed
    return next(row for row in json.loads(listed.text) if row["name"] == SERVER)["elsewhere"]


def test_a_login_of_its_own_is_listed_with_its_state_and_place(program: Program, home: Home) -> None:
    program.asks(home)  # some leave a row without a token behind
    assert elsewhere(home) == []

    assert program.login(home).code == 0
    (row,) = elsewhere(home)
    assert (row["client"], row["state"]) == (program.name, "valid")
    expires_at = time.mktime(time.strptime(row["expires_at"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert -LEEWAY < expires_at - time.time() - TOKEN_SECONDS <= 1
    if not program.keychain:
        assert Path(row["path"]).is_file()
        assert row["mode"] == f"{Path(row['path']).stat().st_mode & 0o777:04o}"

    called = program.call(home)
    assert called.code == 0 and SAYS in called.text

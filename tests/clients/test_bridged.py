"""Other programs, run for real, call a remote server's tool through `keyrack bridge`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.clients.bridged import IN_EVERY_RUN, ON_DEMAND, Bridged
from support.clients.lab import Home, Lab
from support.clients.programs import SAYS

LARGE = pytest.mark.slow("it is large, or waits for its own screen")
PROGRAMS = [pytest.param(each, id=each.id) for each in IN_EVERY_RUN]
if os.environ.get("KEYRACK_TEST_CLIENTS") == "all":
    PROGRAMS += [pytest.param(each, id=each.id, marks=LARGE) for each in ON_DEMAND]


@pytest.mark.parametrize("program", PROGRAMS)
def test_it_calls_with_the_token_from_the_keychain(program: Bridged, lab: Lab, tmp_path: Path) -> None:
    home = Home(lab, tmp_path / "home", keychain=True)
    assert home.keyrack("login", lab.url).code == 0
    program.add(home)
    token = home.keyrack("token", lab.url).text.strip()
    lab.heard()

    called = program.call(home)

    assert called.code == 0 and SAYS in called.text, called
    assert {each.token for each in lab.heard() if each.method == "tools/call"} == {token}
    home.keyrack("clear", lab.url, "--yes")

"""Keychain items whose server is named in a file of the program, or in another item, can be changed too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.canned import ISSUER, URL
from support.machine import Machine

Store = Callable[[Machine], tuple[str, str]]
HASH = "0" * 64
ACCOUNT = "auth-profile:mcp.linear.app:default"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def copilot(machine: Machine) -> tuple[str, str]:
    """The JSON file stays when there is a keychain, and only it has the URL."""
    about = {"serverUrl": URL, "authorizationServerUrl": ISSUER, "clientId": "client-of-copilot"}
    machine.put(f".copilot/mcp-oauth-config/{HASH}.json", about)
    machine.put(".copilot/mcp-config.json", {"mcpServers": {"lab": {"type": "http", "url": URL}}})
    tokens = {"accessToken": "at-1", "refreshToken": "rt-1", "expiresAt": int(machine.now) + 60}
    machine.items.put("copilot-mcp-oauth", HASH, tokens)
    return "copilot-mcp-oauth", HASH


def mcpc(machine: Machine) -> tuple[str, str]:
    """The client is an item of its own."""
    host = {"default": {"name": "default", "serverUrl": URL}}
    machine.put(".mcpc/profiles.json", {"profiles": {"mcp.linear.app": host}})
    machine.put(".cursor/mcp.json", {"mcpServers": {"lab": {"url": URL}}})
    machine.items.put("mcpc", f"{ACCOUNT}:client", {"clientId": "client-of-mcpc"})
    tokens = {"accessToken": "at-1", "tokenType": "Bearer", "expiresAt": int(machine.now) + 60}
    machine.items.put("mcpc", f"{ACCOUNT}:tokens", tokens)
    return "mcpc", f"{ACCOUNT}:tokens"


PROGRAMS = pytest.mark.parametrize(("program", "store"), [("copilot-cli", copilot), ("mcpc", mcpc)])


@PROGRAMS
def test_such_a_login_is_cleared(machine: Machine, program: str, store: Store) -> None:
    item = store(machine)
    assert machine.run("clear", "lab", "--from", program, "--yes") == 0
    assert item not in machine.items.items


@PROGRAMS
def test_a_token_is_published_to_such_an_item(machine: Machine, program: str, store: Store) -> None:
    item = store(machine)
    machine.log_in("at-0")
    assert machine.run("publish", "lab", "--to", program, "--yes") == 0
    assert json.loads(machine.items.items[item].secret.reveal())["accessToken"] == "at-0"

"""The demo shows all the states that it promises, logs in without a browser, and leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from keyrack.demo.browser import approving
from keyrack.demo.sandbox import Sandbox, sandbox
from keyrack.domain.model import Server
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.servers.check import check
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens.refresh import refresh

STATES = {
    "notes": "valid",
    "calendar": "expiring",
    "issues": "refreshable",
    "analytics": "login-needed",
    "drive": "no-credential",
    "docs": "no-auth",
    "warehouse": "unreachable",
    "search": "configured",
    "weather": "empty-header",
    "filesystem": "stdio",
}


@pytest.fixture
def world() -> Iterator[Sandbox]:
    with sandbox(lambda url: approving(url, wait=0)) as world:
        yield world


def server(world: Sandbox, name: str) -> Server:
    return find(world.adapters, name)


def test_every_state_of_the_cast_is_on_the_list(world: Sandbox, own_home: Path) -> None:
    (own_home / ".claude.json").write_text('{"mcpServers": {"the-users-own": {"url": "https://a.example"}}}')
    seen = overview(world.adapters)
    assert {row.server.name: row.status.state.value for row in seen.rows} == STATES
    assert seen.problems == ()


def test_a_server_named_by_two_programs_is_listed_once_with_both(world: Sandbox) -> None:
    assert {source.client for source in server(world, "notes").sources} == {"Claude Code", "Cursor"}


@pytest.mark.parametrize("name", ["drive", "analytics", "weather"])
def test_a_login_is_approved_without_a_browser(world: Sandbox, name: str) -> None:
    login(world.adapters, server(world, name))
    assert check(world.adapters, server(world, name)).verdict == "accepted"


@pytest.mark.parametrize("name", ["notes", "issues"])
def test_what_renews_itself_can_be_refreshed(world: Sandbox, name: str) -> None:
    refresh(world.adapters, server(world, name))
    assert check(world.adapters, server(world, name)).verdict == "accepted"


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("notes", "accepted"), ("drive", "required"), ("docs", "open"), ("warehouse", "unreachable")],
)
def test_a_check_finds_what_the_list_said(world: Sandbox, name: str, verdict: str) -> None:
    assert check(world.adapters, server(world, name)).verdict == verdict


def test_a_stored_token_can_be_revoked(world: Sandbox) -> None:
    receipt = clear(world.adapters, server(world, "notes"), revoke=True)
    assert receipt.ok, receipt


def test_the_consent_page_shows_a_hostile_name_as_text(world: Sandbox) -> None:
    name = "<script>alert(1)</script>"
    back = "http://127.0.0.1:9/callback"
    with httpx.Client(trust_env=False, follow_redirects=True) as browser:
        login_request = {"client_name": name, "redirect_uris": [back]}
        client = browser.post(f"{world.issuer}/register", json=login_request).json()
        query = {
            "response_type": "code", "client_id": client["client_id"], "redirect_uri": back,
            "code_challenge": "x" * 43, "code_challenge_method": "S256", "state": "s",
        }  # fmt: skip
        page = browser.get(f"{world.issuer}/authorize", params=query)
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text


def test_nothing_is_left() -> None:
    before = set(threading.enumerate())
    with sandbox(approving) as world:
        home, issuer = world.home, world.issuer
        assert (home / ".claude.json").exists()
    assert not home.exists()
    assert set(threading.enumerate()) == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(issuer, trust_env=False)

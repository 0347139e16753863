"""The command line from login to clear, with a real browser, keychain and authorization server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support import browser
from support.authserver import AuthServer
from support.keychain import private_keychain

KEYRACK = Path(sys.executable).with_name("keyrack")
PATIENCE = 90  # seconds for the browser


@pytest.fixture
def env(own_home: Path) -> Iterator[dict[str, str]]:
    with private_keychain() as keychain:
        yield {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), **keychain}


def keyrack(env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [KEYRACK, *words], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
    )


def end_of_visit(log: Path) -> str:
    """The browser's log, once it has closed."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        text = log.read_text() if log.exists() else ""
        if text.endswith("closed\n"):
            return text
        time.sleep(0.05)
    raise AssertionError(f"the browser did not close; its log: {text}")


def test_a_person_signs_in_and_the_token_lives_in_the_keychain(
    oidc_server: AuthServer, env: dict[str, str], own_home: Path, tmp_path: Path
) -> None:
    browser.need_browser()
    program, log = browser.command(tmp_path)
    entry = {"type": "http", "url": oidc_server.mcp_url}
    (own_home / ".claude.json").write_text(json.dumps({"mcpServers": {"guarded": entry}}))

    login = keyrack({**env, "BROWSER": program}, "login", "guarded")
    visit = end_of_visit(log)
    assert login.returncode == 0, login.stderr + visit
    assert "callback:" in visit, visit
    assert oidc_server.issuer in login.stderr

    token = keyrack(env, "token", "guarded")
    assert token.returncode == 0, token.stderr
    assert token.stdout.count("\n") == 1
    assert oidc_server.accepts(token.stdout.strip())

    [listed] = json.loads(keyrack(env, "list", "--json").stdout)
    assert (listed["name"], listed["kind"], listed["state"]) == ("guarded", "oauth", "valid")
    assert listed["issuer"] == oidc_server.issuer
    assert token.stdout.strip() not in json.dumps(listed)

    refreshed = keyrack(env, "refresh", "guarded")
    assert refreshed.returncode == 0, refreshed.stderr
    newer = keyrack(env, "token", "guarded").stdout.strip()
    assert newer != token.stdout.strip()
    assert oidc_server.accepts(newer)

    for file in own_home.rglob("*"):
        assert not file.is_file() or newer.encode() not in file.read_bytes(), f"{file} holds the token"

    cleared = keyrack(env, "clear", "guarded", "--yes")
    assert cleared.returncode == 0, cleared.stderr
    assert keyrack(env, "token", "guarded").returncode == 3

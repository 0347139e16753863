"""Other programs' keychain items in `keyrack list`, with a real gnome-keyring."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from contract.tokens.token_cases import ITEM_CASES, URL, Case, Home
from contract.tokens.token_cases import items as items_of
from support.keychain import private_keychain

PUT = """
import json, sys
import keyring
for service, account, secret in json.load(sys.stdin):
    keyring.set_password(service, account, secret)
"""
KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Every program that uses a keychain, without its files."""
    for case in ITEM_CASES:
        Home(case, tmp_path)
    for token_file in (".codex/.credentials.json", ".mcpc/credentials.json", ".mcp-inspector/secrets.json"):
        (tmp_path / token_file).unlink()
    for token_file in (tmp_path / ".copilot/mcp-oauth-config").glob("*.tokens.json"):
        token_file.unlink()
    servers = {"lab": {"type": "http", "url": URL}}
    (tmp_path / ".claude.json").write_text(json.dumps({"mcpServers": servers}))
    return tmp_path


def elsewhere(home: Path, keychain: Mapping[str, str]) -> dict[str, str]:
    """The state of each program's token, as the list prints it."""
    command = [sys.executable, "-m", "keyrack", "list", "--json"]
    env = {"HOME": str(home), "LANG": "C.UTF-8", **keychain}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert "DUMMY" not in done.stdout + done.stderr
    [row] = [row for row in json.loads(done.stdout) if row["url"] == URL]
    assert all((each["path"], each["mode"]) == (None, None) for each in row["elsewhere"])
    return {each["client"]: each["state"] for each in row["elsewhere"]}


def put(cases: list[Case], keychain: Mapping[str, str], home: Path) -> None:
    stored = [(item.service, item.account, item.secret.reveal()) for case in cases for item in items_of(case)]
    env = {"HOME": str(home), **KEYRING, **keychain}
    command = [sys.executable, "-c", PUT]
    subprocess.run(command, env=env, input=json.dumps(stored), text=True, timeout=60, check=True)


def test_the_list_shows_what_programs_keep_in_the_keychain(home: Path) -> None:
    with private_keychain() as keychain:
        put(ITEM_CASES, keychain, home)
        found = elsewhere(home, keychain)
        assert set(found) == {case.client for case in ITEM_CASES}
        assert set(found.values()) <= {"valid", "refreshable"}
        (home / ".vibe/config.toml").unlink()
        (home / ".vibe").rmdir()
        assert "Mistral Vibe" not in elsewhere(home, keychain)  # no folder, so nobody looked


def test_a_locked_keychain_is_not_unlocked_for_the_list(home: Path) -> None:
    with private_keychain(locked=True) as keychain:
        assert elsewhere(home, keychain) == {}

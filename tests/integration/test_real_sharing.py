"""Taking over, publishing, clearing and undoing with a real keychain and a real authorization server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keyrack import wiring
from keyrack.domain.model import CredentialKey
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.servers.find import find
from support.authserver import AuthServer
from support.keychain import private_keychain
from support.signing_in import Person

APP = str(Path(__file__).parents[2] / "app")


def test_a_login_of_claude_code_moves_renews_itself_and_is_published_back(
    sdk_server: AuthServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with private_keychain() as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        url, store = sdk_server.mcp_url, tmp_path / ".claude" / ".credentials.json"
        (tmp_path / ".claude.json").write_text(
            json.dumps({"mcpServers": {"lab": {"type": "http", "url": url}}})
        )
        person = Person()
        adapters = wiring.adapters(browse=person)
        server = find(adapters, "lab")
        login(adapters, server)
        person.leave()
        stored = adapters.credentials().load(CredentialKey.of(url))
        assert (
            stored is not None and stored.registration is not None and stored.tokens.refresh_token is not None
        )
        row = {
            "serverName": "lab",
            "serverUrl": url,
            "accessToken": stored.tokens.access_token.reveal(),
            "refreshToken": stored.tokens.refresh_token.reveal(),
            "expiresAt": int((stored.tokens.expires_at or 0) * 1000),
            "clientId": stored.registration.client_id,
            "clientSecret": stored.registration.client_secret and stored.registration.client_secret.reveal(),
            "discoveryState": {"authorizationServerUrl": sdk_server.issuer},
        }
        clear(adapters, server)
        store.parent.mkdir()
        store.write_text(json.dumps({"claudeAiOauth": {}, "mcpOAuth": {"lab|1": row}}))
        store.chmod(0o600)
        before = store.read_bytes()

        def keyrack(*words: str, code: int = 0) -> str:
            done = subprocess.run(
                [sys.executable, "-m", "keyrack", *words],
                env={**os.environ, "PYTHONPATH": APP},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert done.returncode == code, done.stderr
            assert row["accessToken"] not in done.stderr + done.stdout or words[0] == "token"
            return done.stdout

        [listed] = json.loads(keyrack("list", "--json"))
        assert (listed["state"], listed["next"]) == ("no-credential", "keyrack import lab --from claude-code")
        keyrack("import", "lab", "--from", "claude-code", "--move")
        assert json.loads(store.read_bytes()) == {"claudeAiOauth": {}, "mcpOAuth": {}}
        keyrack("undo", "--yes")
        assert store.read_bytes() == before
        keyrack("import", "lab", "--from", "claude-code", "--move")
        keyrack("refresh", "lab")  # with the client of Claude Code's row
        keyrack("undo", "--yes", code=1)  # its refresh token has rotated
        new = keyrack("token", "lab").strip()
        assert new != row["accessToken"] and sdk_server.accepts(new)

        store.write_bytes(before)  # a second login, of its own
        keyrack("publish", "lab", "--to", "claude-code", "--yes")
        assert json.loads(store.read_bytes())["mcpOAuth"]["lab|1"] == row | {
            "accessToken": new,
            "expiresAt": json.loads(store.read_bytes())["mcpOAuth"]["lab|1"]["expiresAt"],
        }
        keyrack("refresh", "lab")
        held = json.loads(store.read_bytes())["mcpOAuth"]["lab|1"]["accessToken"]
        assert held == keyrack("token", "lab").strip() != new and sdk_server.accepts(held)
        keyrack("clear", "lab", "--from", "claude-code", "--yes")
        assert json.loads(store.read_bytes())["mcpOAuth"] == {}
        sealed = b"".join(path.read_bytes() for path in tmp_path.rglob("*.age"))
        assert sealed and row["accessToken"].encode() not in sealed

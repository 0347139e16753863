"""`keyrack set` and `clear --revoke` as processes, with a terminal, a keychain and a service file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.net_server import LittleServer, little_server, reply
from support.keychain import private_keychain
from support.screen import screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
KEY = "acme_" + "k" * 30
SERVICE_FILE = """
id = "acme"
name = "Acme Tools"
hosts = ["127.0.0.1"]
auth = ["token"]
page = "https://acme.example/keys"
headers = {{ X-Acme-Tenant = "{{tenant}}", X-Acme-Key = "{{secret}}" }}

[[fields]]
key = "tenant"
label = "Tenant"
secret = false

[[fields]]
key = "secret"
label = "Key"

[check]
url = "http://127.0.0.1:{port}/me"
account = ["{{user.name}}"]
expires = {{ json = "ends" }}

[revoke]
method = "DELETE"
url = "http://127.0.0.1:{port}/me"
headers = {{ X-Acme-Key = "{{secret}}" }}
"""


def acme(connection: Any, request: bytes) -> None:
    """An API and an MCP server; the key of the tests is the only good one."""
    head = request.partition(b"\r\n\r\n")[0].decode().lower()
    if f"x-acme-key: {KEY}" not in head:
        connection.sendall(reply(b"{}", "401 Unauthorized"))
    elif head.startswith("delete /me"):
        connection.sendall(reply(b"", "204 No Content", Content_Type=""))
    elif head.startswith("get /me"):
        connection.sendall(reply(b'{"user": {"name": "ada"}, "ends": "2099-01-01"}'))
    else:
        connection.sendall(reply(b'{"jsonrpc": "2.0", "id": 1, "result": {"tools": []}}'))


@pytest.fixture(scope="module")
def keychain() -> Iterator[dict[str, str]]:
    with private_keychain() as env:
        yield env


@pytest.fixture
def env(own_home: Path, keychain: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(own_home), **keychain}


@pytest.fixture
def service(own_home: Path) -> Iterator[LittleServer]:
    with little_server(acme) as server:
        folder = own_home / ".config" / "keyrack" / "cards"
        folder.mkdir(parents=True)
        (folder / "acme.toml").write_text(SERVICE_FILE.format(port=server.port))
        yield server


def keyrack(env: dict[str, str], *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [KEYRACK, *words], env=env, input=typed, capture_output=True, text=True, timeout=60, check=False
    )


def squeezed(text: str) -> str:
    """Without spaces and ends of lines: a terminal cuts words where it pleases."""
    return "".join(text.split())


def test_typed_at_a_terminal_it_is_never_seen(env: dict[str, str], service: LittleServer) -> None:
    url = f"{service.url}/mcp"
    with screen([KEYRACK, "set", url, "--at-service"], env) as terminal:
        terminal.until("Acme Tools · Tenant:")
        terminal.press("blue", "Enter")
        terminal.until("Acme Tools · Key (not shown):")
        terminal.press(KEY, "Enter")
        assert terminal.until_ended() == 0
        shown = squeezed(terminal.text())
    assert squeezed("Acme Tools accepts it; it belongs to ada.") in shown
    assert KEY[:12] not in shown
    given = keyrack(env, "token", url)
    assert given.stdout == f"{KEY}\n"
    assert "This is the value of X-Acme-Key" in given.stderr
    assert keyrack(env, "check", url).returncode == 0
    heads = [request.partition(b"\r\n\r\n")[0].lower() for request in service.requests]
    without = [head for head in heads if b"x-acme-key: " + KEY.encode() not in head]
    assert len(without) == 2 < len(heads)  # a set and a check each ask once whether it makes a difference
    assert not any(b"x-acme" in head for head in without)
    [row] = json.loads(keyrack(env, "list", "--json").stdout)
    assert (row["kind"], row["expires_at"]) == ("token", "2099-01-01T00:00:00Z")
    assert keyrack(env, "clear", url, "--yes").returncode == 0


def test_a_refusal_leaves_nothing_anywhere(
    env: dict[str, str], service: LittleServer, own_home: Path
) -> None:
    wrong = "acme_" + "w" * 30
    url = f"{service.url}/mcp"
    done = keyrack(env, "set", url, "--field", "tenant=blue", typed=wrong)
    assert done.returncode == 1 and "refused the token" in done.stderr
    assert keyrack(env, "token", url).returncode == 3
    files = [path for path in own_home.rglob("*") if path.is_file()]
    assert not [path for path in files if wrong.encode() in path.read_bytes()]


def test_revoking_is_told_to_be_final_before_it_is_done(env: dict[str, str], service: LittleServer) -> None:
    url = f"{service.url}/mcp"
    assert keyrack(env, "set", url, typed=f"tenant=blue\nsecret={KEY}\n").returncode == 0
    for answer, code in (("n", 1), ("y", 0)):
        before = len(service.requests)
        with screen([KEYRACK, "clear", url, "--revoke"], env) as terminal:
            question = squeezed(terminal.until("[y/N]"))
            assert squeezed("Acme Tools revokes the token itself. This can't be undone, and") in question
            assert len(service.requests) == before
            terminal.press(answer, "Enter")
            assert terminal.until_ended() == code
            shown = squeezed(terminal.text())
    done = "✓ Revoke (Acme Tools has revoked it, for good.) ✓ Delete ✓ Verified gone"
    assert squeezed(done) in shown
    assert [request[:10] for request in service.requests if request.startswith(b"DELETE")] == [b"DELETE /me"]


def test_a_broken_service_file_is_told_by_doctor_and_by_the_list(
    env: dict[str, str], service: LittleServer
) -> None:
    path = Path(env["HOME"]) / ".config" / "keyrack" / "cards" / "acme.toml"
    path.write_text(path.read_text().replace('key = "tenant"', 'key = "tenent"'))
    wrong = "the header X-Acme-Tenant uses {tenant}, which is not a field."
    words = f"{path}: This service file can't be used: {wrong}"
    doctor = keyrack(env, "doctor")
    assert doctor.returncode == 1 and words in doctor.stdout
    assert words in keyrack(env, "list").stderr

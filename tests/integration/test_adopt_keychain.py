"""`keyrack adopt` as a user sees it: a real keychain, a server, and the line for the shell at the end."""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from net_server import LittleServer, little_server, reply

from support.keychain import private_keychain

TOKEN = "sk-hidden-1"
APP = str(Path(__file__).parents[2] / "app")


def takes_the_token(connection: socket.socket, request: bytes) -> None:
    if f"\r\nauthorization: bearer {TOKEN}\r\n" in request.decode().lower():
        message = {"jsonrpc": "2.0", "id": 1, "result": {"tools": []}}
        connection.sendall(reply(json.dumps(message).encode()))
    else:
        connection.sendall(reply(b"", "401 Unauthorized", WWW_Authenticate="Bearer"))


@pytest.fixture
def server() -> Iterator[LittleServer]:
    with little_server(takes_the_token) as server:
        yield server


class Person:
    """A home folder, a shell in which `keyrack` is a command, and a keychain."""

    def __init__(self, home: Path, keychain: dict[str, str]) -> None:
        self.home = home
        folder = home / "bin"
        folder.mkdir()
        command = folder / "keyrack"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m keyrack "$@"\n')
        command.chmod(0o755)
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        self.env = {**keychain, "HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "PYTHONPATH": APP}

    def types(self, line: str, **env: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["sh", "-c", line], env=self.env | env, cwd=self.home, capture_output=True, text=True, timeout=60
        )
        assert TOKEN not in done.stderr
        return done

    def sees(self) -> dict[str, str]:
        [row] = json.loads(self.types("keyrack list --json").stdout)
        return {key: row[key] for key in ("kind", "state", "next")}


def test_the_token_moves_and_the_program_gets_it_by_its_variable(
    server: LittleServer, tmp_path: Path
) -> None:
    path = tmp_path / ".cursor" / "mcp.json"
    path.parent.mkdir()
    text = (
        f'{{ // mine\r\n "mcpServers": {{"my git": {{"url": "{server.url}/mcp",\r\n'
        f'  "headers": {{"authorization": "Bearer {TOKEN}"}},}}}}}}'
    )
    path.write_bytes(text.encode())
    path.chmod(0o640)
    with private_keychain() as keychain:
        person = Person(tmp_path, keychain)
        assert person.sees() == {"kind": "header", "state": "configured", "next": "keyrack adopt 'my git'"}
        looked = person.types("keyrack adopt 'my git' --dry-run")
        assert looked.returncode == 0 and TOKEN not in looked.stdout and path.read_bytes() == text.encode()

        done = person.types("keyrack adopt 'my git' --yes")
        assert done.returncode == 0 and TOKEN not in done.stdout, done.stderr
        assert path.read_bytes().decode() == text.replace(TOKEN, "${env:KEYRACK_MY_GIT_TOKEN}")
        assert path.stat().st_mode & 0o777 == 0o640
        assert person.sees() == {"kind": "token", "state": "valid", "next": None}

        [export] = [line for line in done.stdout.splitlines() if line.strip().startswith("export ")]
        line = f'{export.strip()}; printf %s "$KEYRACK_MY_GIT_TOKEN"'
        assert person.types(line).stdout == TOKEN
        # In a shell that has the variable of yesterday, the same line brings today's token.
        assert person.types(line, KEYRACK_MY_GIT_TOKEN="old").stdout == TOKEN

        assert list(path.parent.iterdir()) == [path]  # no copy with the token in it
        undone = person.types("keyrack undo --yes")
        assert undone.returncode == 0 and TOKEN not in undone.stdout, undone.stderr
        assert path.read_bytes() == text.encode() and path.stat().st_mode & 0o777 == 0o640


def test_a_token_that_the_server_refuses_stays_in_the_file(server: LittleServer, tmp_path: Path) -> None:
    path = tmp_path / ".codex" / "config.toml"
    path.parent.mkdir()
    text = f'[mcp_servers.git]\nurl = "{server.url}/mcp"\nhttp_headers.Authorization = "Bearer wrong-1"\n'
    path.write_text(text)
    with private_keychain() as keychain:
        person = Person(tmp_path, keychain)
        done = person.types("keyrack adopt git --yes")
        assert done.returncode == 1 and "refused the token" in done.stderr
        assert path.read_text() == text and os.listdir(path.parent) == ["config.toml"]
        assert person.types("keyrack token git").stdout == "wrong-1\n"  # the file's, as before

"""A sign-in page that no longer knows keyrack's client, in a real terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.authserver import free_port
from support.keychain import private_keychain
from support.odd_server import Answer, Asked, OddServer, odd_server
from support.screen import screen

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
PAGE = Answer(400, b"<h1>Unknown client</h1>", {"Content-Type": "text/html"})
# A person's browser: it follows the page, and ends.
BROWSER = """#!/bin/sh
{python} -c 'import sys, urllib.request as r
try: r.build_opener(r.ProxyHandler({{}})).open(sys.argv[1], timeout=20)
except OSError: pass' "$1" >/dev/null 2>&1 &
"""


@contextmanager
def forgetful(home: Path) -> Iterator[tuple[OddServer, dict[str, str]]]:
    """A server at which keyrack has logged in once, and which has lost its registrations since."""
    program = home / "browser"
    program.write_text(BROWSER.format(python=sys.executable))
    program.chmod(0o755)
    with odd_server() as server, private_keychain() as keychain:
        clients: set[str] = set()

        def register(asked: Asked) -> Answer:
            clients.add(f"c-{len(server.to('/register'))}")
            return Answer(201, {**json.loads(asked.body), "client_id": max(clients)})

        def authorize(asked: Asked) -> Answer:
            return server.authorize(asked) if asked.query["client_id"] in clients else PAGE

        server.routes |= {"POST /register": register, "GET /authorize": authorize}
        env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(home), "BROWSER": str(program)}
        env |= keychain
        entry = {"type": "http", "url": server.url}
        (home / ".claude.json").write_text(json.dumps({"mcpServers": {"forgetful": entry}}))
        # A port of its own, which is kept: where another login holds the usual one, keyrack registers anew.
        first = [KEYRACK, "login", "forgetful", "--callback-port", str(free_port())]
        subprocess.run(first, env=env, check=True, capture_output=True, timeout=60)
        clients.clear()
        yield server, env


def test_register_typed_while_the_command_waits(own_home: Path) -> None:
    with forgetful(own_home) as (server, env), screen([KEYRACK, "login", "forgetful"], env) as terminal:
        terminal.until("Type register to register it again.")
        terminal.press("register", "Enter")
        terminal.until("Logged in to forgetful")
        assert terminal.until_ended() == 0
        assert [each.query["client_id"] for each in server.to("/authorize")] == ["c-1", "c-1", "c-2"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_it_there_the_next_login_registers_anew(how: signal.Signals, own_home: Path) -> None:
    with forgetful(own_home) as (server, env):
        with screen([KEYRACK, "login", "forgetful"], env) as terminal:
            terminal.until("Type register")
            os.kill(terminal.process(), how)
            said = terminal.until("ended with status")
        assert how == signal.SIGKILL or "the next login registers it again" in said.replace("\n", "")
        done = subprocess.run([KEYRACK, "token", "forgetful"], env=env, capture_output=True, timeout=60)
        assert done.stdout.decode().strip() in server.tokens  # of the first login
        subprocess.run([KEYRACK, "login", "forgetful"], env=env, check=True, capture_output=True, timeout=60)
        assert server.to("/authorize")[-1].query["client_id"] == "c-2"


def test_n_in_the_screen(own_home: Path) -> None:
    with forgetful(own_home) as (server, env), screen([KEYRACK], env) as terminal:
        terminal.until(lambda text: "forgetful" in text and "valid" in text)
        terminal.press("l")
        terminal.until("Error there?  n register again")
        terminal.press("n")
        terminal.until("stored in Secret Service")
        assert server.to("/authorize")[-1].query["client_id"] == "c-2"
        terminal.press("Enter")
        terminal.press("C-q")
        assert terminal.until_ended() == 0

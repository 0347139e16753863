"""Claude Code and keyrack write to one file at the same time, each in its own process."""

from __future__ import annotations

import json
import threading
import time
from itertools import count
from pathlib import Path

from keyrack.domain.change import Change
from keyrack.domain.held import HeldToken
from keyrack.domain.model import TokenSet
from keyrack.domain.secret import Secret
from keyrack.sources.locations import Search
from keyrack.sources.tokens.held import TokenFiles
from support.clients.lab import Home, Lab
from support.clients.programs import ClaudeCode, command, well
from support.machine import Items

ROUNDS = 200  # of keyrack's writing, at least
ADDED = 5  # servers, each by a process of Claude Code's own


class Publisher:
    """Writes one token after the other into Claude Code's row, from a thread, until it is told to stop."""

    def __init__(self, home: Home) -> None:
        self.last = 0
        self._urls = [home.lab.url]
        search = Search(home.env, "linux", str(home.folder))
        self._files = TokenFiles(search, now=time.time, keychain=Items)
        self._stops = threading.Event()
        self._thread = threading.Thread(target=self._publish)

    def held(self) -> HeldToken:
        (held,) = self._files.read(self._urls).tokens
        return held

    def __enter__(self) -> Publisher:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stops.set()
        self._thread.join()

    def _publish(self) -> None:
        for number in count(1):
            if number > ROUNDS and self._stops.is_set():
                return
            held = self.held()
            if self.last and held.tokens.access_token != Secret(f"token-{self.last}"):
                return  # Claude Code has written back what it had read before: the test sees too few rounds
            tokens = TokenSet(Secret(f"token-{number}"), expires_at=time.time() + 3600)
            self._files.make(Change(held, tokens), self._urls, lambda edits: None, timeout=60.0)
            self.last = number


def test_of_what_claude_code_and_keyrack_write_at_once_nothing_is_lost(lab: Lab, tmp_path: Path) -> None:
    home, claude = Home(lab, tmp_path / "home"), ClaudeCode()
    claude.add(home)
    assert claude.login(home).code == 0
    publisher = Publisher(home)
    with publisher:
        for number in range(ADDED):
            words = ("mcp", "add", "-s", "user", "-t", "http", "--client-id", "client", "--client-secret")
            env = {"MCP_CLIENT_SECRET": f"secret-{number}"}
            well(home.run(command("claude"), *words, f"s{number}", f"https://{number}.example/mcp", env=env))

    written = json.loads((home.folder / ".claude" / ".credentials.json").read_text())
    secrets = {each["clientSecret"] for each in written["mcpOAuthClientConfig"].values()}
    assert secrets == {f"secret-{number}" for number in range(ADDED)}
    assert publisher.held().tokens.access_token == Secret(f"token-{publisher.last}")
    assert publisher.last >= ROUNDS

"""Keychain items for which the system may ask the user are read only when the user wants it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from keyrack.domain.held import Item
from keyrack.domain.secret import Secret
from keyrack.sources.locations import Search
from keyrack.sources.tokens.asked import AskedItems
from keyrack.sources.tokens.held import TokenFiles

ROW = {"server_name": "x", "url": "https://mcp.example.com/mcp", "client_id": "c"}
ITEM = Item(
    "Codex MCP Credentials", "x|1", Secret(json.dumps({**ROW, "token_response": {"access_token": "t"}}))
)


def programs(home: Path, asked: list[str]) -> TokenFiles:
    (home / ".codex").mkdir()

    def items(service: str, accounts: Iterable[str]) -> list[Item]:
        asked.append(service)
        return [ITEM]

    def never() -> None:
        raise AssertionError

    search = Search({"HOME": str(home)}, "darwin", str(home))
    return TokenFiles(search, asked=AskedItems(items), now=lambda: 0.0, keychain=never)  # type: ignore[arg-type]


def test_a_look_does_not_make_the_system_ask(tmp_path: Path) -> None:
    asked: list[str] = []
    found = programs(tmp_path, asked).read([])
    assert asked == [] and found.tokens == ()
    assert found.unread == ("Codex",) and found.may_ask


def test_what_was_read_once_is_remembered_for_later_looks(tmp_path: Path) -> None:
    asked: list[str] = []
    files = programs(tmp_path, asked)
    assert [held.name for held in files.read([], ask=True).tokens] == ["x"]
    again = files.read([])
    assert [held.name for held in again.tokens] == ["x"] and again.unread == ()
    assert asked == ["Codex MCP Credentials"]

"""The stamps of the files that the list was read from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from keyrack.operations.ports import Adapters
from keyrack.operations.servers.watching import NOTHING_READ, Stamps, overview_with_stamps
from support.real_home import adapters_at, claude_servers, claude_tokens, write

LONG_AGO = 1_700_000_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for path in (claude_servers(tmp_path, "linear"), claude_tokens(tmp_path, "linear")):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return tmp_path


@pytest.fixture
def adapters(home: Path) -> Adapters:
    return adapters_at(home)


def read(adapters: Adapters, before: Stamps = NOTHING_READ) -> Stamps:
    return overview_with_stamps(adapters, before)[1]


def test_where_nothing_changes_nothing_has_changed(adapters: Adapters) -> None:
    stamps = read(adapters)
    assert not stamps.has_changed(adapters)
    assert read(adapters, stamps) == stamps


def chmod(home: Path) -> None:
    (home / ".claude" / ".credentials.json").chmod(0o644)


@pytest.mark.parametrize(
    "change",
    [
        lambda home: claude_tokens(home, "linear", "sentry"),
        lambda home: claude_servers(home, "linear", "sentry"),
        lambda home: (home / ".claude" / ".credentials.json").unlink(),
        chmod,
        lambda home: write(home / ".mcp.json", {"mcpServers": {}}),
        lambda home: write(home / ".codex" / ".credentials.json", {}),
        lambda home: write(home / ".mcp-auth" / "mcp-remote-v1" / "0123_tokens.json", {}),
    ],
    ids=[
        "tokens replaced",
        "servers replaced",
        "tokens deleted",
        "mode",
        "a project's file made",
        "a token file made",
        "a file in a folder made",
    ],
)
def test_each_change_of_a_file_is_noticed(
    home: Path, adapters: Adapters, change: Callable[[Path], object]
) -> None:
    stamps = read(adapters)
    change(home)
    assert stamps.has_changed(adapters)
    assert not read(adapters, read(adapters, stamps)).has_changed(adapters), "and once read, no more"


def test_a_change_behind_a_link_is_noticed(home: Path, adapters: Adapters) -> None:
    path = home / ".claude" / ".credentials.json"
    kept = home / "dotfiles.json"
    path.rename(kept)
    path.symlink_to(kept)
    stamps = read(adapters)
    kept.write_text("{}")
    assert stamps.has_changed(adapters)


def test_a_change_while_the_list_is_read_is_noticed(home: Path, adapters: Adapters) -> None:
    real = adapters.other_programs()

    class Slow:
        def read(self, urls: object, **how: bool) -> object:
            found = real.read([])
            claude_tokens(home, "linear", "sentry")
            return found

    slow = adapters._replace(other_programs=Slow)  # type: ignore[arg-type]
    first = read(slow)
    assert first.has_changed(adapters), "of a file that was not known before"
    known = read(adapters, first)
    assert read(slow, known).has_changed(adapters), "of a file that was"


def test_a_new_record_is_noticed(adapters: Adapters) -> None:
    stamps = read(adapters)
    adapters.credentials().put("https://linear.example.com/mcp", None)  # type: ignore[attr-defined]
    assert stamps.has_changed(adapters)

"""The list shows what other processes store, and keeps its cursor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import Temporary
from keyrack.domain.model import CredentialInfo, CredentialKey, Server
from keyrack.domain.reading import Reading
from keyrack.domain.storage import Finding, StoreState
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.system.locks import Locks
from keyrack.tui.servers import list_reader
from support.demo_rows import NOW, PLACES, SERVERS, demo_parts
from support.screens import Terminal, app_with, screen_test, terminal
from support.store_fakes import stored_credential

FRESH = CredentialInfo("oauth", issuer="https://github.com", expires_at=NOW + 3600, refreshable=True)
GITHUB, LINEAR = "https://api.githubcopilot.com/mcp/", "https://mcp.linear.app/mcp"
WAIT = "mcp.sentry.dev asks to wait 30 seconds."


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list looks at the records without a pause."""
    monkeypatch.setattr(list_reader, "WATCH", 0.02)


def cursor_row(t: Terminal) -> int:
    return t.table.keys.index(t.table.selected or "")


@screen_test
async def test_what_another_process_stored_is_seen_and_the_cursor_stays(watching: None) -> None:
    adapters = demo_parts()
    async with terminal(app_with(adapters)) as t:
        await t.press("s")
        await t.select("notion")
        line = cursor_row(t)
        adapters.credentials().put(GITHUB, FRESH)  # type: ignore[attr-defined]
        await t.until(lambda: "● valid" in t.line_of("github"))
        adapters.credentials().put("https://aaa.example.com/mcp", FRESH)  # type: ignore[attr-defined]
        await t.sees("aaa.example.com/mcp")
        assert t.selected == "notion" and cursor_row(t) == line + 1


@screen_test
async def test_a_row_that_is_gone_leaves_the_cursor_on_its_line(watching: None) -> None:
    adapters = demo_parts()
    async with terminal(app_with(adapters)) as t:
        await t.select("old.example.com/mcp")
        line, following = cursor_row(t), t.names()[cursor_row(t) + 1]
        adapters.credentials().put("https://old.example.com/mcp", None)  # type: ignore[attr-defined]
        await t.misses("old.example.com")
        assert cursor_row(t) == line and t.selected == following


@screen_test
async def test_where_nothing_changes_nothing_is_read(watching: None) -> None:
    reads, stamps = [], []
    adapters = demo_parts()
    full, credentials = adapters.read(), adapters.credentials()
    stamp = credentials.stamp
    credentials.stamp = lambda: stamps.append(1) or stamp()  # type: ignore[method-assign]
    async with terminal(app_with(adapters._replace(read=lambda: reads.append(1) or full))) as t:
        before = len(reads)
        await t.until(lambda: len(stamps) > 10)
        assert len(reads) == before


@screen_test
async def test_real_records_of_another_process_are_seen(watching: None, tmp_path: Path) -> None:
    def credentials() -> BackendCredentialStore:
        locks = Locks(str(tmp_path / "locks"))
        return BackendCredentialStore(
            MemoryBackend(), RecordFiles(str(tmp_path / "records"), locks, lambda: NOW), locks
        )

    ours, theirs = credentials(), credentials()
    servers = tuple(server for server, _, _ in SERVERS if server.name == "linear")
    adapters = demo_parts(Reading(servers, (), PLACES))._replace(credentials=lambda: ours)
    async with terminal(app_with(adapters)) as t:
        await t.sees("not logged in")
        theirs.save(stored_credential("one", url=LINEAR))
        await t.sees("↻ renews when used")
        theirs.delete(CredentialKey.of(LINEAR))
        await t.sees("not logged in")


@screen_test
async def test_what_a_killed_keyrack_left_is_put_right_and_told() -> None:
    adapters = demo_parts()
    adapters.credentials().recover = lambda: (  # type: ignore[method-assign]
        Finding(LINEAR, "default"),
        Finding(GITHUB, "work", "The entry is damaged."),
    )
    async with terminal(app_with(adapters)) as t:
        await t.until(
            lambda: (
                t.said()
                == [f"Repaired 1 unfinished credential. {GITHUB}, account work: The entry is damaged."]
            )
        )


@screen_test
async def test_records_that_were_all_lost_are_made_anew_and_told() -> None:
    adapters = demo_parts(records=[])
    adapters.credentials().repair = lambda also: (Finding(LINEAR, "default"), Finding(GITHUB, "default"))  # type: ignore[method-assign]
    async with terminal(app_with(adapters)) as t:
        await t.until(lambda: t.said() == ["Rebuilt 2 lost records from the stored credentials."])


@screen_test
async def test_where_nothing_was_left_nothing_is_shown() -> None:
    asked: list[int] = []
    adapters = demo_parts()
    adapters.credentials().recover = lambda: asked.append(1) or ()  # type: ignore[method-assign,assign]
    async with terminal(app_with(adapters)) as t:
        await t.until(lambda: asked)
        assert t.said() == []


@screen_test
async def test_a_locked_store_is_tidied_once_it_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_reader, "ASK", 0.02)
    asked: list[int] = []
    adapters = demo_parts(store=StoreState("Secret Service", ready=False, locked=True))
    credentials: Any = adapters.credentials()
    credentials.recover = lambda: asked.append(1) or ()
    async with terminal(app_with(adapters)) as t:
        await t.sees("● valid · renews ▣")
        assert asked == []
        credentials.store = StoreState("Secret Service", ready=True)
        await t.until(lambda: asked)
        await t.misses("▣")


def refusing(adapters: Adapters, server: Server, **options: Any) -> CredentialInfo:
    if server.name == "sentry":
        raise Temporary(WAIT, hint="Try again then.")
    raise Temporary(f"{server.name} did not answer.")


@screen_test
async def test_why_each_of_many_failed_stands_with_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh_op, "refresh", refusing)
    adapters = demo_parts()
    async with terminal(app_with(adapters), (130, 30)) as t:
        await t.press("R")
        await t.sees("Refreshed · 0 of 2")
        assert "✕ github failed github did not answer." in t.words(".box")
        await t.press("escape")
        assert " !" in t.line_of("sentry") and " !" in t.line_of("github")
        await t.select("sentry")
        await t.until(lambda: "wait 30 seconds. Try again then." in t.words("#detail"))
        await t.press("enter")
        await t.sees("Try again then.")
        await t.press("escape")
        adapters.credentials().put("https://mcp.sentry.dev/mcp", FRESH)  # type: ignore[attr-defined]
        t.main.look()
        await t.until(lambda: "● valid" in t.line_of("sentry"))
        assert "!" not in t.line_of("sentry") and "!" in t.line_of("github")


@screen_test
async def test_the_one_that_failed_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def one(adapters: Adapters, server: Server, **options: Any) -> CredentialInfo:
        return refusing(adapters, server) if server.name == "sentry" else FRESH

    monkeypatch.setattr(refresh_op, "refresh", one)
    async with terminal(app_with()) as t:
        await t.press("R")
        await t.sees("Refreshed · 1 of 2")
        assert f"✕ sentry failed {WAIT} Try again then." in t.words(".box")


@screen_test
async def test_a_row_that_failed_is_tried_again_with_a_clean_slate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh_op, "refresh", refusing)
    async with terminal(app_with()) as t:
        await t.select("github")
        await t.press("r")
        await t.until(lambda: "!" in t.line_of("github"))
        monkeypatch.setattr(refresh_op, "refresh", lambda adapters, server: FRESH)
        await t.press("r")
        await t.until(lambda: "github: refreshed." in t.said())
        assert "!" not in t.line_of("github")

"""Clear stale: the search, the ticks, clearing, and the receipt."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from textual.widgets import Button

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server
from keyrack.operations.clearing import stale as stale_op
from keyrack.operations.clearing.stale import Stale
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.sharing.stale import facts_of
from keyrack.tui.clear.stale import StaleScreen
from keyrack.tui.kit.progress import ProgressScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.kit.tick_list import TickList
from support.demo_rows import SERVERS, demo_parts
from support.held_rows import HELD, held_parts
from support.hostile import NASTY
from support.screens import Terminal, app_with, screen_test, terminal
from support.workbench import build, stored_credential

DONE = Receipt((Line("Delete", "done"), Line("Verified gone", "done")))
HOSTILE = (NASTY, "[@click=app.quit]x[/]", "[/b]")
STUCK = Receipt((Line("Delete", "failed", "It is still in the keychain."),))


def stale(name: str, why: str) -> Stale:
    server, credential = next((s, c) for s, c, _ in SERVERS if s.name == name)
    assert credential is not None
    return Stale(server, credential, why)


FOUND = (
    stale("notion", "It was refused on 2026-09-21: it was revoked."),
    stale("github", "Its issuer https://github.com no longer exists."),
    stale("old.example.com/mcp", "No program lists this server any more."),
)


class Operations:
    """In place of the two: each waits until the test opens its gate."""

    def __init__(self, found: Iterable[Stale], receipts: dict[str, Receipt] | None = None) -> None:
        self.found, self.receipts = tuple(found), receipts or {}
        self.may_find, self.may_clear = threading.Event(), threading.Semaphore(0)
        self.cleared: list[str] = []
        self.options: dict[str, Any] = {}
        self.ended: list[Exception] = []

    def find_stale(self, adapters: Any, *, on_one: Callable[[int, int], object]) -> tuple[Stale, ...]:
        try:
            on_one(3, 12)
            assert self.may_find.wait(30)
            on_one(4, 12)
        except KeyrackError as error:
            self.ended.append(error)
            raise
        return self.found

    def clear_stale(
        self,
        adapters: Any,
        chosen: Iterable[Stale],
        *,
        on_one: Callable[[Stale, Receipt], object],
        **options: Any,
    ) -> None:
        self.options = options
        for each in chosen:
            assert self.may_clear.acquire(timeout=30)
            self.cleared.append(each.server.name)
            on_one(each, self.receipts.get(each.server.name, DONE))


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Operations], Operations]:
    def put(operations: Operations) -> Operations:
        monkeypatch.setattr(stale_op, "find_stale", operations.find_stale)
        monkeypatch.setattr(stale_op, "clear_stale", operations.clear_stale)
        return operations

    return put


Use = Callable[[Operations], Operations]


async def found(t: Terminal, operations: Operations) -> TickList:
    operations.may_find.set()
    await t.press("D")
    await t.until(lambda: isinstance(t.app.screen, StaleScreen))
    return t.app.screen.query_one(TickList)


@screen_test
async def test_it_is_looked_for_with_progress_and_told_where_nothing_is(use: Use) -> None:
    operations = use(Operations(()))
    async with terminal(app_with()) as t:
        await t.press("D")
        await t.sees("Looked at 3 of 12")
        operations.may_find.set()
        await t.until(lambda: t.said() == ["Nothing is stale. C tests every credential on its server."])
        assert t.app.screen is t.main


@screen_test
async def test_esc_ends_the_search(use: Use) -> None:
    operations = use(Operations(FOUND))
    async with terminal(app_with()) as t:
        await t.press("D")
        await t.sees("Looked at 3 of 12")
        await t.press("escape")
        await t.until(lambda: t.app.screen is t.main)
        operations.may_find.set()
        await t.until(lambda: operations.ended)
        assert t.app.screen is t.main and t.said() == []


@screen_test
async def test_a_search_that_fails_shows_the_error(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(adapters: Any, **options: Any) -> None:
        raise KeyrackError("The records can't be read.", hint="Look at their rights.")

    monkeypatch.setattr(stale_op, "find_stale", fail)
    async with terminal(app_with()) as t:
        await t.press("D")
        await t.until(lambda: t.said() == ["The records can't be read. Look at their rights."])
        assert t.app.screen is t.main


@screen_test
async def test_all_are_ticked_with_their_reasons_and_enter_changes_nothing(use: Use) -> None:
    operations = use(Operations(FOUND))
    async with terminal(app_with()) as t:
        ticks = await found(t, operations)
        await t.sees("3 credentials are stale:")
        assert ticks.ticked == (0, 1, 2)
        for each in FOUND:
            assert f"[x] {each.server.name}" in t.text() and each.why in t.text()
        assert "[ ] Revoke at the issuers first" in t.text()
        assert t.app.focused is t.app.screen.query_one("#no", Button)
        await t.press("enter")
        await t.until(lambda: t.app.screen is t.main)
        assert operations.cleared == []


@screen_test
async def test_what_is_ticked_is_cleared_as_asked_and_the_receipt_has_a_block_for_each(use: Use) -> None:
    operations = use(Operations(FOUND, {"github": STUCK}))
    operations.may_clear.release(2)
    async with terminal(app_with()) as t:
        ticks = await found(t, operations)
        await t.press("j", "j", "space")  # the first brings the cursor into the list
        assert ticks.ticked == (0, 2)
        await t.press("space", "up", "space")
        assert ticks.ticked == (1, 2)
        await t.sees("Clear 2 (y)")
        t.widget("#revoke").focus()
        await t.press("space", "y")
        await t.until(lambda: isinstance(t.app.screen, ReceiptScreen))
        assert operations.cleared == ["github", "old.example.com/mcp"]
        assert operations.options == {"revoke": True, "forget": False}
        await t.sees("Not everything was done · 2 of 2")
        lines = [line.strip(" │") for line in t.text().splitlines()]
        assert any("✕  Delete  failed  It is still in the keychain." in line for line in lines)
        assert any("old.example.com/mcp" in line for line in lines)
        assert sum("✓  Verified gone" in line for line in lines) == 1


@screen_test
async def test_a_ticks_all_or_none_and_with_none_y_does_nothing(use: Use) -> None:
    operations = use(Operations(FOUND))
    async with terminal(app_with()) as t:
        ticks = await found(t, operations)
        await t.press("space")  # from the buttons too
        assert ticks.ticked == (1, 2)
        await t.press("a")
        assert ticks.ticked == (0, 1, 2)
        await t.press("a")
        assert ticks.ticked == () and t.app.screen.query_one("#yes", Button).disabled
        await t.press("y")
        assert isinstance(t.app.screen, StaleScreen) and operations.cleared == []


@screen_test
async def test_clearing_is_stopped_after_the_one_that_runs(use: Use) -> None:
    operations = use(Operations(FOUND))
    async with terminal(app_with()) as t:
        await found(t, operations)
        await t.press("y")
        await t.until(lambda: isinstance(t.app.screen, ProgressScreen))
        await t.sees("Cleared 0 of 3")
        await t.press("escape")
        await t.sees("Stopping after this one…")
        operations.may_clear.release(3)
        await t.until(lambda: isinstance(t.app.screen, ReceiptScreen))
        await t.sees("Cleared · 1 of 3")
        assert operations.cleared == ["notion"]


@screen_test
async def test_a_real_search_and_a_real_clear() -> None:
    adapters = build(servers=())
    adapters.credentials().save(stored_credential())
    async with terminal(app_with(adapters)) as t:
        await t.press("D")
        await t.sees("No program lists this server any more.")
        await t.press("y")
        await t.sees("✓  Verified gone")
        assert adapters.credentials().records() == {}
        await t.press("escape")
        await t.sees("No MCP servers found")


@screen_test
async def test_hostile_words_are_only_characters(use: Use) -> None:
    nasty = tuple(
        Stale(FOUND[0].server._replace(name=text, account=text), FOUND[0].credential, text)
        for text in HOSTILE
    )
    operations = use(
        Operations(nasty, dict.fromkeys(HOSTILE, Receipt((Line("Delete", "failed", HOSTILE[0]),))))
    )
    operations.may_clear.release(len(nasty))
    async with terminal(app_with(demo_parts()), (100, 40)) as t:
        await found(t, operations)
        assert all(char.isprintable() or char == "\n" for char in t.text())
        await t.press("y")
        await t.until(lambda: isinstance(t.app.screen, ReceiptScreen))
        assert all(char.isprintable() or char == "\n" for char in t.text())
        assert t.app.is_running


@screen_test
async def test_logins_of_other_programs_are_listed_with_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codex, gone = HELD[1], HELD[4]._replace(tokens=HELD[0].tokens)
    linear = next(server for server, _, _ in SERVERS if server.name == "linear")
    found = (
        Stale(linear, facts_of(codex), "Held by Codex: it has expired and can't be refreshed.", codex),
        Stale(Server("gone", gone.url), facts_of(gone), "Held by Claude Code: no file lists it.", gone),
    )
    monkeypatch.setattr(stale_op, "find_stale", lambda adapters, on_one: found)
    cleared: list[tuple[Stale, ...]] = []
    monkeypatch.setattr(
        stale_op, "clear_stale", lambda adapters, chosen, **named: cleared.append(tuple(chosen))
    )
    async with terminal(app_with(held_parts())) as t:
        await t.press("D")
        await t.sees("Clear 1 (y)")
        assert "[x] linear" in t.text() and "Held by Codex" in t.text()
        assert "[ ] gone" in t.text(), "it may still work, for a server that keyrack does not know"
        await t.press("y")
        await t.until(lambda: cleared == [found[:1]])

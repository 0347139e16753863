"""Clearing a login in another program, and undoing the last change."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.change import Backup, Edit
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldToken
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.sharing import clearing as clearing_op
from keyrack.operations.sharing import undo as undo_op
from keyrack.operations.sharing.clearing import Clearing
from keyrack.tui.clients.clients import ClientsScreen
from keyrack.tui.kit.dialog import Box
from keyrack.tui.sharing import undo as undo_screen
from keyrack.tui.sharing.clear_there import ClearThereScreen
from keyrack.tui.sharing.undo import UndoScreen
from support.demo_rows import NOW
from support.held_rows import CLAUDE_FILE, HELD, Programs, held_parts
from support.screens import Terminal, app_with, screen_test, terminal


@pytest.fixture
def cleared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[HeldToken, str, bool]]:
    done: list[tuple[HeldToken, str, bool]] = []

    def clear_there(adapters: Any, clearing: Clearing, *, revoke: bool = False) -> Receipt:
        done.append((clearing.held, clearing.server.name, revoke))
        return Receipt((Line("Delete in Claude Code", "done", clearing_op.UNDO),))

    monkeypatch.setattr(clearing_op, "clear_there", clear_there)
    return done


async def detail_of(t: Terminal, name: str) -> None:
    await t.select(name)
    await t.press("enter")
    await t.sees("D Clear elsewhere")


@screen_test
async def test_from_the_detail_with_the_diff_and_the_programs_own_command(
    cleared: list[tuple[HeldToken, str, bool]],
) -> None:
    async with terminal(app_with(held_parts())) as t:
        await detail_of(t, "atlassian")
        await t.press("D")
        await t.sees("Clear (y)")
        assert t.app.focused is not None and t.app.focused.id == "no"
        assert '- "https://mcp.atlassian.com/v1/sse": {' in t.text() and "of-another" not in t.text()
        assert "Claude Code has its own command: claude mcp logout atlassian" in t.text()
        await t.press("y")
        await t.sees("✓  Delete in Claude Code  u (keyrack undo) reverses this")
        assert cleared == [(HELD[2], "atlassian", False)]


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
def test_a_long_diff_leaves_the_buttons_in_sight(
    size: tuple[int, int], cleared: list[tuple[HeldToken, str, bool]]
) -> None:
    programs = Programs()
    lines = ("@@ mcpOAuth", *(f'-   "field {n}": "●●●●●●●●"' for n in range(40)))
    programs.plan = lambda change, urls: change._replace(diff=lines)  # type: ignore[method-assign]

    @screen_test
    async def test() -> None:
        async with terminal(app_with(held_parts(programs=programs)), size) as t:
            await detail_of(t, "atlassian")
            await t.press("D")
            await t.sees("Clear (y)")
            assert "field 0" in t.text() and "field 39" not in t.text()
            buttons, box = t.app.screen.query_one(".buttons"), t.app.screen.query_one(Box)
            assert box.region.bottom - buttons.region.bottom == 1  # the frame
            await t.press("shift+tab", "end")
            await t.sees("field 39")
            assert "Clear (y)" in t.text()

    test()


@screen_test
async def test_cancel_clears_nothing(cleared: list[tuple[HeldToken, str, bool]]) -> None:
    async with terminal(app_with(held_parts())) as t:
        await detail_of(t, "atlassian")
        await t.press("D")
        await t.sees("Clear (y)")
        assert ClearThereScreen.GUARDED
        await t.press("escape")
        await t.until(lambda: t.app.screen is t.main)
        assert cleared == []


@screen_test
async def test_a_token_with_a_client_can_be_revoked_too(cleared: list[tuple[HeldToken, str, bool]]) -> None:
    async with terminal(app_with(held_parts()), (80, 30)) as t:
        await detail_of(t, "linear")
        await t.press("D", "enter")
        await t.sees("[ ] Revoke it at the issuer first")
        t.widget("#revoke").focus()
        await t.press("space", "y")
        await t.until(lambda: cleared == [(HELD[0], "linear", True)])


@screen_test
async def test_from_the_second_view_also_where_no_program_lists_the_server(
    cleared: list[tuple[HeldToken, str, bool]],
) -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.press("2")
        await t.until(lambda: isinstance(t.app.screen, ClientsScreen))
        view = t.app.screen
        assert isinstance(view, ClientsScreen)
        await t.until(lambda: view.programs.option_count)
        await t.press("down", "d")
        await t.until(lambda: t.said() == ["Select the server first, then press the key again."])
        await t.press("G")
        await t.until(lambda: view.entry is not None and view.entry.name == "gone")
        await t.press("m")
        await t.until(lambda: "nothing to do but to clear it" in t.said()[-1])
        await t.press("d")
        await t.sees("Clear (y)")
        await t.press("y")
        await t.until(lambda: cleared == [(HELD[4], "gone", False)])
        await t.sees("Cleared in Claude Code")
        await t.press("escape")
        await t.until(lambda: t.app.screen is view)


def backup(**more: Any) -> Backup:
    what = "Cleared the login for linear in Claude Code"
    url = "https://mcp.linear.app/mcp"
    return Backup(NOW - 60, what, "Claude Code", "linear", url, (Edit(CLAUDE_FILE, None, None),), **more)


@pytest.fixture
def backups(monkeypatch: pytest.MonkeyPatch) -> list[Backup]:
    found = [backup(id="1"), backup(id="2")]
    monkeypatch.setattr(undo_screen, "undoable", lambda adapters: tuple(found))
    monkeypatch.setattr(
        undo_screen, "why_not", lambda adapters, each: "Its tokens were revoked." if each.is_revoked else ""
    )

    def undo(adapters: Any, each: Backup) -> Receipt:
        if each not in found:
            raise KeyrackError("It is gone.")
        found.remove(each)
        return Receipt((Line(each.edits[0].place.name, "done"),))

    monkeypatch.setattr(undo_op, "undo", undo)
    return found


@screen_test
async def test_undo_shows_the_last_change_and_asks(backups: list[Backup]) -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.press("u")
        await t.sees("Undo (y)")
        assert t.app.focused is not None and t.app.focused.id == "no" and UndoScreen.GUARDED
        assert "Cleared the login for linear in Claude Code." in t.text()
        assert "~/.claude/.credentials.json" in t.text() and "press u again" in t.text()
        await t.press("y")
        await t.sees("Undone · Cleared the login")
        assert [each.id for each in backups] == ["2"]


@screen_test
async def test_what_can_not_be_undone_says_why(backups: list[Backup]) -> None:
    backups[:] = [backup(is_revoked=True)]
    async with terminal(app_with(held_parts())) as t:
        await t.press("u")
        await t.sees("! Its tokens were revoked.")
        await t.press("y")
        assert isinstance(t.app.screen, UndoScreen) and len(backups) == 1


@screen_test
async def test_with_nothing_to_undo_a_message_says_so(backups: list[Backup]) -> None:
    backups.clear()
    async with terminal(app_with(held_parts())) as t:
        await t.press("u")
        await t.until(lambda: t.said() == ["There is nothing to undo."])
        await t.until(lambda: t.app.screen is t.main)

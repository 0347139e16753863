"""The details of a server that other programs are logged in to."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyrack.tui.servers import list_reader
from support.held_rows import Programs, held_parts
from support.real_home import adapters_at, claude_servers, claude_tokens
from support.screens import app_with, screen_test, terminal


@screen_test
async def test_the_detail_names_the_line_of_each_token() -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.select("linear")
        await t.press("enter")
        await t.sees("~/.claude/.credentials.json, line 3")
        await t.press("j", "j", "j", "j", "j", "j", "j", "j")
        await t.sees("keychain item Codex MCP Credentials")


@screen_test
async def test_the_pane_beside_the_list_names_the_lines_too() -> None:
    async with terminal(app_with(held_parts()), (160, 40)) as t:
        await t.select("atlassian")
        await t.until(lambda: "~/.claude/.credentials.json, line 4" in t.words("#detail"))
        await t.select("linear")
        await t.until(lambda: "~/.claude/.credentials.json, line 3" in t.words("#detail"))


@screen_test
async def test_where_the_pane_is_not_shown_no_file_is_read_for_a_line() -> None:
    read: list[str] = []
    programs = Programs()
    line_of = programs.line_of
    programs.line_of = lambda held: read.append(held.name) or line_of(held)  # type: ignore[method-assign]
    async with terminal(app_with(held_parts(programs=programs))) as t:
        await t.select("linear")
        assert read == []
        await t.press("enter")
        await t.until(lambda: read == ["linear"], "one read, of the file and not of the keychain item")


@screen_test
async def test_an_open_detail_follows_what_the_program_writes(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_reader, "WATCH", 0.02)
    claude_servers(own_home, "linear", "notion")
    async with terminal(app_with(adapters_at(own_home))) as t:
        await t.select("notion")
        await t.press("enter")
        await t.sees("not logged in")
        claude_tokens(own_home, "linear", "notion", mode=0o644)
        await t.sees("held by Claude Code")
        await t.sees("~/.claude/.credentials.json, line 10")
        await t.sees("! 0644: others can read it. Run chmod 600")
        claude_tokens(own_home, "notion")
        await t.sees("~/.claude/.credentials.json, line 3")
        await t.misses("0644")


@screen_test
async def test_an_entry_is_shown_with_its_line(tmp_path: Path) -> None:
    claude_servers(tmp_path, "linear", "notion")
    async with terminal(app_with(adapters_at(tmp_path)), (200, 30)) as t:
        for name, line in (("linear", 3), ("notion", 7)):
            await t.select(name)
            await t.press("enter")
            await t.sees(f".claude.json, line {line}")
            await t.press("escape")

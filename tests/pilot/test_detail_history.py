"""What happened to a credential, in the detail."""

from __future__ import annotations

import pytest

from keyrack.domain.event import Event
from keyrack.tui.servers.detail import DetailScreen
from support.demo_rows import HEADER, NOW, demo_parts, lived_parts
from support.kept_events import KeptEvents
from support.screens import app_with, screen_test, terminal

URL = "https://mcp.linear.app/mcp"
NASTY = "[@click=app.quit]x[/]\x1b[2J\n\u202eevil [b"


def given(**more: str) -> Event:
    return Event(NOW - 60, "handed-out", "linear", URL, "default", "", **(HEADER | more))


@screen_test
async def test_the_detail_tells_the_life_of_the_credential_the_newest_first() -> None:
    async with terminal(app_with(lived_parts())) as t:
        await t.select("linear")
        await t.press("enter")
        await t.sees("History")
        await t.press("G")
        await t.sees("as they call themselves")
        shown = " ".join(t.text().split())
        sums = (
            "to “Cline”",
            "refreshed 30 times",
            "handed out 14 times to “claude” · last 2 h ago",
            "logged in",
        )
        places = [shown.index(words) for words in sums]
        assert places == sorted(places)
        assert "refresh refused · 2026-09-17" in shown


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (130, 40)])
@screen_test
async def test_the_whole_history_is_a_key_away_in_the_list_and_in_the_details(size: tuple[int, int]) -> None:
    async with terminal(app_with(lived_parts()), size) as t:
        await t.select("linear")
        for keys in (("h",), ("enter", "h")):
            await t.press(*keys)
            await t.sees("2 weeks ago" + " " * 13 + "now")
            await t.sees("● logged in   ↻ refreshed   → handed out")
            await t.press("G")
            await t.sees("● logged in · 2026-09-13")  # the first event, which the details have no room for
            await t.press("escape")
        assert isinstance(t.app.screen, DetailScreen)


@screen_test
async def test_the_whole_history_follows_the_log_and_unfolds_what_it_sums() -> None:
    log = KeptEvents(given(), given())
    async with terminal(app_with(demo_parts()._replace(events=lambda: log))) as t:
        await t.select("linear")
        await t.press("h")
        await t.sees("handed out 2 times to “claude”")
        log.add(given())
        log.add(given(program="codex")._replace(account="work"))
        await t.sees("handed out 3 times to “claude”")
        await t.press("f")
        await t.misses("3 times")
        assert t.text().count("handed out to “claude”") == 3
        assert "codex" not in t.text()
        await t.press("f")
        await t.sees("handed out 3 times to “claude”")


@pytest.mark.parametrize(
    ("name", "words"), [("atlassian", "nothing in the log yet"), ("local-db", "stores no credential")]
)
@screen_test
async def test_a_server_without_a_history_says_so(name: str, words: str) -> None:
    async with terminal(app_with()) as t:
        await t.select(name)
        await t.press("h")
        await t.sees(words)


@screen_test
async def test_an_open_detail_follows_the_log() -> None:
    log = KeptEvents(given())
    async with terminal(app_with(demo_parts()._replace(events=lambda: log))) as t:
        await t.select("linear")
        await t.press("enter", "G")
        await t.sees("handed out to “claude”")
        log.add(given())
        log.add(given(program="codex")._replace(url="https://other.example/mcp"))
        await t.sees("handed out 2 times to “claude”")
        await t.misses("codex")


@screen_test
async def test_the_pane_beside_the_list_has_it_too_and_a_narrow_list_reads_no_log() -> None:
    read: list[int] = []

    class Log(KeptEvents):
        def all(self) -> tuple[Event, ...]:
            read.append(1)
            return super().all()

    log = Log(given())
    parts = demo_parts()._replace(events=lambda: log)
    async with terminal(app_with(parts)) as t:
        await t.select("linear")
        t.main.tick()
        assert read == []
    async with terminal(app_with(parts), (130, 40)) as t:
        await t.select("linear")
        await t.sees("handed out to “claude”")
        assert read == [1]


@screen_test
async def test_a_program_cannot_draw_or_click_with_its_name() -> None:
    log = KeptEvents(given(program=NASTY), given()._replace(kind=NASTY, way="", note=NASTY))
    async with terminal(app_with(demo_parts()._replace(events=lambda: log))) as t:
        await t.select("linear")
        await t.press("enter", "G")
        await t.sees("“[@click=app.quit]x[/][2J evil [b”")
        assert not any(char in t.text() for char in "\x1b\u202e")

"""The list: moving, filtering, sorting, and time passing."""

from __future__ import annotations

import re
import threading

import pytest

from keyrack.domain.model import Check, Record
from keyrack.domain.reading import Reading
from keyrack.domain.storage import StoreState
from keyrack.operations.servers.overview import Overview
from keyrack.tui.kit.help import HelpScreen
from keyrack.tui.servers.detail import DetailScreen
from keyrack.tui.servers.facts_view import FactsView
from keyrack.tui.servers.filter_line import FilterLine
from keyrack.tui.servers.main import MainScreen
from keyrack.tui.servers.sources import SourcesScreen
from support.demo_rows import (
    MINUTE,
    NO_PLACES,
    NOW,
    DemoClock,
    demo_parts,
    demo_reading,
    demo_records,
    many_servers,
)
from support.screens import app_with, screen_test, terminal


@screen_test
async def test_every_configured_server_is_listed_with_its_state_and_expiry() -> None:
    async with terminal(app_with()) as t:
        assert len(t.names()) == 14
        line = t.line_of("linear")
        assert "OAuth" in line and "● valid" in line and "52 min" in line
        assert "14 servers · 2 to log in · 1 variable not set " in t.text()
        assert "Secret Service ✓" in t.text()


@screen_test
async def test_the_first_line_tells_what_needs_doing_as_far_as_there_is_room() -> None:
    for width, told in (
        (120, "14 servers · 2 to log in · 1 variable not set · 1 unreachable · 1 expiring "),
        (80, "14 servers · 2 to log in · 1 variable not set "),
        (60, "14 servers · 2 to log in "),
    ):
        async with terminal(app_with(), (width, 24)) as t:
            await t.sees("Secret Service ✓")
            assert f"{told} " in t.text().splitlines()[0]  # and no more than that


@screen_test
async def test_the_first_line_says_that_there_is_nothing_to_do() -> None:
    records = [record for record in demo_records() if record.url == "https://mcp.linear.app/mcp"]
    reading = demo_reading()
    linear = [server for server in reading.servers if server.name == "linear"]
    async with terminal(app_with(demo_parts(reading._replace(servers=tuple(linear)), records))) as t:
        assert "1 server · nothing to do" in t.text().splitlines()[0]


@screen_test
async def test_a_server_out_of_reach_shows_when_its_token_expires() -> None:
    async with terminal(app_with(), (130, 30)) as t:
        line = t.line_of("staging")
        assert "! unreachable" in line and "6 h" in line
        await t.select("staging")
        await t.sees("1 min ago · unreachable")


@screen_test
async def test_one_without_a_credential_does_not_expire_and_tells_its_check_in_a_column_of_its_own() -> None:
    url = "https://staging.example.com/mcp"
    records = [record for record in demo_records() if record.url != url]
    records.append(Record(url, "default", None, Check(NOW - 59 * MINUTE, "unreachable")))
    async with terminal(app_with(demo_parts(records=records)), (200, 30)) as t:
        assert re.search("! unreachable +– .* 59 min ago", t.line_of("staging"))
    async with terminal(app_with(demo_parts(records=records))) as t:
        assert re.search("! unreachable +– ", t.line_of("staging"))


@screen_test
async def test_a_second_that_passes_before_the_table_has_its_place_does_not_empty_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = MainScreen.show_overview

    def and_a_second_passes(screen: MainScreen, overview: Overview) -> None:
        looked(screen, overview)
        screen.tick()

    monkeypatch.setattr(MainScreen, "show_overview", and_a_second_passes)
    async with terminal(app_with()) as t:
        assert len(t.names()) == 14


@screen_test
async def test_the_arrows_j_k_and_g_move_the_cursor() -> None:
    async with terminal(app_with()) as t:
        names = t.names()
        await t.press("down", "j")
        assert t.selected == names[2]
        await t.press("k")
        assert t.selected == names[1]
        await t.press("G")
        assert t.selected == names[-1]
        await t.press("g")
        assert t.selected == names[0]
        await t.press("end")
        assert t.selected == names[-1]
        await t.press("home")
        assert t.selected == names[0]


@screen_test
async def test_sorting_keeps_the_cursor_on_its_server() -> None:
    async with terminal(app_with()) as t:
        await t.select("sentry")
        before = t.names()
        assert before[0] == "notion"  # the one that needs a login
        await t.press("s")
        assert t.names() == sorted(before) and t.selected == "sentry"
        await t.press("s", "s")
        assert "by expiry" in t.text() and t.selected == "sentry"
        assert t.names().index("sentry") < t.names().index("linear") < t.names().index("context7")
        await t.press("s")
        assert t.names() == before and t.selected == "sentry"


@screen_test
async def test_the_filter_shows_what_matches_and_esc_brings_all_back() -> None:
    async with terminal(app_with()) as t:
        await t.press("slash", *"expiring")
        await t.until(lambda: t.names() == ["figma"])
        assert "1 of 14" in t.text()
        await t.press("enter")
        assert t.app.focused is t.table
        await t.press("escape")
        await t.until(lambda: len(t.names()) == 14)


@screen_test
async def test_the_filter_finds_clients_and_addresses_and_says_when_nothing_matches() -> None:
    async with terminal(app_with()) as t:
        await t.press("slash", *"cursor")
        await t.until(lambda: sorted(t.names()) == ["asana", "context7", "figma", "linear", "notion"])
        await t.press(*"zzz")
        await t.sees("No server matches cursorzzz")
        await t.press("escape")
        await t.until(lambda: len(t.names()) == 14)
        assert not t.main.query_one(FilterLine).value


@screen_test
async def test_the_filter_keeps_the_selected_server_where_it_still_shows() -> None:
    async with terminal(app_with()) as t:
        await t.select("notion")
        await t.press("slash", *"notion.com")
        await t.until(lambda: t.names() == ["notion"])
        await t.press("escape")
        await t.until(lambda: len(t.names()) == 14)
        assert t.selected == "notion"


@screen_test
async def test_expiry_ticks_and_the_state_follows() -> None:
    clock = DemoClock()
    async with terminal(app_with(demo_parts(clock=clock))) as t:
        await t.select("linear")
        clock.time = NOW + 45 * 60
        await t.sees("7 min")
        line = t.line_of("linear")
        assert "● valid · renews" in line  # however soon it ends
        clock.time = NOW + 2 * 3600
        await t.until(lambda: "↻ renews when" in t.line_of("linear"))
        assert t.selected == "linear"


@screen_test
async def test_below_130_columns_enter_opens_the_details_and_their_keys_work() -> None:
    async with terminal(app_with()) as t:
        await t.select("notion")
        assert not t.main.query_one(FactsView).display
        await t.press("enter")
        assert isinstance(t.app.screen, DetailScreen)
        await t.sees("auth.notion.com refused the refresh token: it was revoked.")
        assert "press l or run keyrack login notion" in t.text()
        assert "Claude Code" in t.text() and "~/.cursor/mcp.json" in t.text()
        await t.press("x")
        assert t.app.screen is t.main
        await t.until(lambda: "Copied: keyrack login notion" in t.said())


@screen_test
async def test_from_130_columns_the_details_stand_beside_and_follow_the_cursor() -> None:
    async with terminal(app_with(), (129, 30)) as t:
        assert not t.main.query_one(FactsView).display
    async with terminal(app_with(), (130, 30)) as t:
        await t.select("github")
        await t.sees("github.com/login/oauth")
        await t.select("local-db")
        await t.sees("PGPASSWORD not set")


@screen_test
async def test_the_details_appear_with_the_room_for_them() -> None:
    async with terminal(app_with()) as t:
        await t.select("github")
        await t.pilot.resize_terminal(140, 30)
        await t.sees("github.com/login/oauth")
        await t.pilot.resize_terminal(80, 24)
        await t.misses("github.com/login/oauth")
        assert t.line_of("github")


@screen_test
async def test_the_details_take_what_the_list_does_not_need() -> None:
    async with terminal(app_with(demo_parts(many_servers(3), ())), (160, 30)) as t:
        assert t.main.query_one(FactsView).size.width > 70
    reading = many_servers(3)
    servers = [server._replace(name=server.name.ljust(70, "x")) for server in reading.servers]
    parts = demo_parts(reading._replace(servers=tuple(servers)), ())
    async with terminal(app_with(parts), (160, 30)) as t:
        assert servers[0].name in t.text() and t.main.query_one(FactsView).size.width >= 40


@screen_test
async def test_the_window_may_be_resized_at_any_time() -> None:
    async with terminal(app_with(), (130, 30)) as t:
        await t.select("sentry")
        for size in ((80, 24), (30, 8), (5, 3), (1, 1), (200, 60), (99, 24)):
            await t.pilot.resize_terminal(*size)
            await t.pilot.pause()
        assert t.selected == "sentry" and "● valid · renews" in t.text()


@screen_test
async def test_help_shows_keys_and_states_and_closes() -> None:
    async with terminal(app_with(), (100, 80)) as t:
        await t.press("question_mark")
        assert isinstance(t.app.screen, HelpScreen)
        await t.sees("Refresh all credentials that are due")
        assert "✕ login needed" in t.text()
        assert "Lock, unlock or change the store" in t.text()
        assert "the programs' files" in t.text() and "client" not in t.text()
        await t.press("escape")
        assert t.app.screen is t.main


@screen_test
async def test_i_looks_again_and_shows_every_place_and_problem() -> None:
    looks: list[int] = []
    adapters = demo_parts()
    full = adapters.read()

    def read() -> Reading:
        looks.append(1)
        return full

    async with terminal(app_with(adapters._replace(read=read))) as t:
        assert len(looks) == 1
        await t.sees("1 problem in the files")
        await t.press("i")
        assert isinstance(t.app.screen, SourcesScreen)
        await t.sees("draft: the entry has neither a url nor a command")
        assert "line 14" in t.text() and "no file" in t.text()
        await t.until(lambda: len(looks) == 2)


@screen_test
async def test_i_shows_what_its_own_look_has_found_and_nothing_older() -> None:
    adapters = demo_parts()
    full = adapters.read()
    place = full.places[0]
    looks: list[int] = []
    ends = [threading.Event() for _ in range(4)]

    def read() -> Reading:
        looks.append(len(looks))
        mine = looks[-1]
        assert ends[mine].wait(30)
        return full._replace(places=(place._replace(found=f"{mine} servers"),))

    async with terminal(app_with(adapters._replace(read=read)), loaded=False) as t:
        await t.until(lambda: looks == [0])
        ends[0].set()
        await t.until(lambda: t.table.keys)
        t.main.look()  # one that is under way when the key is pressed
        await t.until(lambda: looks == [0, 1])
        await t.press("i")
        await t.sees("Reading the configuration files…")
        ends[1].set()
        await t.until(lambda: looks == [0, 1, 2])
        await t.pilot.pause()
        assert "servers  " not in t.shown("#places-text")
        ends[2].set()
        await t.sees("2 servers")
        await t.press("i")
        await t.sees("Reading the configuration files…")
        ends[3].set()
        await t.sees("3 servers")


@screen_test
async def test_with_no_servers_it_says_where_it_looked_and_how_to_see_the_demo() -> None:
    adapters = demo_parts(Reading((), (), NO_PLACES), ())
    async with terminal(app_with(adapters), loaded=False) as t:
        await t.sees("No MCP servers found")
        assert "~/.codex/config.toml" in t.text() and "E  try keyrack with example servers" in t.text()
        await t.press("C", "R", "s", "enter", "down", "d", "l")
        assert t.said() == ["No server is selected."]  # each takes the last one's place


@screen_test
async def test_a_machine_without_a_keychain_still_lists() -> None:
    adapters = demo_parts(store=StoreState("none", ready=False, reason="No keychain here."))
    async with terminal(app_with(adapters)) as t:
        await t.sees("! no keychain")
        assert len(t.names()) == 14


@screen_test
async def test_a_locked_keychain_shows_in_the_rows() -> None:
    adapters = demo_parts(store=StoreState("Secret Service", ready=False, locked=True))
    async with terminal(app_with(adapters)) as t:
        await t.sees("● valid · renews ▣")
        await t.sees("Secret Service locked")


@screen_test
async def test_a_keychain_that_hangs_holds_nothing_up() -> None:
    import threading

    never = threading.Event()
    adapters = demo_parts()
    credentials = adapters.credentials()
    credentials.state = never.wait  # type: ignore[method-assign]
    async with terminal(app_with(adapters), loaded=False) as t:
        await t.sees("linear")
        await t.press("down", "s", "slash")
        assert isinstance(t.app.focused, FilterLine)
    never.set()


@screen_test
async def test_a_thousand_servers_are_listed_filtered_and_sorted() -> None:
    async with terminal(app_with(demo_parts(many_servers(1000), ()))) as t:
        assert len(t.names()) == 1000
        await t.press("G")
        assert t.selected == "server-0999"
        await t.press("slash", *"0427")
        await t.until(lambda: t.names() == ["server-0427"])
        await t.press("escape", "s")
        await t.until(lambda: len(t.names()) == 1000)


@screen_test
async def test_reading_that_fails_is_reported_and_the_screen_lives() -> None:
    from keyrack.domain.errors import KeyrackError

    adapters = demo_parts()

    def read() -> Reading:
        raise KeyrackError("The folder can't be read.", hint="Look at its rights.")

    async with terminal(app_with(adapters._replace(read=read)), loaded=False) as t:
        await t.sees("The folder can't be read. Look at its rights.")
        await t.press("question_mark")
        assert isinstance(t.app.screen, HelpScreen)


@screen_test
async def test_a_click_selects_and_a_double_click_opens() -> None:
    async with terminal(app_with()) as t:
        await t.pilot.click(t.table, offset=(5, 4))
        await t.until(lambda: t.selected == t.names()[2])
        await t.pilot.click(t.table, offset=(5, 4), times=2)
        await t.until(lambda: isinstance(t.app.screen, DetailScreen))

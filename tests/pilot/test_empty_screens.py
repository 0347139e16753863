"""Where there is nothing to show, the keys that work there are shown, and work."""

from __future__ import annotations

import pytest

from keyrack.domain.reading import Reading
from keyrack.tui.clients.clients import ClientsScreen
from support.demo_rows import NO_PLACES, demo_parts
from support.screens import Terminal, app_with, screen_test, terminal


def footer(t: Terminal) -> str:
    return t.text().splitlines()[-1]


SIZES = pytest.mark.parametrize("size", [(60, 20), (80, 24), (200, 60)])


@SIZES
@screen_test
async def test_without_servers_a_key_starts_the_demo(size: tuple[int, int]) -> None:
    app = app_with(demo_parts(Reading((), (), NO_PLACES), ()))
    async with terminal(app, size, loaded=False) as t:
        await t.sees("No MCP servers found")
        assert "a  add a server" in t.text() and "i  reload" in t.text()
        await t.sees("E  try keyrack with example servers")
        await t.pilot.press("E")
        await t.until(lambda: app.wants_demo)


@screen_test
async def test_with_servers_the_demos_key_does_nothing() -> None:
    app = app_with()
    async with terminal(app) as t:
        await t.press("E")
        assert app.is_running and not app.wants_demo


@SIZES
@screen_test
async def test_where_nothing_matches_a_key_clears_the_filter(size: tuple[int, int]) -> None:
    async with terminal(app_with(), size) as t:
        await t.press("slash", *"zzz", "enter")
        await t.sees("No server matches zzz")
        assert "esc  clear the filter" in t.text() and "a    add a server" in t.text()
        await t.press("escape")
        await t.until(lambda: len(t.names()) > 1)


@SIZES
@screen_test
async def test_where_no_program_matches_a_key_clears_the_filter(size: tuple[int, int]) -> None:
    async with terminal(app_with(), size) as t:
        await t.press("2", "slash", *"zzz", "enter")
        await t.sees("No program matches zzz")
        assert "esc  clear the filter" in t.text()
        await t.press("escape")
        await t.misses("No program matches zzz")
        assert isinstance(t.app.screen, ClientsScreen)
        await t.until(lambda: "Take over" in footer(t))


@screen_test
async def test_in_the_programs_the_footer_has_only_keys_that_work_there() -> None:
    async with terminal(app_with(), (130, 40)) as t:
        await t.press("2")
        await t.until(lambda: "p Publish" in footer(t))
        await t.press("G")  # a program without servers
        await t.until(lambda: "Publish" not in footer(t))
        assert "o Open file" in footer(t) and "1 Servers" in footer(t)
        await t.press("slash", *"zzz", "enter")
        await t.until(lambda: "esc Back" in footer(t))
        assert not {"Publish", "Connect", "Clear there", "Open file"} & set(footer(t).split("  "))
        await t.press("m", "p", "n", "d", "o", "enter")
        assert isinstance(t.app.screen, ClientsScreen)


@screen_test
async def test_where_no_server_matches_the_footer_says_how_to_see_them_and_row_keys_do_nothing() -> None:
    async with terminal(app_with()) as t:
        await t.until(lambda: "l Login" in footer(t))
        await t.press("slash", *"zzz", "enter")
        await t.until(lambda: "esc Clear filter" in footer(t))
        assert "Login" not in footer(t) and "/ Filter" in footer(t)
        await t.press("l", "d", "X", "S", "h", "enter", "space", "o")
        assert t.app.screen is t.main and not t.main.marks.marked


@screen_test
async def test_without_servers_the_footer_says_how_to_get_some() -> None:
    async with terminal(app_with(demo_parts(Reading((), (), NO_PLACES), ())), loaded=False) as t:
        await t.until(lambda: "a Add server" in footer(t))
        assert "i Reload" in footer(t) and "E Try the demo" in footer(t) and "Login" not in footer(t)


@screen_test
async def test_a_program_without_servers_says_so() -> None:
    async with terminal(app_with()) as t:
        await t.press("2", "G")
        await t.sees("It was not found on this machine.")


@screen_test
async def test_a_server_without_an_account_says_which_keys_add_one() -> None:
    async with terminal(app_with()) as t:
        await t.select("atlassian")
        await t.press("A")
        await t.sees("Nothing is stored yet: l logs in, n adds an account.")


@screen_test
async def test_details_without_a_history_say_so_and_what_is_next() -> None:
    async with terminal(app_with()) as t:
        await t.select("atlassian")
        await t.press("enter")
        await t.sees("History   nothing in the log yet")
        assert "press l or run keyrack login atlassian" in t.text()

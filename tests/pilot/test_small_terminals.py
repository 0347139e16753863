"""Nothing is drawn over anything else on a small terminal."""

from __future__ import annotations

from itertools import pairwise

import pytest
from textual.widgets import Footer, OptionList
from textual.widgets._footer import FooterKey

from keyrack.domain.reading import Reading
from keyrack.domain.storage import StoreState
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.key_footer import KeyFooter
from keyrack.tui.servers.filter_line import FilterLine
from support.demo_rows import demo_parts
from support.held_rows import connectable_parts, held_parts
from support.screens import Terminal, app_with, screen_test, terminal


def keys(t: Terminal) -> list[FooterKey]:
    return [key for key in t.main.query(FooterKey) if key.display]


def last_line(t: Terminal) -> str:
    return t.text().splitlines()[-1].rstrip()


@pytest.mark.parametrize("width", [30, 40, 50, 60, 70, 80, 120])
@screen_test
async def test_the_footer_shows_whole_keys_as_many_as_there_is_room_for(width: int) -> None:
    async with terminal(app_with(), (width, 20)) as t:
        await t.sees("? Help")
        shown = sorted((key.region for key in keys(t)), key=lambda region: region.x)
        assert all(region.right < other.x for region, other in pairwise(shown))
        assert shown[0].x > 0 and shown[-1].right <= width
        words = [f"{key.key_display} {key.description}" for key in keys(t)]
        assert [word for word in words if word not in last_line(t)] == []


@screen_test
async def test_the_footer_follows_the_width() -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await t.sees("? Help")
        whole = last_line(t)
        await t.pilot.resize_terminal(60, 20)
        await t.until(lambda: last_line(t) == " l Login  r Refresh  t Token  d Clear  / Filter  ? Help")
        await t.pilot.resize_terminal(40, 15)
        await t.until(lambda: last_line(t) == " l Login  r Refresh  / Filter  ? Help")
        await t.pilot.resize_terminal(80, 24)
        await t.until(lambda: last_line(t) == whole)


@screen_test
async def test_the_footer_of_an_empty_list_offers_only_what_works_there() -> None:
    async with terminal(app_with(demo_parts(Reading((), (), ()), ())), (80, 24), loaded=False) as t:
        offered = " 2 Programs  ? Help  a Add server  i Reload  E Try the demo  "
        await t.until(lambda: last_line(t).startswith(offered))


@screen_test
async def test_the_footer_of_a_filter_without_a_match_has_no_rows_keys() -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await t.press("slash")
        await t.until(lambda: last_line(t).startswith(" ↓ List  tab Complete  esc Clear  "))
        await t.type("nothing like it")
        await t.sees("No server matches")
        await t.press("enter")
        await t.until(lambda: last_line(t).startswith(" / Filter  2 Programs  ? Help  "))
        await t.press("escape")
        await t.until(lambda: last_line(t).startswith(" l Login  "))


@screen_test
async def test_the_footer_is_made_again_for_other_keys_only(monkeypatch: pytest.MonkeyPatch) -> None:
    changed: list[bool] = []
    recompose = Footer.recompose

    async def noting(footer: Footer) -> None:
        before = made_of(footer)
        await recompose(footer)
        changed.append(made_of(footer) != before)

    monkeypatch.setattr(Footer, "recompose", noting)
    async with terminal(app_with(), (100, 20)) as t:
        await t.sees("? Help")
        words = last_line(t)
        await t.press("down", "question_mark")
        await t.until(lambda: t.app.screen is not t.main)
        await t.press("escape")
        await t.until(lambda: t.app.screen is t.main)
        await t.press("slash")
        await t.until(lambda: last_line(t) != words)
        await t.press("escape")
        await t.until(lambda: last_line(t) == words)
    assert changed and all(changed)


def made_of(footer: Footer) -> list[tuple[object, ...]]:
    found = footer.query(FooterKey)
    return [(key.key_display, key.description, key.action, key._disabled, key.tooltip) for key in found]


@pytest.mark.parametrize("width", [30, 40, 60, 80])
@screen_test
async def test_the_filter_and_the_warning_stand_apart(width: int) -> None:
    async with terminal(app_with(), (width, 15)) as t:
        await t.sees("i Show")
        line = t.main.query_one(FilterLine).region
        warning = t.main.query_one("#problems").region
        assert line.right + 2 <= warning.x and warning.right <= width - 1
        assert "/ filter…" in t.text()
        await t.press("slash", *"a-long-filter-that-is-longer-than-its-line")
        await t.until(lambda: "longer-than-its-line"[-8:] in t.text())
        row = t.text().splitlines()[1]
        assert row[warning.x - 2 : warning.x] == "  " and row[warning.x] == "!"


@screen_test
async def test_the_warning_follows_the_width() -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await t.sees("! 1 problem in the files  i Show")
        await t.pilot.resize_terminal(40, 15)
        await t.sees("! 1 problem  i Show")
        await t.pilot.resize_terminal(80, 24)
        await t.sees("! 1 problem in the files  i Show")


@pytest.mark.parametrize("key", ["2", "N"])
@screen_test
async def test_a_list_that_has_no_room_for_a_line_takes_all_keys(key: str) -> None:
    async with terminal(app_with(connectable_parts()), (80, 24)) as t:
        await t.press(key)
        await t.until(lambda: t.app.screen is not t.main and t.app.screen.query(OptionList))
        await t.pilot.resize_terminal(20, 3)
        shown = t.app.screen.query(OptionList).first()
        shown.focus()
        await t.press("G", "g", "j", "pagedown", "pageup")
        assert t.app.is_running and shown.highlighted is not None


@screen_test
async def test_the_last_line_of_a_screen_that_has_closed_asks_for_nothing() -> None:
    async with terminal(app_with(held_parts())) as t:
        await t.press("2")
        await t.sees("1 Servers")
        footer = t.app.screen.query_one(KeyFooter)
        await t.press("1")
        await t.until(lambda: not footer.is_attached)
        await footer.recompose()  # as it was asked to by a change just before


@screen_test
async def test_the_choice_of_a_store_shows_its_buttons_whole() -> None:
    adapters = demo_parts(store=StoreState("none", ready=False, persistent=False))
    async with terminal(app_with(adapters), (60, 20)) as t:
        await t.press("K")
        await t.sees("Cancel        Memory (m)        Vault (v)")


@screen_test
async def test_help_opens_over_the_details_too() -> None:
    async with terminal(app_with()) as t:
        await t.press("enter", "question_mark")
        await t.sees("Selected server")
        await t.press("escape")
        await t.sees("Found in")


@screen_test
async def test_what_is_selected_in_a_list_has_a_sign_beside_its_color() -> None:
    async with terminal(app_with()) as t:
        await t.press("vertical_line")
        await t.sees("▸ [x] Auth")
        await t.press("down")
        await t.sees("▸ [x] Expires")
        assert "▸ [x] Auth" not in t.text()
        await t.press("escape", "2")
        await t.sees("│▸keyrack ")
        await t.press("escape", "ctrl+p")
        await t.sees("a command or a server's name")
        await t.press("down")
        await t.sees("▸ ")


@screen_test
async def test_the_buttons_of_a_long_question_are_in_sight() -> None:
    async with terminal(app_with(), (60, 12)) as t:
        t.app.push_screen(ConfirmScreen("A question", "", "It goes on and on and on. " * 30, "Do it"))
        await t.sees("Do it (y)")
        await t.sees("▼ more")

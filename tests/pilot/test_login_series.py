"""Logging in to the marked servers, one after the other."""

from __future__ import annotations

from itertools import count

import pytest

from keyrack.domain.errors import LoginNeeded, SignInTimeout
from keyrack.operations.login.series import Group
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.login.of_several import LoginOfSeveral
from keyrack.tui.many.login_start import LoginStartScreen
from keyrack.tui.servers.view import Sort
from support.bursts import typed, until_quiet
from support.fake_login import FakeLogin
from support.screens import Terminal, app_with, screen_test, terminal


async def begin(t: Terminal, *names: str) -> None:
    """Mark them in a list by name, and agree to log in."""
    t.main.show_view(t.main.view._replace(sort=Sort.NAME))
    for name in names:
        await t.select(name)
        await t.press("space")
    await t.press("l")
    await t.until(lambda: isinstance(t.app.screen, LoginStartScreen))
    await t.press("y")


async def waits(t: Terminal, name: str, place: str) -> LoginOfSeveral:
    """This login waits for its sign-in page."""
    await t.until(lambda: isinstance(t.app.screen, LoginOfSeveral) and place in t.text(), place)
    await t.sees(f"Log in · {name} · {place}")
    await t.sees("Skip")
    await t.until(lambda: "Paste callback URL" in t.text())
    screen = t.app.screen
    assert isinstance(screen, LoginOfSeveral)
    return screen


async def summary(t: Terminal) -> str:
    await t.until(lambda: isinstance(t.app.screen, ReceiptScreen), "the summary")
    return t.words(".box")


@screen_test
async def test_they_follow_each_other_and_a_failure_stops_nothing(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t, "linear", "notion", "sentry", "local-db")
        await waits(t, "linear", "1 of 3")
        login.answer()
        await waits(t, "notion", "2 of 3")
        login.fail(LoginNeeded("auth.notion.com said: access_denied."))
        await waits(t, "sentry", "3 of 3")
        await t.press("s")
        text = await summary(t)
        assert "Logged in · 1 of 4" in text
        assert "✓ linear the token works until" in text
        assert "✕ notion failed auth.notion.com said: access_denied. Press l to log in." in text
        assert "– sentry nothing to do skipped." in text
        assert "– local-db nothing to do it is a local process" in text
        await t.until(login.cancelled.is_set)


@screen_test
async def test_what_is_going_to_be_opened_is_listed_by_sign_in_page_before(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        t.main.show_view(t.main.view._replace(sort=Sort.NAME))
        for name in ("notion", "linear", "atlassian", "context7"):
            await t.select(name)
            await t.press("space")
        await t.press("l")
        await t.until(lambda: isinstance(t.app.screen, LoginStartScreen))
        text = t.words(".box")
        assert "Log in · 3 servers" in text
        assert "auth.linear.app linear auth.notion.com notion sign-in page not known yet atlassian" in text
        assert "context7 left out: the server works without a login." in text
        await t.press("escape")
        assert t.app.screen is t.main and login.calls == 0


@screen_test
async def test_a_page_that_was_not_listed_waits_for_a_key_once(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t, "linear", "sentry")  # the pages of both turn out to be at auth.notion.com
        await waits(t, "linear", "1 of 2")
        await t.sees("Press enter to open it.")
        await t.press("enter")
        await t.until(lambda: login.reopened == 1)
        await t.misses("Press enter to open it.")
        await t.press("enter")
        assert login.reopened == 1  # enter is for what waits only
        login.answer()
        await waits(t, "sentry", "2 of 2")
        assert "Press enter" not in t.text()
        login.answer()
        assert "Logged in · 2 of 2" in await summary(t)


@screen_test
async def test_no_key_that_is_held_down_opens_a_page_that_was_not_listed(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t, "linear", "sentry")
        begun = t.app.keyboard._last  # the key that agreed is held down, however slow the machine is
        repeated = (begun + n * 0.05 for n in count(1))
        for _ in range(6):  # before the question is there and after
            typed(t, "\r", next(repeated))
            await t.pilot.pause(0.05)
        await waits(t, "linear", "1 of 2")
        for _ in range(8):
            typed(t, "\ro", next(repeated))
            await t.pilot.pause(0.05)
        await until_quiet(t)
        assert login.reopened == 0
        assert "Press enter to open it." in t.text()
        await t.press("enter")
        await t.until(lambda: login.reopened == 1)


@screen_test
async def test_esc_cancels_the_one_that_runs_and_starts_no_other(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t, "linear", "notion", "sentry")
        await waits(t, "linear", "1 of 3")
        login.answer()
        await waits(t, "notion", "2 of 3")
        await t.press("escape")
        text = await summary(t)
        assert "Logged in · 1 of 3" in text and "Stopped. Not started: notion, sentry." in text
        await t.until(login.cancelled.is_set)
        assert login.calls == 2


@pytest.mark.parametrize("key", ["s", "l"])
@screen_test
async def test_after_a_time_out_nothing_opens_until_a_key_is_pressed(login: FakeLogin, key: str) -> None:
    async with terminal(app_with()) as t:
        await begin(t, "linear", "notion")
        await waits(t, "linear", "1 of 2")
        login.fail(SignInTimeout("Nobody signed in within 5 minutes.", hint="Log in again."))
        await t.sees("Nobody signed in within 5 minutes.")
        assert login.calls == 1
        await t.press(key)
        await waits(t, *(("notion", "2 of 2") if key == "s" else ("linear", "1 of 2")))
        assert login.calls == 2
        await t.press("escape")
        await summary(t)


@screen_test
async def test_the_trace_may_be_open_when_a_login_ends(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t, "linear", "notion")
        screen = await waits(t, "linear", "1 of 2")
        await t.press("v")
        login.answer()
        await t.until(lambda: screen.outcome is not None)
        assert t.app.screen is not screen
        await t.press("escape")
        await waits(t, "notion", "2 of 2")
        await t.press("escape")
        await summary(t)


@screen_test
async def test_what_needs_no_login_begins_nothing(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        for name in ("context7", "local-db"):
            await t.select(name)
            await t.press("space")
        await t.press("l")
        assert t.app.screen is t.main and "None of the marked servers needs a login." in t.said()


@screen_test
async def test_of_a_long_host_the_end_is_shown_too(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await t.until(lambda: t.main.rows)
        host = f"accounts.company.example.{'a' * 60}.{'b' * 60}.elsewhere.example"
        t.app.push_screen(LoginStartScreen([Group(f"https://{host}", tuple(t.main.rows.values())[:1])], []))
        await t.until(lambda: isinstance(t.app.screen, LoginStartScreen))
        await t.until(lambda: host in "".join(t.words(".box").replace("│", "").split()))

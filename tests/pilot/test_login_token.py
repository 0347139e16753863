"""When a login is not possible, the screen offers a manual token."""

from __future__ import annotations

from keyrack.domain.errors import KeyrackError, LoginNeeded, NoOAuth
from keyrack.tui.login.login import LoginScreen
from keyrack.tui.token.token import TokenScreen
from support.fake_login import FakeLogin, begin
from support.screens import app_with, screen_test, terminal

NONE = NoOAuth("The server has no OAuth.")


@screen_test
async def test_where_the_server_has_no_oauth_t_opens_the_token_screen_with_the_service(
    login: FakeLogin,
) -> None:
    async with terminal(app_with()) as t:
        await begin(t, "github")
        login.fail(NONE)
        await t.sees("t Token  l Retry  v Trace  esc Close")
        await t.press("t")
        assert isinstance(t.app.screen, TokenScreen)
        await t.sees("GitHub · Personal Access Token")
        await t.press("escape")
        assert t.app.screen is t.main


@screen_test
async def test_it_does_so_for_a_service_that_nobody_knows_too(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t, "staging")
        login.fail(NONE)
        await t.sees("t Token  l Retry")
        await t.press("t")
        assert isinstance(t.app.screen, TokenScreen)


@screen_test
async def test_where_an_app_has_to_be_registered_a_token_is_offered_if_the_service_takes_one(
    login: FakeLogin,
) -> None:
    login.needs_client = True
    async with terminal(app_with()) as t:
        await t.select("github")
        await t.press("l")
        await t.sees("t Token  i Enter client ID")
        await t.press("t")
        assert isinstance(t.app.screen, TokenScreen)


@screen_test
async def test_no_token_is_offered_where_none_is_known_to_be_taken_or_the_login_failed_otherwise(
    login: FakeLogin,
) -> None:
    failures: list[tuple[str, KeyrackError]] = [("notion", NONE), ("github", LoginNeeded("Not this time."))]
    for name, error in failures:
        async with terminal(app_with()) as t:
            await begin(t, name)
            login.fail(error)
            await t.sees("l Retry")
            assert "t Token  l Retry" not in t.text()
            await t.press("t")
            assert isinstance(t.app.screen, LoginScreen)


@screen_test
async def test_while_the_login_runs_t_does_nothing(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t, "github")
        await t.press("t")
        assert isinstance(t.app.screen, LoginScreen)

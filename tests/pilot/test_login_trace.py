"""The trace shows the requests and responses of a login."""

from __future__ import annotations

import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.secret import MASK
from keyrack.oauth.trace import Exchange
from keyrack.tui.login.login import LoginScreen
from keyrack.tui.login.login_progress import MAX_TRACE
from keyrack.tui.login.trace import TraceScreen
from support.fake_login import EXCHANGES, FakeLogin, begin
from support.screens import app_with, screen_test, terminal

LATER = Exchange("POST", "https://auth.notion.com/token", 400, (), (("error", "invalid_grant"),))


@screen_test
async def test_v_lists_what_was_sent_and_got(login: FakeLogin) -> None:
    async with terminal(app_with(), (100, 30)) as t:
        await begin(t)
        await t.press("v")
        await t.sees("browser https://auth.notion.com/authorize")
        text = t.text()
        assert "POST https://mcp.notion.com/mcp → 401" in text and "> method: tools/list" in text
        assert "< issuer: https://auth.notion.com" in text and f"> state: {MASK}" in text
        assert text.index("→ 401") < text.index("→ 200") < text.index("→ 201")


@screen_test
async def test_a_long_value_goes_on_below_its_own_beginning(login: FakeLogin) -> None:
    async with terminal(app_with(), (60, 30)) as t:
        await begin(t)
        await t.press("v")
        await t.sees("WWW-Authenticate: Bearer")
        rows = t.text().splitlines()
        at = next(n for n, row in enumerate(rows) if "WWW-Authenticate" in row)
        assert rows[at + 1].index("resource_metadata") == rows[at].index("WWW-Authenticate")


@screen_test
async def test_it_goes_on_while_the_login_does_and_shows_the_end(login: FakeLogin) -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await begin(t)
        await t.press("v", "end")
        await t.sees("> scope: read write")
        login.tell(LATER)
        await t.sees("< error: invalid_grant")
        await t.press("home")
        await t.sees("→ 401")


@screen_test
async def test_what_is_sent_while_it_opens_is_in_it_once(login: FakeLogin) -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await begin(t)
        login_screen = t.app.screen
        assert isinstance(login_screen, LoginScreen)
        login_screen.action_trace()
        login_screen._event(1, LATER)
        await t.sees("→ 401")
        login.tell(LATER._replace(status=418))
        screen = t.app.screen
        await t.until(lambda: len(screen.query("ExchangeView")) == len(EXCHANGES) + 2)


@screen_test
async def test_whoever_reads_further_up_is_left_there(login: FakeLogin) -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await begin(t)
        await t.press("v")
        await t.sees("→ 401")
        login.tell(LATER)
        screen = t.app.screen
        await t.until(lambda: len(screen.query("ExchangeView")) == len(EXCHANGES) + 1)
        assert "→ 401" in t.text() and "invalid_grant" not in t.text()


@screen_test
async def test_y_copies_all_of_it_as_plain_text(login: FakeLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    app = app_with()
    monkeypatch.setattr(app, "copy", copied.append)
    async with terminal(app) as t:
        await begin(t)
        login.tell(LATER)
        await t.press("v")
        await t.until(lambda: len(t.app.screen.query("ExchangeView")) == len(EXCHANGES) + 1)
        await t.press("y")
        assert t.said()[-1] == "Copied, with all secrets masked."
        assert copied[0].startswith("POST https://mcp.notion.com/mcp → 401\n    > MCP-Protocol-Version: ")
        assert copied[0].endswith("POST https://auth.notion.com/token → 400\n    < error: invalid_grant\n")


@pytest.mark.parametrize("key", ["escape", "q", "v"])
@screen_test
async def test_it_closes_and_the_login_is_still_there(login: FakeLogin, key: str) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        await t.press("v")
        assert isinstance(t.app.screen, TraceScreen)
        await t.press(key)
        assert isinstance(t.app.screen, LoginScreen)
        login.answer()
        await t.sees("● valid")


@screen_test
async def test_it_is_there_before_anything_was_sent_and_after_the_end(login: FakeLogin) -> None:
    login.refuse_first = LoginNeeded("Not now.")
    async with terminal(app_with()) as t:
        await t.select("notion")
        await t.press("l")
        await t.sees("Not now.")
        await t.press("v")
        await t.sees("Nothing has been sent yet.")
        await t.press("escape")
        login.refuse_first = None
        await t.press("l")
        await t.sees("Paste callback URL")
        login.answer()
        await t.sees("v Trace  enter Close")
        await t.press("v")
        await t.sees("→ 401")


@screen_test
async def test_another_attempt_begins_another_trace(login: FakeLogin) -> None:
    async with terminal(app_with(), (100, 40)) as t:
        await begin(t)
        login.tell(LATER)
        login.fail(LoginNeeded("It broke."))
        await t.sees("It broke.")
        await t.press("v")
        await t.sees("invalid_grant")
        await t.press("escape", "l")
        await t.sees("Paste callback URL")
        await t.press("v")
        await t.sees("→ 401")
        assert "invalid_grant" not in t.text() and t.text().count("→ 401") == 1


@screen_test
async def test_a_server_s_words_are_only_words_here_and_in_the_copy(
    login: FakeLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    nasty = "[@click=app.quit]x[/]\x1b[31m\u202eevil\nGET https://forged.example → 200"
    copied: list[str] = []
    app = app_with()
    monkeypatch.setattr(app, "copy", copied.append)
    async with terminal(app, (130, 40)) as t:
        await begin(t)
        login.tell(Exchange("POST", nasty, 400, ((nasty, nasty),), ((nasty, nasty),)))
        login.tell(Exchange("POST", "https://h.example", None, problem=nasty))
        await t.press("v", "end")
        await t.sees("[@click=app.quit]x[/][31mevil GET https://forged.example → 200 → 400")
        await t.press("y")
        for text in (t.text(), copied[0]):
            assert "\x1b" not in text and "\u202e" not in text
            assert not any(row.strip("│ ").startswith("GET https://forged") for row in text.splitlines())
        assert t.app.is_running


@screen_test
async def test_a_very_long_login_keeps_its_latest_exchanges(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        login.tell(
            *[LATER._replace(status=400 + n % 2) for n in range(MAX_TRACE)], LATER._replace(status=418)
        )
        screen = t.app.screen
        assert isinstance(screen, LoginScreen)
        await t.until(lambda: screen._trace[-1].status == 418)
        assert len(screen._trace) == MAX_TRACE

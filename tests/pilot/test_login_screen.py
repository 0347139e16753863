"""The login screen: steps, waiting, pasting, failing, cancelling, and no keychain."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from keyrack.domain.errors import LoginNeeded, StoreAbsent
from keyrack.domain.model import Credential
from keyrack.domain.storage import StoreState
from keyrack.operations import login as login_op
from keyrack.tui.screens.confirm import ConfirmScreen
from keyrack.tui.screens.login import LoginScreen
from support.demo_rows import NOW, DemoClock, demo_parts
from support.fake_login import FakeLogin
from support.screens import Terminal, app_with, screen_test, terminal


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> FakeLogin:
    fake = FakeLogin(Credential("oauth", expires_at=NOW + 3600, obtained_at=NOW, store="Secret Service"))
    monkeypatch.setattr(login_op, "login", fake)
    return fake


async def begin(t: Terminal, name: str = "notion") -> None:
    await t.select(name)
    await t.press("l")
    await t.sees("Wait for you in the browser")


@screen_test
async def test_steps_appear_with_what_was_found_and_where_the_user_signs_in(login: FakeLogin) -> None:
    clock = DemoClock()
    async with terminal(app_with(demo_parts(clock=clock))) as t:
        await begin(t)
        text = t.text()
        assert "✓ Found the authorization server  auth.notion.com" in text and "0.3 s" in text
        assert "· Exchange the code" in text
        await t.sees("Sign-in page  auth.notion.com")
        assert "Returns to    127.0.0.1:8085" in t.text()
        clock.time += 72
        await t.sees("1:12 / 5:00")
        login.answer()
        await t.sees("● valid · expires in 58 min")


@screen_test
async def test_success_closes_with_enter_and_the_row_is_up_to_date(login: FakeLogin) -> None:
    parts = demo_parts()
    async with terminal(app_with(parts)) as t:
        await begin(t)
        parts.rack().put("https://mcp.notion.com/mcp", login.credential)  # type: ignore[attr-defined]
        login.answer()
        await t.sees("✓ Saved to Secret Service")
        await t.press("enter")
        await t.until(lambda: any(" notion " in x and "● valid" in x for x in t.text().splitlines()))


@screen_test
async def test_esc_cancels_at_once_and_says_that_nothing_changed(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        await t.press("escape")
        assert t.app.screen is t.main
        assert "Cancelled. Everything is as it was." in t.said()
        await t.until(login.cancelled.is_set)


@screen_test
async def test_o_opens_again_and_y_copies_the_link(login: FakeLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    app = app_with()
    monkeypatch.setattr(app, "copy", copied.append)
    async with terminal(app) as t:
        await begin(t)
        await t.sees("Open again")
        await t.press("o")
        await t.until(lambda: login.reopened == 1)
        await t.press("y")
        assert copied == ["https://auth.notion.com/authorize?client_id=7f3a&state=s"]
        await t.press("escape")


@screen_test
async def test_a_pasted_address_goes_on_and_a_wrong_one_is_explained(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        await t.sees("Paste callback URL")
        await t.press("p", *"nonsense", "enter")
        await t.sees("That is neither an address nor a code.")
        await t.press("escape")
        assert isinstance(t.app.screen, LoginScreen)
        await t.press("p", *"http://x", "enter")
        await t.sees("● valid")
        assert login.pasted == ["http://x"]


@screen_test
async def test_a_failure_stays_on_its_step_with_a_hint_and_l_tries_again(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        login.fail(LoginNeeded("auth.notion.com said: access_denied.", hint="Allow the access there."))
        await t.sees("✕ Wait for you in the browser")
        assert "auth.notion.com said: access_denied." in t.text() and "Allow the access there." in t.text()
        await t.press("l")
        await t.sees("▸ Wait for you in the browser")
        assert login.calls == 2 and "access_denied" not in t.text()
        login.answer()
        await t.sees("● valid")


@screen_test
async def test_without_a_keychain_it_asks_before_keeping_the_login_in_memory(login: FakeLogin) -> None:
    parts = demo_parts(store=StoreState("none", ready=False, reason="No keychain here."))
    login.refuse_first = StoreAbsent("No keychain here.")
    async with terminal(app_with(parts)) as t:
        await t.select("notion")
        await t.press("l")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        await t.sees("This machine has no keychain. Keep the login in memory")
        assert t.app.focused is t.app.screen.query_one("#no", Button)
        await t.press("y")
        await t.sees("▸ Wait for you in the browser")
        login.answer()
        await t.sees("● valid")
        await t.press("escape")
        await t.sees("in memory")


@screen_test
async def test_without_a_keychain_the_careful_answer_stores_nothing(login: FakeLogin) -> None:
    parts = demo_parts(store=StoreState("none", ready=False, reason="No keychain here."))
    login.refuse_first = StoreAbsent("No keychain here.")
    async with terminal(app_with(parts)) as t:
        await t.select("notion")
        await t.press("l")
        await t.until(lambda: isinstance(t.app.screen, ConfirmScreen))
        await t.press("enter")
        await t.until(lambda: t.app.screen is t.main)
        assert login.calls == 1 and not parts.rack().state().ready


@screen_test
async def test_over_ssh_the_line_that_brings_the_port_is_ready(
    login: FakeLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")
    monkeypatch.setenv("USER", "ada")
    async with terminal(app_with()) as t:
        await begin(t)
        await t.sees("ssh -N -L 8085:127.0.0.1:8085 ada@192.0.2.2")
        await t.press("escape")


@screen_test
async def test_a_local_process_has_nothing_to_log_in_to(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await t.select("local-db")
        await t.press("l")
        assert t.app.screen is t.main and login.calls == 0
        assert "local-db is a local process" in t.said()[-1]


@screen_test
async def test_a_surprise_inside_is_told_without_its_words(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        login.fail(ValueError("access_token=hunter2"))
        await t.sees("Something went wrong inside keyrack (ValueError).")
        assert "hunter2" not in t.text()

"""The login screen: steps, waiting, pasting, failing, cancelling, no keychain, and small terminals."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Button

from keyrack.domain.errors import LoginNeeded, ScopeRefused, StoreAbsent
from keyrack.domain.storage import StoreState
from keyrack.oauth.effects import Step
from keyrack.operations.login.flow_runner import NO_BROWSER
from keyrack.tui.login.login import LoginScreen
from keyrack.tui.storage.ways import WaysScreen
from support.demo_rows import DemoClock, demo_parts
from support.fake_login import FOUND, SIGN_IN, FakeLogin, begin
from support.screens import Terminal, app_with, screen_test, terminal


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
    adapters = demo_parts()
    async with terminal(app_with(adapters)) as t:
        await begin(t)
        adapters.credentials().put("https://mcp.notion.com/mcp", login.credential)  # type: ignore[attr-defined]
        login.answer()
        await t.sees("✓ Saved to Secret Service")
        await t.press("enter")
        await t.until(lambda: any("notion " in x and "● valid" in x for x in t.text().splitlines()))


@screen_test
async def test_enter_cancels_no_login_that_runs(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await t.select("notion")
        await t.press("l", "enter")  # while it works
        await t.sees("Paste callback URL")
        await t.press("enter", "enter")  # while it waits
        assert isinstance(t.app.screen, LoginScreen) and not login.cancelled.is_set()
        login.answer()
        await t.sees("● valid")
        await t.press("enter")
        await t.until(lambda: t.app.screen is t.main)
        assert login.calls == 1 and not login.cancelled.is_set()


@screen_test
async def test_esc_cancels_at_once_and_says_that_nothing_changed(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        await t.press("escape")
        assert t.app.screen is t.main
        assert "Canceled. Nothing was changed." in t.said()
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
        await t.sees("That is not an address or a code.")
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
        await t.sees("✕ Waiting for you to sign in")
        assert "auth.notion.com said: access_denied." in t.text() and "Allow the access there." in t.text()
        await t.press("l")
        await t.sees("▸ Waiting for you to sign in")
        assert login.calls == 2 and "access_denied" not in t.text()
        login.answer()
        await t.sees("● valid")


def without_keychain(login: FakeLogin) -> Any:
    login.refuse_first = StoreAbsent("No keychain here.")
    return demo_parts(store=StoreState("none", ready=False, reason="No keychain here."))


async def ask_where(t: Terminal) -> None:
    """Begin a login that first asks where to store what it brings."""
    await t.select("notion")
    await t.press("l")
    await t.until(lambda: isinstance(t.app.screen, WaysScreen))


@screen_test
async def test_without_a_keychain_it_asks_where_to_keep_the_login(login: FakeLogin) -> None:
    adapters = without_keychain(login)
    async with terminal(app_with(adapters)) as t:
        await ask_where(t)
        await t.sees("Where to store credentials · notion")
        assert t.app.focused is t.app.screen.query_one("#no", Button)
        await t.press("m")
        await t.sees("▸ Waiting for you to sign in")
        login.answer()
        await t.sees("● valid")
        await t.press("escape")
        await t.sees("in memory")


@screen_test
async def test_without_a_keychain_the_careful_answer_stores_nothing(login: FakeLogin) -> None:
    adapters = without_keychain(login)
    async with terminal(app_with(adapters)) as t:
        await ask_where(t)
        await t.press("enter")
        await t.until(lambda: t.app.screen is t.main)
        assert login.calls == 1 and not adapters.credentials().state().ready


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
        assert "local-db: it is a local process" in t.said()[-1]


@screen_test
async def test_a_surprise_inside_is_told_without_its_words(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        login.fail(ValueError("access_token=hunter2"))
        await t.sees("Something went wrong inside keyrack (ValueError).")
        assert "hunter2" not in t.text()


LEGACY = Step(
    "discover",
    "Found no metadata; using MCP 2025-03-26",
    "done",
    "auth.example.com, PKCE support could not be verified",
    0.3,
)


@screen_test
async def test_what_could_not_be_verified_is_told_in_whole_words(login: FakeLogin) -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await begin(t)
        login.tell(LEGACY)
        await t.sees("PKCE support could not be verified")
        assert "Found no metadata; using MCP 2025-03-26" in t.text()


@pytest.mark.parametrize("size", [(80, 24), (60, 24), (60, 16), (40, 20)])
@screen_test
async def test_the_box_fits_and_its_keys_and_the_link_s_end_are_seen(
    login: FakeLogin, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")
    login.offers_code = True
    async with terminal(app_with(), size) as t:
        await t.select("notion")
        await t.press("l")
        await t.sees("esc Cancel")
        login.tell(LEGACY, SIGN_IN._replace(url="https://auth.example.com/" + "x" * 500 + "Ω"))
        login.tell(Step("sign-in", NO_BROWSER, "running"))
        await t.sees("Ω")
        box = t.widget("#login").region
        assert box.bottom <= size[1] and box.right <= size[0]
        assert "esc Cancel" in t.text() and "p Paste callback URL" in t.text()
        await t.sees("▲ more")
        await t.press("home")
        await t.sees("✓ The server requires")
        await t.sees("▼ more")
        assert "esc Cancel" in t.text()


@screen_test
async def test_where_all_is_seen_there_is_no_more_and_a_key_line_of_one_row(login: FakeLogin) -> None:
    async with terminal(app_with(), (80, 24)) as t:
        await begin(t)
        box = t.widget("#login")
        # For a moment it may be higher than it has to be; nothing of that may stay.
        box.show_vertical_scrollbar = True
        box.refresh(layout=True)
        await t.until(lambda: box.max_scroll_y == 0 and not box.border_subtitle)
        assert "p Paste callback URL  v Trace  esc Cancel" in t.text()


@screen_test
async def test_a_note_about_the_sign_in_stands_beside_it(login: FakeLogin) -> None:
    async with terminal(app_with(sign_in_note="It signs in by itself.")) as t:
        await begin(t)
        assert "It signs in by itself." in t.text()
        login.answer()
        await t.misses("It signs in by itself.")


@screen_test
async def test_an_answer_that_is_not_this_login_s_is_told_and_the_login_goes_on(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        login.tell(Step("stray", "Received a response without a state", "failed", "no[/b] \x1b[2Jscope"))
        await t.sees("✕ Received a response without a state  no[/b] [2Jscope")
        assert "▸ Waiting for you to sign in" in t.text() and "Paste callback URL" in t.text()
        login.answer()
        await t.sees("● valid")


@screen_test
async def test_n_registers_a_client_of_an_earlier_login_anew(login: FakeLogin) -> None:
    login.sign_in = SIGN_IN._replace(earlier_client="old")
    async with terminal(app_with()) as t:
        await begin(t)
        await t.sees("Error there?  n register again · h use localhost")
        await t.press("n")
        await t.until(lambda: "register again" not in t.text())
        assert login.anew == ["register"] and "▸ Waiting for you to sign in" in t.text()
        login.answer()
        await t.sees("● valid")


@screen_test
async def test_h_begins_anew_with_localhost(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        await t.sees("Error there?  h use localhost")
        await t.press("h")
        await t.sees("Returns to    localhost:8085")
        assert "Error there?" not in t.text() and "Paste callback URL" in t.text()
        login.answer()
        await t.sees("● valid")


@screen_test
async def test_a_login_that_fails_while_it_begins_anew_fails_at_one_step(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        login.tell(Step("sign-in", "Sign in with the browser", "ahead"), FOUND[4])
        await t.sees("▸ Register this app")
        login.fail(LoginNeeded("auth.notion.com refused."))
        await t.sees("✕ Register this app")
        assert "· Sign in with the browser" in t.text() and t.words(".box").count("✕") == 1


@screen_test
async def test_s_logs_in_without_the_scopes_that_were_added(login: FakeLogin) -> None:
    async with terminal(app_with()) as t:
        await begin(t)
        refused = ScopeRefused("The authorization server refused the scopes: invalid_scope.")
        refused.added = ("write",)
        login.fail(refused)
        await t.sees("s Without the added scopes")
        await t.press("s")
        await t.sees("▸ Waiting for you to sign in")
        assert [options.reset_scopes for options in login.options] == [False, True]
        login.fail(ScopeRefused("The authorization server refused the scopes: invalid_scope."))
        await t.sees("✕ Waiting for you to sign in")
        assert "Without the added scopes" not in t.text()
        await t.press("s")
        assert login.calls == 2

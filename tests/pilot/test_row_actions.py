"""The list's keys: refresh, check, clear, copy, show, and actions on several servers."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from textual.widgets import Button, Static

from keyrack.domain.errors import Temporary
from keyrack.domain.model import Check, CredentialInfo, Record, Server, Source
from keyrack.domain.reading import Reading
from keyrack.domain.secret import Secret
from keyrack.domain.status import EXPIRY_WINDOW, UNTESTED
from keyrack.operations.clearing import clear as clear_op
from keyrack.operations.handout import hand_out as hand_out_op
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.operations.servers import check as check_op
from keyrack.operations.tokens import refresh as refresh_op
from keyrack.operations.tokens.get_token import IssuedToken
from keyrack.tui.clear.clear import ClearScreen
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.servers import publishing
from keyrack.tui.token import reveal
from keyrack.tui.token.reveal import RevealScreen
from keyrack.wording.times import local
from support.demo_rows import NOW, demo_parts
from support.screens import app_with, screen_test, terminal

FRESH = CredentialInfo("oauth", issuer="https://github.com", expires_at=NOW + 3600, refreshable=True)
DONE = Receipt((Line("Revoke", "done"), Line("Delete", "done"), Line("Verified gone", "done")))


class Gate:
    """An operation that waits until the test opens it."""

    def __init__(self, result: Any = None, error: Exception | None = None) -> None:
        self.result, self.error = result, error
        self.asked: list[str] = []
        self.options: list[dict[str, Any]] = []
        self.at_once = self.most = 0
        self._open = threading.Event()
        self._lock = threading.Lock()

    @property
    def wanted(self) -> list[dict[str, Any]]:
        """The options of a clear, without the credential that it is about."""
        return [{name: each for name, each in options.items() if name != "only"} for options in self.options]

    def open(self) -> Gate:
        self._open.set()
        return self

    def __call__(self, adapters: Adapters, server: Server, **options: Any) -> Any:
        with self._lock:
            self.asked.append(server.name)
            self.options.append(options)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        assert self._open.wait(30)
        with self._lock:
            self.at_once -= 1
        if self.error is not None:
            raise self.error
        return self.result


@screen_test
async def test_r_refreshes_and_the_row_says_so_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(FRESH)
    monkeypatch.setattr(refresh_op, "refresh", gate)
    adapters = demo_parts()
    async with terminal(app_with(adapters)) as t:
        await t.select("github")
        await t.press("r")
        await t.sees("… refreshing")
        await t.press("r", "down", "up")  # nothing waits for it, and it is not begun twice
        assert "github: still refreshing." in t.said()
        adapters.credentials().put("https://api.githubcopilot.com/mcp/", FRESH)  # type: ignore[attr-defined]
        gate.open()
        await t.until(lambda: "● valid" in t.line_of("github"))
        assert gate.asked == ["github"] and "github: refreshed." in t.said()


@screen_test
async def test_a_refresh_that_fails_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        refresh_op, "refresh", Gate(error=Temporary("github.com is down.", hint="Try later.")).open()
    )
    async with terminal(app_with()) as t:
        await t.select("github")
        await t.press("r")
        await t.until(lambda: "github.com is down. Try later." in t.said())
        await t.sees("↻ renews when used")


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (3600, f"the token works until {local(NOW + 3600, NOW)}. Then press l to log in."),
        (None, "the token works (expiry unknown). Then press l to log in."),
        (-3600, "Press l to log in again."),
    ],
)
@screen_test
async def test_a_login_without_refresh_token_says_how_long_it_works(left: float | None, words: str) -> None:
    held = CredentialInfo(
        "oauth", issuer="https://x.example", expires_at=None if left is None else NOW + left
    )
    server = Server("plain", "https://x.example/mcp", sources=(Source("Cursor", "/x", "plain"),))
    reading = Reading((server,), (), ())
    adapters = demo_parts(reading, [Record("https://x.example/mcp", "default", held)])
    async with terminal(app_with(adapters)) as t:
        await t.select("plain")
        await t.press("r")
        assert "plain: no refresh token was issued" in t.said()[-1] and t.said()[-1].endswith(words)


@screen_test
async def test_what_cannot_be_refreshed_says_which_key_helps() -> None:
    async with terminal(app_with()) as t:
        await t.select("internal")
        await t.press("r")
        assert (
            t.said()[-1]
            == "internal: a token that was entered by hand can't be refreshed. Press t to enter a new one."
        )
        await t.select("atlassian")
        await t.press("r")
        assert t.said()[-1] == "atlassian: nothing is stored yet. Press l to log in, or t to enter a token."
        await t.select("context7")
        await t.press("r")
        assert "keyrack has no credential for it. The server works without" in t.said()[-1]


@screen_test
async def test_c_asks_the_server_and_tells_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_op, "check", Gate(Check(NOW, "refused", "It said invalid_token.")).open())
    async with terminal(app_with()) as t:
        await t.select("linear")
        await t.press("c")
        await t.until(lambda: "linear: it refused the token (It said invalid_token)." in t.said())


@screen_test
async def test_a_check_that_tested_no_token_does_not_claim_that_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(check_op, "check", Gate(Check(NOW, "optional", UNTESTED)).open())
    async with terminal(app_with()) as t:
        await t.select("linear")
        await t.press("c")
        told = "perhaps not fully (The token could not be tested: the server accepts the same requests"
        await t.until(lambda: any(told in each for each in t.said()))
        assert not any("accepts the token" in each for each in t.said())


@screen_test
async def test_check_all_runs_four_side_by_side_and_esc_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(Check(NOW, "accepted"))
    monkeypatch.setattr(check_op, "check", gate)
    async with terminal(app_with()) as t:
        await t.press("C")
        await t.until(lambda: len(gate.asked) == 4)
        await t.sees("checking 0 of 13")
        await t.press("C")
        assert "Another task is running; press esc to stop it." in t.said()
        await t.press("escape")
        gate.open()
        await t.sees("Checked · 4 of 13")
        assert "Stopped. Not started: " in t.words(".box")
        assert gate.most == 4 and "checking" not in t.text()


@screen_test
async def test_check_all_asks_no_server_that_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(Check(NOW, "accepted")).open()
    monkeypatch.setattr(check_op, "check", gate)
    source = Source("Claude Code", "/h/.mcp.json", "")
    servers = (
        Server("on", "https://on.example.com/mcp", sources=(source,)),
        Server("off", "https://off.example.com/mcp", sources=(source._replace(disabled=True),)),
    )
    async with terminal(app_with(demo_parts(Reading(servers, (), ()), ()))) as t:
        await t.press("C")
        await t.sees("Checked · 1 of 1")
        assert gate.asked == ["on"]


@screen_test
async def test_refresh_all_takes_what_is_due_and_names_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def one(adapters: Adapters, server: Server, *, min_valid: float) -> CredentialInfo:
        assert min_valid == EXPIRY_WINDOW  # what another process has refreshed meanwhile is left alone
        if server.name == "sentry":
            raise Temporary("No answer.")
        return FRESH

    monkeypatch.setattr(refresh_op, "refresh", one)
    async with terminal(app_with()) as t:
        await t.press("R")
        await t.sees("Refreshed · 1 of 2")
        assert "✕ sentry failed No answer." in t.words(".box")


@screen_test
async def test_clear_stands_on_cancel_and_enter_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(DONE).open()
    monkeypatch.setattr(clear_op, "clear", gate)
    async with terminal(app_with()) as t:
        await t.select("notion")
        await t.press("d")
        assert isinstance(t.app.screen, ClearScreen)
        await t.sees("Revoke it at auth.notion.com, then delete it here")
        assert "Claude Code and Cursor may keep their own copies." in t.text()
        assert t.app.focused is t.app.screen.query_one("#no", Button)
        await t.press("enter")
        assert t.app.screen is t.main and gate.asked == []


@screen_test
async def test_clear_takes_the_server_of_the_key_press_and_shows_a_receipt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(DONE)
    monkeypatch.setattr(clear_op, "clear", gate)
    async with terminal(app_with()) as t:
        await t.select("notion")
        await t.press("d")
        await t.select("linear")
        await t.press("y")
        gate.open()
        await t.until(lambda: isinstance(t.app.screen, ReceiptScreen))
        assert "✓  Revoke" in t.text() and "✓  Verified gone" in t.text()
        assert gate.options[0]["only"].issuer == "https://auth.notion.com"  # if it is still there
        assert gate.asked == ["notion"] and gate.wanted == [{"revoke": True, "forget": False}]
        await t.press("escape")
        assert t.app.screen is t.main


@screen_test
async def test_what_still_works_after_a_revocation_stands_in_the_receipt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = Line("Access token", "still works", "accepted until 14:52")
    line = Line("Registration", "stays", "https://auth.notion.com still has the client c-1")
    gate = Gate(Receipt((Line("Revoke", "done"), left, Line("Delete", "done"), line))).open()
    monkeypatch.setattr(clear_op, "clear", gate)
    async with terminal(app_with()) as t:
        await t.select("notion")
        await t.press("d")
        await t.press("y")
        await t.sees("!  Access token  still works  accepted until 14:52")
        assert "–  Registration  stays" in t.text()


@screen_test
async def test_clear_can_delete_here_only_and_forget_the_registration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(Receipt((Line("Delete", "failed", "It is still in the keychain."),))).open()
    monkeypatch.setattr(clear_op, "clear", gate)
    async with terminal(app_with()) as t:
        await t.select("notion")
        await t.press("d")
        t.widget("Pick").focus()
        await t.press("down")
        t.widget("#forget").focus()
        await t.press("space")
        await t.sees("( ) Revoke")
        assert "(•) Only delete it here" in t.text() and "[x] Also delete the registration" in t.text()
        await t.press("y")
        await t.until(lambda: isinstance(t.app.screen, ReceiptScreen))
        assert gate.wanted == [{"revoke": False, "forget": True}]
        assert "Not everything was done" in t.text() and "It is still in the keychain." in t.text()


@screen_test
async def test_clear_of_a_manual_token_offers_no_revocation() -> None:
    async with terminal(app_with()) as t:
        await t.select("internal")
        await t.press("d")
        await t.sees("It is only deleted here. The token works (expiry unknown).")
        assert "Revoke" not in t.text()


@screen_test
async def test_copying_the_token_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_out_op, "get_token", Gate(IssuedToken(Secret("tok-123"), {}, None)).open())
    copied: list[Secret] = []
    app = app_with()
    monkeypatch.setattr(app, "copy_secret", copied.append)
    async with terminal(app) as t:
        await t.select("linear")
        await t.press("y")
        assert isinstance(t.app.screen, ConfirmScreen)
        await t.press("enter")
        assert copied == []
        await t.press("y", "y")
        await t.until(lambda: copied == [Secret("tok-123")])
        await t.sees("sent to the terminal's clipboard")
        assert app.clipboard == "" and "tok-123" not in " ".join(t.said())


@screen_test
async def test_showing_the_token_asks_first_and_hides_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_out_op, "get_token", Gate(IssuedToken(Secret("tok-[b]123"), {}, None)).open())
    monkeypatch.setattr(reveal, "SECONDS", 1000)
    async with terminal(app_with()) as t:
        await t.select("linear")
        await t.press("v")
        assert "tok-" not in t.text()
        await t.press("y")
        await t.sees("tok-[b]123")
        screen = t.app.screen
        assert isinstance(screen, RevealScreen)
        screen._left = 1
        await t.until(lambda: t.app.screen is t.main)
        assert "tok-" not in t.text()


@screen_test
async def test_a_shown_token_is_hidden_in_time_also_behind_the_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hand_out_op, "get_token", Gate(IssuedToken(Secret("tok-123"), {}, None)).open())
    monkeypatch.setattr(reveal, "SECONDS", 1000)
    async with terminal(app_with(), (100, 60)) as t:
        await t.select("linear")
        await t.press("v", "y")
        await t.sees("tok-123")
        screen = t.app.screen
        assert isinstance(screen, RevealScreen)
        await t.press("ctrl+p")
        screen._left = 1
        await t.until(lambda: "tok-123" not in str(screen.query_one("#token-text", Static).render()))
        assert t.app.screen is not screen
        await t.press("escape")
        await t.until(lambda: t.app.screen is t.main)


@screen_test
async def test_x_copies_the_command_or_says_that_nothing_is_to_be_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied: list[str] = []
    app = app_with()
    monkeypatch.setattr(app, "copy", copied.append)
    async with terminal(app) as t:
        await t.select("notion")
        await t.press("x")
        await t.select("linear")
        await t.press("x")
        assert copied == ["keyrack login notion"]
        assert "there is nothing to do" in t.said()[-1]


@screen_test
async def test_a_refreshed_token_is_published_in_the_background_and_a_failure_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(("The token was not published to codex: It is busy.",))
    monkeypatch.setattr(refresh_op, "refresh", Gate(FRESH).open())
    monkeypatch.setattr(publishing, "publish_again", gate)
    reading = demo_parts().read()
    servers = tuple(
        server._replace(publish=("codex",)) if server.name == "github" else server
        for server in reading.servers
    )
    adapters = demo_parts()._replace(read=lambda: reading._replace(servers=servers))
    async with terminal(app_with(adapters)) as t:
        await t.select("github")
        await t.press("r")
        await t.until(lambda: "github: refreshed." in t.said() and gate.asked == ["github"])
        gate.open()
        await t.until(lambda: "github: The token was not published to codex: It is busy." in t.said())

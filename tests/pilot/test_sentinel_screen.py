"""The screen shows no secret that it was not asked for: not in its text, a picture, a message or a widget.

Every secret contains a sentinel. After each step everything that is shown, held or stored is searched for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events

from keyrack.oauth.http import Request, Response
from keyrack.operations.clearing import clear as clear_op
from keyrack.tui.app import KeyrackApp
from keyrack.tui.clear.clear import ClearScreen
from keyrack.tui.clients.clients import ClientsScreen
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.kit.secret_input import SecretInput
from keyrack.tui.login.login import LoginScreen
from keyrack.tui.login.trace import TraceScreen
from keyrack.tui.servers.detail import DetailScreen
from keyrack.tui.sharing.adopt import AdoptScreen
from keyrack.tui.sharing.connect import ConnectScreen
from keyrack.tui.sharing.publish import PublishScreen
from keyrack.tui.sharing.take_over import TakeOverScreen
from keyrack.tui.sharing.undo import UndoScreen
from keyrack.tui.storage.passphrase import NewVaultScreen
from keyrack.tui.terminal.clipboard import Clipboard
from keyrack.tui.token import reveal
from keyrack.tui.token.reveal import RevealScreen
from keyrack.tui.token.token import TokenScreen
from support.canned import reply
from support.full_home import SENTINEL, FullHome
from support.keys import User
from support.screens import screen_test, terminal
from support.sentinel import Search, found_in
from support.witness import AheadClock


class Searched:
    """A user whose every step is searched."""

    def __init__(self, user: User, search: Search) -> None:
        self.user, self.t, self.search = user, user.t, search

    def look(self, what: str) -> None:
        self.search.screen(what, self.t.app, self.t.text())
        self.search.everywhere(what)

    async def opens(self, kind: type[Any], *keys: str, on: str = "") -> None:
        if on:
            await self.t.select(on)
        await self.user.opens(kind, *keys)
        self.look(kind.__name__)

    async def press(self, *keys: str) -> None:
        await self.user.press(*keys)
        self.look(" ".join(keys))

    async def paste(self, text: str) -> None:
        event = events.Paste(text)
        event.time = self.user.now()
        field = self.t.app.focused
        assert isinstance(field, SecretInput)
        self.t.app.post_message(event)
        await self.t.until(lambda: field.secret)
        self.look("a paste")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> AheadClock:
    clock = AheadClock()
    monkeypatch.setattr("keyrack.tui.kit.keyboard.get_time", clock)
    return clock


@pytest.fixture
def home(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> FullHome:
    monkeypatch.chdir(own_home)
    return FullHome(own_home, monkeypatch)


class searched:
    """`async with searched(…) as s:`, and nothing was found at the end."""

    def __init__(self, home: FullHome, clock: AheadClock, patch: pytest.MonkeyPatch) -> None:
        self._home, self._clock = home, clock
        self._copied: list[str] = []
        patch.setattr(Clipboard, "_put", lambda clipboard, text: self._copied.append(text))
        self._search = Search(home, patch)
        self._context = terminal(KeyrackApp(lambda: home.adapters), (130, 40))

    async def __aenter__(self) -> Searched:
        t = await self._context.__aenter__()
        found = Searched(User(t, self._home, self._clock, self._copied), self._search)
        found.look("the start")
        return found

    async def __aexit__(self, *error: Any) -> None:
        await self._context.__aexit__(*error)
        self._search.everywhere("the end")
        if error[0] is None:
            assert self._search.found == []


@screen_test
async def test_in_a_login_its_trace_a_refresh_a_check_and_the_details(
    home: FullHome, clock: AheadClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with searched(home, clock, monkeypatch) as s:
        await s.opens(LoginScreen, "l", on="drive")
        await s.t.sees("enter Close")
        await s.opens(TraceScreen, "v")
        await s.press("y")
        assert not any(map(found_in, s.user.copied))
        await s.press("escape", "enter")
        for key, name in (("r", "issues"), ("c", "notes"), ("x", "crm")):
            await s.t.select(name)
            await s.press(key)
        for name in ("notes", "search", "lookup", "local-db", "tracker"):
            await s.opens(DetailScreen, "enter", on=name)
            await s.press("escape")
        await s.opens(ClientsScreen, "2")
        await s.press("j", "j", "enter")


@screen_test
async def test_in_what_is_typed_moved_published_connected_and_undone(
    home: FullHome, clock: AheadClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.save("tracker", 3600)
    async with searched(home, clock, monkeypatch) as s:
        await s.opens(TokenScreen, "t", on="own-tools")
        await s.paste(home.secret("typed"))
        await s.press("ctrl+s")  # the server refuses it
        await s.t.sees("refused")
        await s.press("escape")
        await s.opens(TakeOverScreen, "m", on="drive")
        await s.opens(ReceiptScreen, "y")
        await s.press("escape")
        for name in ("search", "local-db"):
            await s.opens(AdoptScreen, "S", on=name)
            await s.opens(ReceiptScreen, "y")
            await s.press("escape")
        await s.opens(UndoScreen, "u")
        await s.opens(ReceiptScreen, "y")
        await s.press("escape")
        await s.opens(PublishScreen, "p", on="tracker")
        await s.press("y")
        await s.opens(ConnectScreen, "n", "enter", on="notes")
        await s.press("y")


@screen_test
async def test_in_a_move_to_a_vault_and_in_what_is_cleared(
    home: FullHome, clock: AheadClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with searched(home, clock, monkeypatch) as s:
        await s.opens(NewVaultScreen, "K", "m", "y")
        for _ in range(2):
            await s.paste(f"passphrase-{SENTINEL}")
            await s.press("enter")
        await s.t.until(lambda: isinstance(s.user.top, ReceiptScreen))
        s.look("the move")
        await s.press("escape")
        await s.opens(ClearScreen, "d", on="mail")
        await s.opens(ReceiptScreen, "y")


@screen_test
async def test_a_token_that_was_asked_for_is_where_it_was_asked_for_and_gone_after_ten_seconds(
    home: FullHome, clock: AheadClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with searched(home, clock, monkeypatch) as s:
        await s.opens(ConfirmScreen, "y", on="notes")
        await s.press("y")
        await s.t.until(lambda: s.user.copied)
        assert len(s.user.copied) == 1 and found_in(s.user.copied[0])
        s.look("the copy")
        await s.opens(ConfirmScreen, "v")
        await s.user.opens(RevealScreen, "y")
        assert found_in(s.t.text())
        s.search.everywhere("a token on the screen")
        shown = s.user.top
        assert isinstance(shown, RevealScreen)
        for _ in range(reveal.SECONDS):
            shown._tick()
        await s.t.until(lambda: s.user.top is s.t.main)
        s.look("ten seconds")


def _echo(request: Request) -> Response | None:
    words = " ".join(each.reveal() for each in request.secrets)
    return reply({"error": "server_error", "error_description": f"{words} broke it"}, 500) if words else None


@screen_test
async def test_where_each_server_repeats_what_it_was_sent(
    home: FullHome, clock: AheadClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.answer = _echo
    async with searched(home, clock, monkeypatch) as s:
        for key, name in (("r", "issues"), ("c", "notes")):
            await s.t.select(name)
            await s.press(key)
        await s.opens(LoginScreen, "l", on="drive")
        await s.t.sees("l Retry")
        await s.opens(TraceScreen, "v")
        await s.press("escape", "escape")
        await s.opens(ClearScreen, "d", on="notes")
        await s.opens(ReceiptScreen, "y")
        await s.press("escape", "C")
        await s.t.until(lambda: isinstance(s.user.top, ReceiptScreen))
        s.look("a check of all")


@screen_test
async def test_where_an_operation_breaks_with_a_secret_in_hand(
    home: FullHome, clock: AheadClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        in_hand = home.secret("in-hand")
        raise RuntimeError(f"it broke beside {len(in_hand)} characters")

    monkeypatch.setattr(clear_op, "clear", break_down)
    async with searched(home, clock, monkeypatch) as s:
        await s.opens(ClearScreen, "d", on="notes")
        await s.press("y")
        await s.t.sees("Something went wrong inside keyrack")
        s.look("the failure")

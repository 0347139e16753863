"""How a test comes to each screen: by the keys of a user, on a home that has one of everything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from unittest import mock

from textual import events
from textual.screen import Screen

from keyrack.operations.login import login as login_op
from keyrack.tui.accounts.account_name import AccountNameScreen
from keyrack.tui.accounts.accounts import AccountsScreen
from keyrack.tui.clear.clear import ClearScreen
from keyrack.tui.clients.clients import ClientsScreen
from keyrack.tui.kit.confirm import ConfirmScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.login.device import DeviceScreen
from keyrack.tui.login.login import LoginScreen
from keyrack.tui.login.trace import TraceScreen
from keyrack.tui.many.clear_marked import ClearMarkedScreen
from keyrack.tui.many.login_start import LoginStartScreen
from keyrack.tui.servers.filter_line import FilterLine
from keyrack.tui.sharing.adopt import AdoptScreen
from keyrack.tui.sharing.connect import ConnectScreen
from keyrack.tui.sharing.connect_all import ConnectAllScreen
from keyrack.tui.sharing.undo import UndoScreen
from keyrack.tui.sharing.which import WhichScreen
from keyrack.tui.token.reveal import RevealScreen
from keyrack.tui.token.token import TokenScreen
from keyrack.tui.token.token_saved import TokenSavedScreen
from support.fake_login import CODE, FakeLogin
from support.full_home import HOUR, url_of
from support.keys import (
    User,
)


async def the_list(user: User, name: str) -> None:
    if name:
        await user.t.select(name)


def by(*keys: str, kind: type[Any], on: str = "") -> Callable[[User, str], Awaitable[Any]]:
    """With these keys in the list, on a server's row: the line's, or else this one's."""

    async def open_it(user: User, name: str) -> None:
        await the_list(user, name or on)
        await user.opens(kind, *keys)

    return open_it


async def the_filter(user: User, name: str) -> None:
    await user.press("slash", *"state")
    await user.t.until(lambda: user.t.main.query_one(FilterLine).value == "state")


async def clearing_marked(user: User, name: str) -> None:
    for marked in ("notes", "mail"):
        await user.t.select(marked)
        if user.t.main.selected().key not in user.t.main.marks.marked:  # type: ignore[union-attr]
            await user.press("space")
    await user.opens(ClearMarkedScreen, "d")


async def connecting(user: User, name: str) -> None:
    await user.t.select(name or "notes")
    await user.press("n")
    await user.t.until(lambda: isinstance(user.top, WhichScreen | ConnectScreen))
    if isinstance(user.top, WhichScreen):
        await user.opens(ConnectScreen, "enter")
    await user.calm()


async def undoing(user: User, name: str) -> None:
    if not any(user.home.adapters.backups().all()):
        await user.t.select("search")
        await user.opens(AdoptScreen, "S")
        await user.opens(ReceiptScreen, "y")
        await user.press("escape")
    await user.opens(UndoScreen, "u")


async def revealed(user: User, name: str) -> None:
    await user.t.select("notes")
    await user.opens(ConfirmScreen, "v")
    await user.opens(RevealScreen, "y")


async def receipt(user: User, name: str) -> None:
    if not any(key.url == url_of("extra") for key in user.home.stored()):
        user.home.save("extra", 9 * HOUR)
        user.t.main.look()
        await user.t.until(lambda: any("extra" in key for key in user.t.main.rows))
    name = next(row.server.name for row in user.t.main.rows.values() if "extra" in row.key)
    await user.t.select(name)
    await user.opens(ClearScreen, "d")
    await user.opens(ReceiptScreen, "y")


async def programs(user: User, name: str) -> None:
    """The servers of Claude Code, with the cursor on one of them."""
    await user.opens(ClientsScreen, "2")
    view = user.top
    assert isinstance(view, ClientsScreen)
    await user.t.until(lambda: view.programs.option_count > 2)
    while view.client is None or view.client.name != "Claude Code":
        await user.press("j")
    await user.press("enter")
    await user.t.until(lambda: view.focused is view.entries)
    while name and (view.entry is None or view.entry.name != name):
        await user.press("j")


async def saved_token(user: User, name: str) -> None:
    await user.t.select("own-tools")
    await user.opens(TokenScreen, "t")
    user.t.app.post_message(_pasted(user.home.token("typed"), user))
    await user.t.sees("characters")
    await user.opens(TokenSavedScreen, "ctrl+s")


def _pasted(text: str, user: User) -> events.Paste:
    event = events.Paste(text)
    event.time = user.now()
    return event


def pushed(make: Callable[[], Screen[Any]]) -> Callable[[User, str], Awaitable[Any]]:
    """A screen that takes much to come to."""

    async def open_it(user: User, name: str) -> None:
        screen = make()
        user.t.app.push_screen(screen)
        await user.t.until(lambda: user.top is screen)
        await user.calm()

    return open_it


def focused(
    selector: str, open_it: Callable[[User, str], Awaitable[Any]]
) -> Callable[[User, str], Awaitable[Any]]:
    async def focus_it(user: User, name: str) -> None:
        await open_it(user, name)
        user.top.set_focus(user.top.query(selector).first())
        await user.calm()

    return focus_it


def passphrase_typed(make: Callable[[], Screen[Any]]) -> Callable[[User, str], Awaitable[Any]]:
    async def open_it(user: User, name: str) -> None:
        await pushed(make)(user, name)
        await user.press(*"correcthorsebatterystaple")

    return open_it


async def logging_in(user: User, name: str) -> None:
    """It waits in the browser, and offers a code for another device."""
    user.login = fake = FakeLogin()
    fake.offers_code = True
    await user.t.select("drive")
    with mock.patch.object(login_op, "login", fake):
        await user.opens(LoginScreen, "l")
        await user.t.until(lambda: user.top.query_one("#sign-in").display)


async def tracing(user: User, name: str) -> None:
    await logging_in(user, name)
    await user.opens(TraceScreen, "v")


async def coding(user: User, name: str) -> None:
    await logging_in(user, name)
    await user.press("d")
    user.login.tell(CODE)
    await user.t.until(lambda: isinstance(user.top, DeviceScreen))
    await user.calm()


async def login_of_marked(user: User, name: str) -> None:
    for marked in ("drive", "crm", "sales", "mail"):
        await user.t.select(marked)
        if user.t.main.selected().key not in user.t.main.marks.marked:  # type: ignore[union-attr]
            await user.press("space")
    await user.opens(LoginStartScreen, "l")


async def login_of_all(user: User, name: str) -> None:
    if not user.t.main.marks.marked:
        await user.press("asterisk")
    await user.opens(LoginStartScreen, "l")


async def connecting_ticked(user: User, name: str) -> None:
    await user.opens(ConnectAllScreen, "N")
    await user.press("a")


async def naming(user: User, name: str) -> None:
    await user.t.select("notes")
    await user.opens(AccountsScreen, "A")
    await user.opens(AccountNameScreen, "n")
    await user.press(*"third")


async def token_typed(user: User, name: str) -> None:
    await user.t.select("own-tools")
    await user.opens(TokenScreen, "t")
    user.t.app.post_message(_pasted("12345", user))
    await user.t.sees("characters")

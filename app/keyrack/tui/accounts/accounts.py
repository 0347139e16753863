"""A server's accounts: log in with another, or choose the default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.signal import Signal
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from keyrack.domain.model import Server
from keyrack.operations.servers.overview import Overview, Row, row_of
from keyrack.operations.tokens import accounts as accounts_op
from keyrack.operations.tokens.accounts import Account
from keyrack.tui.accounts.account_name import AccountNameScreen
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import Newest, in_background
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.entry import Entry
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.keyed import IN_LIST
from keyrack.tui.kit.options import Options
from keyrack.tui.kit.present import chosen, error_text, join, say, title
from keyrack.tui.kit.styles import BOX, LIST
from keyrack.tui.servers.facts import status
from keyrack.wording.tones import Tone

MEANING = "The marked account is the default."


class AccountList(Options):
    """Takes the focus of its screen."""


class AccountsScreen(Dialog[None]):
    """Stays while a login or a clear is on top of it, and shows what came of that."""

    CSS_PATH: ClassVar = [BOX, LIST]
    BINDINGS: ClassVar = [*keymap.ACCOUNTS]
    AUTO_FOCUS = "AccountList"

    def __init__(self, server: Server, looked: Signal[Overview], run: Callable[[str, Row], Any]) -> None:
        """`looked`: the list was read again. `run(what, row)` does one of the list's actions."""
        super().__init__()
        self._server, self._looked, self._run = server, looked, run
        self._accounts: tuple[Account, ...] = ()
        self._new = ""  # an account whose login was begun here, until it is seen
        self._look = Newest(self, self._read, self._show, self._failed)

    def compose(self) -> ComposeResult:
        with Box(title("Accounts", self._server.name)):
            yield Static(say(MEANING, Tone.DIM), id="meaning")
            yield AccountList(compact=True)
            yield Static("", id="said")
            yield KeyLine(binding for binding in keymap.ACCOUNTS if binding.id)

    def on_mount(self) -> None:
        self.query_one("#said").display = False
        self._looked.subscribe(self, self._changed)
        self._look.run()

    @property
    def _list(self) -> AccountList:
        return self.query_one(AccountList)

    def _read(self) -> tuple[Account, ...]:
        return accounts_op.accounts_of(self.host.adapters(), self._server)

    def _show(self, accounts: tuple[Account, ...]) -> None:
        now, selected = self.host.now(), self._selected()
        # What is seen stays where it is: no other account slips under the cursor.
        places = {account.name: place for place, account in enumerate(self._accounts)}
        self._accounts = accounts = tuple(sorted(accounts, key=lambda a: places.get(a.name, len(places))))
        nothing = all(account.row.credential is None for account in accounts)
        self.query_one("#meaning", Static).update(say(_nothing() if nothing else MEANING, Tone.DIM))
        self._list.set_options(Option(_entry(account, now), id=str(n)) for n, account in enumerate(accounts))
        names = [account.name for account in accounts]
        if self._new in names:
            selected, self._new = self._new, ""
        self._list.highlighted = names.index(selected) if selected in names else 0
        # Textual keeps the height of a list that is filled before its first layout: none.
        self.call_after_refresh(self._list.refresh, layout=True)

    def _selected(self) -> str:
        place = self._list.highlighted
        return self._accounts[place].name if place is not None else ""

    def _changed(self, overview: Overview) -> None:
        self._look.run()

    def _failed(self, error: Exception) -> None:
        said = self.query_one("#said", Static)
        said.display = True
        said.update(say(error_text(error, IN_LIST), Tone.BAD))

    def _row(self, account: Account) -> Row:
        """As the list calls it, so that both know what is being done with it."""
        return account.row._replace(server=account.row.server._replace(name=self._server.name))

    @on(OptionList.OptionSelected)
    def action_make_default(self) -> None:
        name, adapters, server = self._selected(), self.host.adapters, self._server

        def done(_: None) -> None:
            self.host.say(f"{server.name}: {name} is now the default account.")
            self.host.look_again()

        if name:
            in_background(
                self, lambda: accounts_op.make_default(adapters(), server, name), done, self._failed
            )

    def action_on_account(self, what: str) -> None:
        place = self._list.highlighted
        if place is not None:
            self._run(what, self._row(self._accounts[place]))

    def action_new(self) -> None:
        def named(name: str | None) -> None:
            if name:
                self._new = name
                server = self._server._replace(account=name, key_name=self._server.tag, account_named=True)
                self._run("login", row_of(server, None, self.host.now()))

        names = tuple(account.name for account in self._accounts)
        self.app.push_screen(AccountNameScreen(self._server.name, names), named)


def _nothing() -> str:
    keys = {binding.id: keymap.shown(binding) for binding in keymap.ACCOUNTS}
    login, new = keys["accounts-login"], keys["accounts-new"]
    return f"Nothing is stored yet: {login} logs in, {new} adds an account."


def _entry(account: Account, now: float) -> Entry:
    name = join(chosen(account.is_default), " ", say(account.name, Tone.STRONG, limit=60))
    label = say(f"  {account.label}", limit=80) if account.label else Content("")
    return Entry(join(name, label), status(account.row, now))

"""A server's accounts: the list, the default, logging in to another one, and clearing one."""

from __future__ import annotations

import pytest

from keyrack.domain.model import CredentialInfo, Server
from keyrack.domain.resource import canonical_url
from keyrack.operations.clearing import clear as clear_op
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line, Receipt
from keyrack.tui.accounts.account_name import AccountNameScreen
from keyrack.tui.accounts.accounts import AccountList, AccountsScreen
from keyrack.tui.clear.clear import ClearScreen
from keyrack.tui.kit.receipt import ReceiptScreen
from keyrack.tui.login.login import LoginScreen
from support.demo_rows import NOW, demo_parts
from support.fake_login import FakeLogin
from support.hostile import NASTY
from support.screens import Terminal, app_with, screen_test, terminal

LINEAR = "https://mcp.linear.app/mcp"
WORK = CredentialInfo("oauth", expires_at=NOW + 7200, refreshable=True, label="ada@work.example")


def parts_with_two() -> Adapters:
    adapters = demo_parts()
    adapters.credentials().put(LINEAR, WORK, account="work")  # type: ignore[attr-defined]
    return adapters


async def accounts(t: Terminal, server: str = "linear") -> AccountList:
    await t.select(server)
    await t.press("A")
    await t.until(lambda: isinstance(t.app.screen, AccountsScreen))
    found = t.app.screen.query_one(AccountList)
    await t.until(lambda: found.option_count)
    return found


@screen_test
async def test_the_list_names_accounts_where_a_server_has_several() -> None:
    async with terminal(app_with(parts_with_two()), size=(90, 24)) as t:
        await t.sees("linear · default · you@example.com")
        await t.sees("linear · work · ada@work.example")
        assert "14 servers" in t.text()  # as without the second account
        assert "sentry · default" not in t.text()
        await t.press("slash", *"ada")
        await t.until(lambda: len(t.names()) == 1)
        await t.until(lambda: "work · ada@work.example" in t.text())
        assert "linear · work" in t.text()


@screen_test
async def test_the_default_is_marked_and_each_has_its_label_and_state() -> None:
    async with terminal(app_with(parts_with_two())) as t:
        await accounts(t)
        await t.sees("(•) default  you@example.com")
        assert "( ) work  ada@work.example" in t.text() and "● valid · renews itself · expires" in t.text()


@screen_test
async def test_from_the_row_of_another_account_the_default_is_the_same() -> None:
    async with terminal(app_with(parts_with_two())) as t:
        t.table.go_to(next(key for key, row in t.main.rows.items() if row.server.account == "work"))
        await t.press("A")
        await t.sees("(•) default  you@example.com")


@screen_test
async def test_enter_makes_an_account_the_default_and_leaves_it_under_the_cursor() -> None:
    chosen: dict[str, str] = {}
    adapters = parts_with_two()
    reading = adapters.read()
    adapters = adapters._replace(
        read=lambda: reading._replace(accounts=dict(chosen)), set_account=chosen.__setitem__
    )
    async with terminal(app_with(adapters)) as t:
        await accounts(t)
        await t.press("j", "enter")
        await t.sees("(•) work")
        assert chosen == {canonical_url(LINEAR): "work"}
        assert "linear: work is now the default account." in t.said()
        assert t.app.screen.query_one(AccountList).highlighted == 1
        assert t.text().index("( ) default") < t.text().index("(•) work")


@screen_test
async def test_a_new_account_gets_a_name_and_a_login(login: FakeLogin) -> None:
    adapters = parts_with_two()
    async with terminal(app_with(adapters)) as t:
        await accounts(t)
        await t.press("n")
        await t.until(lambda: isinstance(t.app.screen, AccountNameScreen))
        await t.press("enter")
        await t.sees("up to 60 printable characters")
        await t.press(*"work", "enter")
        await t.sees("There is already an account with that name.")
        await t.press(*"-2", "enter")
        await t.until(lambda: isinstance(t.app.screen, LoginScreen))
        await t.until(lambda: login.server is not None)
        assert login.server is not None
        assert (login.server.url, login.server.account) == (LINEAR, "work-2")
        adapters.credentials().put(LINEAR, WORK, account="work-2")  # type: ignore[attr-defined]
        login.answer()
        await t.sees("● valid")
        await t.press("enter")
        await t.until(lambda: isinstance(t.app.screen, AccountsScreen))
        await t.sees("( ) work-2")
        await t.press("d")
        await t.sees("Clear credential for linear · work-2?")


@screen_test
async def test_l_logs_the_account_in_again(login: FakeLogin) -> None:
    async with terminal(app_with(parts_with_two())) as t:
        await accounts(t)
        await t.press("j", "l")
        await t.until(lambda: login.server is not None)
        assert login.server is not None and login.server.account == "work"


@screen_test
async def test_d_clears_that_account_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    adapters = parts_with_two()
    cleared: list[tuple[str, str]] = []

    def clear(adapters: Adapters, server: Server, **options: bool) -> Receipt:
        cleared.append((server.url or "", server.account))
        adapters.credentials().put(LINEAR, None, account="work")  # type: ignore[attr-defined]
        return Receipt((Line("Delete", "done"),))

    monkeypatch.setattr(clear_op, "clear", clear)
    async with terminal(app_with(adapters)) as t:
        await accounts(t)
        await t.press("j", "d")
        await t.until(lambda: isinstance(t.app.screen, ClearScreen))
        await t.press("y")
        await t.until(lambda: isinstance(t.app.screen, ReceiptScreen))
        assert cleared == [(LINEAR, "work")]
        await t.press("escape")
        await t.until(lambda: t.app.screen.query_one(AccountList).option_count == 1)
        assert "work" not in t.shown("AccountsScreen Box")


@screen_test
async def test_a_local_process_has_no_accounts() -> None:
    async with terminal(app_with()) as t:
        await t.select("local-db")
        await t.press("A")
        assert t.app.screen is t.main and "is a local process" in t.said()[-1]


@screen_test
async def test_hostile_words_are_only_characters() -> None:
    adapters = demo_parts()
    for account in (NASTY, "[@click=app.quit]x[/]", "[/b]"):
        adapters.credentials().put(LINEAR, WORK._replace(label=account), account=account)  # type: ignore[attr-defined]
    async with terminal(app_with(adapters), (120, 40)) as t:
        await accounts(t)
        await t.sees("[@click=app.quit]x[/]")
        for keys in (("j", "enter"), ("d",), ("escape",), ("n",), ("escape",)):
            await t.press(*keys)
            assert all(char.isprintable() or char == "\n" for char in t.text())
        assert t.app.is_running

"""Several servers with the same URL, and servers that are switched off."""

from __future__ import annotations

from keyrack.domain.model import CredentialKey, Server, Source
from keyrack.domain.reading import Reading
from keyrack.domain.status import State
from keyrack.tui.accounts.account_name import AccountNameScreen
from keyrack.tui.accounts.accounts import AccountList, AccountsScreen
from keyrack.tui.login.login import LoginScreen
from support.demo_rows import demo_parts
from support.fake_login import FakeLogin
from support.screens import Terminal, app_with, screen_test, terminal

URL = "https://wiki.example/mcp"


def wiki(name: str, **changes: object) -> Server:
    server = Server(name, URL, sources=(Source("Claude Code", "/c", name, "user"),), tag=name, key_name=name)
    return server._replace(**changes)


def app(*servers: Server):
    return app_with(demo_parts(Reading(servers, (), ()), []))


def key(t: Terminal, name: str) -> str:
    return next(key for key, row in t.main.rows.items() if row.server.name == name)


@screen_test
async def test_each_is_a_row_of_its_own_without_its_account(login: FakeLogin) -> None:
    async with terminal(app(wiki("wiki-a"), wiki("wiki-b"))) as t:
        await t.sees("wiki-b")
        assert t.names() == ["wiki-a", "wiki-b"] and "default" not in t.text().split("wiki-a")[0]
        assert "2 servers" in t.text()


@screen_test
async def test_a_login_is_of_the_row_that_it_began_at(login: FakeLogin) -> None:
    async with terminal(app(wiki("wiki-a"), wiki("wiki-b"))) as t:
        t.table.go_to(key(t, "wiki-b"))
        await t.press("l")
        await t.until(lambda: isinstance(t.app.screen, LoginScreen))
        await t.until(lambda: login.server is not None)
        assert login.server is not None
        assert login.server.key == CredentialKey(URL, "default", "wiki-b")


@screen_test
async def test_so_is_one_for_another_account(login: FakeLogin) -> None:
    async with terminal(app(wiki("wiki-a"), wiki("wiki-b"))) as t:
        t.table.go_to(key(t, "wiki-b"))
        await t.press("A")
        await t.until(lambda: isinstance(t.app.screen, AccountsScreen))
        await t.until(lambda: t.app.screen.query_one(AccountList).option_count)
        await t.press("n")
        await t.until(lambda: isinstance(t.app.screen, AccountNameScreen))
        await t.press(*"work", "enter")
        await t.until(lambda: login.server is not None)
        assert login.server is not None
        assert login.server.key == CredentialKey(URL, "work", "wiki-b")


@screen_test
async def test_what_is_switched_off_says_so_and_where() -> None:
    off = Source("Cursor", "/cursor.json", "wiki-b", disabled=True)
    async with terminal(app(wiki("wiki-a"), wiki("wiki-b", sources=(off,))), (140, 30)) as t:
        await t.sees("○ switched off")
        t.table.go_to(key(t, "wiki-b"))
        await t.sees("It is switched off in Cursor.")
        assert "· switched off" in t.text() and t.main.rows[key(t, "wiki-b")].status.action is None


@screen_test
async def test_an_entry_that_makes_no_sense_is_told_where_it_stands() -> None:
    bad = Server("bad", sources=(Source("Cursor", "/cursor.json", "bad"),), problem="It names no url.")
    async with terminal(app(bad), (140, 30)) as t:
        await t.sees("≠ bad entry")
        await t.sees("run ${EDITOR:-vi} /cursor.json")
        assert t.main.rows[key(t, "bad")].status.state is State.BAD_ENTRY

"""Which account is handed out, listed and logged in to, by KEYRACK_ACCOUNT and by folder."""

from __future__ import annotations

import shlex

import httpx
import pytest

import keyrack
from keyrack.domain.account import AccountHere
from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.model import Server
from keyrack.domain.reading import Reading
from keyrack.operations.handout.hand_out import hand_out
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.account_here import account_of
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens.accounts import accounts_of
from keyrack.wording.commands import command_line
from support.canned import URL
from support.cli_kit import run
from support.workbench import SERVER, build, stored_credential

WORK = AccountHere("work", "keyrack runs in ~/office/**")
BROKEN = AccountHere("", refusal="/config.toml, line 3: A folder needs “path”, a text.")


def bench(here: AccountHere | None, *accounts: str, server: Server = SERVER, default: str = "") -> Adapters:
    """These accounts of a server have credentials; their tokens are called like them."""
    defaults = {URL: default} if default else {}
    adapters = build()._replace(read=lambda: Reading((server,), (), (), defaults, here=here))
    for account in accounts:
        adapters.credentials().save(stored_credential(access=f"token-{account}")._replace(account=account))
    return adapters


def handed(adapters: Adapters, name: str = "example", account: str | None = None) -> str:
    return hand_out(adapters, find(adapters, name, account), "token").token.reveal()


@pytest.mark.parametrize("name", ["example", URL])
def test_the_order_is_the_typed_account_then_the_chosen_one_then_the_default(name: str) -> None:
    accounts = ("default", "work", "acme")
    assert handed(bench(None, *accounts), name) == "token-default"
    assert handed(bench(None, *accounts, default="acme"), name) == "token-acme"
    assert handed(bench(WORK, *accounts, default="acme"), name) == "token-work"
    assert handed(bench(WORK, *accounts), name, "acme") == "token-acme"
    assert handed(bench(WORK, *accounts), name, "default") == "token-default"


@pytest.mark.parametrize("name", ["example", URL, "https://other.example/mcp"])
def test_a_chosen_account_without_a_credential_is_never_replaced(name: str) -> None:
    adapters = bench(WORK, "default", "acme")
    other = stored_credential()._replace(url="https://other.example/mcp")
    adapters.credentials().save(other)
    with pytest.raises(LoginNeeded) as caught:
        handed(adapters, name)
    assert "keyrack runs in ~/office/**" in str(caught.value)
    assert "--account work" in caught.value.hint and "keyrack login" in caught.value.hint


def test_it_exits_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    adapters = bench(WORK, "default")
    assert run(["token", "example"], adapters=lambda **_: adapters) == 3
    said = capsys.readouterr()
    assert said.out == "" and "keyrack login example --account work" in said.err


def test_a_mistake_in_the_table_is_refused_unless_the_account_is_typed() -> None:
    adapters = bench(BROKEN, "default", "work")
    for name in ("example", URL):
        with pytest.raises(KeyrackError, match="line 3") as caught:
            handed(adapters, name)
        assert "--account" in caught.value.hint
        assert handed(adapters, name, "work") == "token-work"


def test_an_entrys_own_account_stays_its_own() -> None:
    adapters = bench(WORK, "work", "home", server=SERVER._replace(account="home"))
    assert handed(adapters) == "token-home"
    assert account_of(adapters, SERVER) == ("home", "its entry names this account")


def test_the_list_shows_the_account_that_is_handed_out() -> None:
    rows = overview(bench(WORK, "default", "work")).rows
    assert rows[0].server.account == "work"
    [row] = [row for row in overview(bench(WORK, "default")).rows if row.server.account == "work"]
    assert row.command == "keyrack login example --account work"


def test_the_accounts_of_a_server_tell_the_default_and_the_one_that_is_used() -> None:
    found = accounts_of(bench(WORK, "default", "acme"), SERVER)
    assert [(each.name, each.is_default, each.is_used) for each in found] == [
        ("default", True, False),
        ("acme", False, False),
        ("work", False, True),
    ]


def test_python_uses_the_same_account() -> None:
    adapters, sent = bench(WORK, "default", "work"), list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["Authorization"])
        return httpx.Response(200)

    for account in (None, "default"):
        auth = keyrack.Auth(URL, account=account, adapters=adapters)
        with httpx.Client(auth=auth, transport=httpx.MockTransport(answer)) as client:
            client.get(URL)
    assert sent == ["Bearer token-work", "Bearer token-default"]


@pytest.mark.parametrize(
    ("here", "default", "words", "told"),
    [
        (WORK, "", ["example"], "work (keyrack runs in ~/office/**)\n"),
        (WORK, "", [], "work (keyrack runs in ~/office/**)\n"),
        (None, "acme", ["example"], "acme (it is set as the default)\n"),
        (None, "", ["example"], "default (neither KEYRACK_ACCOUNT nor a folder chooses another)\n"),
        (None, "acme", [], "each server’s default (neither KEYRACK_ACCOUNT nor a folder chooses another)\n"),
    ],
)
def test_accounts_here_tells_which_and_why(
    here: AccountHere | None, default: str, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    adapters = bench(here, "default", "acme", default=default)
    assert run(["accounts", "--here", *words], adapters=lambda **_: adapters) == 0
    assert capsys.readouterr().out == told


def test_accounts_here_tells_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["example"]):
        assert run(["accounts", "--here", *words], adapters=lambda **_: bench(BROKEN)) == 1
        assert "line 3" in capsys.readouterr().err


@pytest.mark.parametrize("here", [None, WORK, BROKEN])
@pytest.mark.parametrize("default", ["", "acme"])
@pytest.mark.parametrize("own", ["default", "home"])
def test_a_suggested_command_acts_on_the_row_that_suggests_it(
    here: AccountHere | None, default: str, own: str
) -> None:
    server = SERVER._replace(account=own)
    adapters = bench(here, "default", "work", "acme", server=server, default=default)
    stray = stored_credential()._replace(url="https://gone.example/mcp")
    for account in ("default", "work"):
        adapters.credentials().save(stray._replace(account=account))
    rows = [*overview(adapters).rows, *(each.row for each in accounts_of(adapters, server))]
    assert len({row.key for row in rows if row.server.name == "example"}) >= 3
    for row in rows:
        _, _, name, *options = shlex.split(command_line("login", row.server))
        account = options[1] if options else None
        assert find(adapters, name, account).key == row.server.key


def test_a_command_names_the_default_account_only_where_another_is_used() -> None:
    for here, options in ((WORK, " --account default"), (BROKEN, " --account default"), (None, "")):
        server = find(bench(here, "default", "work"), "example", "default")
        assert command_line("login", server) == f"keyrack login example{options}"


def test_the_command_that_lists_the_accounts_takes_no_account() -> None:
    adapters = bench(None, "acme", "home", default="gone")
    with pytest.raises(LoginNeeded) as caught:
        handed(adapters, account="default")
    assert "keyrack accounts example --default NAME" in caught.value.hint

"""Several servers with one URL: each has its own credential, and never gets another's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

import keyrack
from keyrack.domain.errors import Ambiguous, KeyrackError, LoginNeeded, NoSuchServer
from keyrack.domain.model import CredentialKey, Server
from keyrack.domain.secret import Secret
from keyrack.domain.status import State
from keyrack.oauth.http import Request, Response
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens.accounts import accounts_of, make_default
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from keyrack.operations.tokens.set_token import Typed, set_token
from keyrack.sources.reader import read_all
from support.canned import ISSUER, URL, World, reply, rpc, unauthorized
from support.cli_kit import run
from support.workbench import build, stored_credential

Capture = pytest.CaptureFixture[str]
ENTRY = {"type": "http", "url": URL}


class Desk:
    """A home with Claude Code's and Cursor's files, and a world that counts the tokens that it gives."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env: dict[str, str] = {}
        self.given = 0
        world = World(**{f"POST {ISSUER}/token": self._give, f"POST {URL}": self._serve})
        self.adapters: Adapters = build(world)._replace(read=self._read)

    def _read(self) -> Any:
        return read_all({"HOME": str(self.home), **self.env}, "linux", str(self.home / "clone"))

    def _give(self, request: Request) -> Response:
        self.given += 1
        return reply(
            {
                "access_token": f"at-{self.given}",
                "token_type": "Bearer",
                "expires_in": 3600,
                "refresh_token": f"rt-{self.given}",
            }
        )

    def _serve(self, request: Request) -> Response:
        return rpc({"tools": []}) if "Authorization" in request.headers else unauthorized()

    def put(self, file: str, servers: Mapping[str, Any]) -> None:
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"mcpServers": servers}))

    def claude(self, *names: str) -> None:
        self.put(".claude.json", dict.fromkeys(names, ENTRY))

    def log_in(self, name: str, account: str | None = None) -> str:
        login(self.adapters, find(self.adapters, name, account))
        return f"at-{self.given}"

    def token(self, name: str, account: str | None = None) -> str:
        return get_token(self.adapters, find(self.adapters, name, account)).token.reveal()

    def states(self) -> dict[str, State]:
        return {row.server.name: row.status.state for row in overview(self.adapters).rows}

    def keys(self) -> set[CredentialKey]:
        return {key for key, record in self.adapters.credentials().records().items() if record.credential}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def nothing(call: Callable[[], Any]) -> None:
    with pytest.raises(LoginNeeded):
        call()


class TestTwoNamesInOneFile:
    def test_each_has_a_login_of_its_own(self, desk: Desk) -> None:
        desk.claude("a", "b")
        first = desk.log_in("a")
        nothing(lambda: desk.token("b"))
        assert desk.states() == {"a": State.VALID, "b": State.NO_CREDENTIAL}
        second = desk.log_in("b")
        assert (desk.token("a"), desk.token("b")) == (first, second) == ("at-1", "at-2")
        assert desk.keys() == {CredentialKey(URL, "default", "a"), CredentialKey(URL, "default", "b")}

    def test_a_token_made_by_hand_a_refresh_and_a_clear_are_one_s_own_too(self, desk: Desk) -> None:
        desk.claude("a", "b")
        desk.log_in("a")
        set_token(desk.adapters, find(desk.adapters, "b"), Typed({"token": Secret("by-hand")}))
        refresh(desk.adapters, find(desk.adapters, "a"))
        assert (desk.token("a"), desk.token("b")) == ("at-2", "by-hand")
        clear(desk.adapters, find(desk.adapters, "a"))
        nothing(lambda: desk.token("a"))
        assert desk.token("b") == "by-hand"

    def test_a_header_whose_variable_is_not_set_gives_nobody_elses_token(self, desk: Desk) -> None:
        for file in (".claude.json", ".cursor/mcp.json"):
            form = "${%s}" if "claude" in file else "${env:%s}"
            desk.put(
                file,
                {
                    name: {**ENTRY, "headers": {"Authorization": f"Bearer {form % name.upper()}"}}
                    for name in ("acme", "lab")
                },
            )
        desk.env = {"ACME": "of-acme"}
        assert desk.token("acme") == "of-acme"
        nothing(lambda: desk.token("lab"))
        desk.env["LAB"] = "of-lab"
        assert (desk.token("acme"), desk.token("lab")) == ("of-acme", "of-lab")

    def test_an_address_alone_is_an_error_that_names_them(self, desk: Desk, capsys: Capture) -> None:
        desk.claude("a", "b")
        desk.log_in("a")
        with pytest.raises(Ambiguous, match=r"Several servers have the URL .*: a, b\.$"):
            find(desk.adapters, URL)
        for verb, code in (("token", 3), ("check", 2), ("login", 2), ("clear", 2), ("accounts", 2)):
            assert run([verb, URL], adapters=lambda **_: desk.adapters) == code
            said = capsys.readouterr()
            assert (
                said.out == "" and "Several servers have the URL https://mcp.example/mcp: a, b." in said.err
            )
        assert run(["token", "a"], adapters=lambda **_: desk.adapters) == 0

    def test_accounts_and_their_default_are_each_one_s_own(self, desk: Desk) -> None:
        desk.claude("a", "b")
        chosen: dict[str, str] = {}
        desk.adapters = desk.adapters._replace(
            set_account=chosen.__setitem__, read=lambda: desk._read()._replace(accounts=chosen)
        )
        desk.log_in("a", "work")
        desk.log_in("a", "default")
        assert [each.name for each in accounts_of(desk.adapters, find(desk.adapters, "a"))] == [
            "default",
            "work",
        ]
        assert [each.name for each in accounts_of(desk.adapters, find(desk.adapters, "b"))] == ["default"]
        make_default(desk.adapters, find(desk.adapters, "a"), "work")
        assert chosen == {f"{URL} a": "work"}
        assert (desk.token("a"), desk.token("a", "default")) == ("at-1", "at-2")
        assert find(desk.adapters, "b").account == "default"
        nothing(lambda: desk.token("b", "work"))

    def test_an_only_account_is_meant_by_itself_for_its_own_server(self, desk: Desk) -> None:
        desk.claude("a", "b")
        desk.log_in("a", "work")
        assert desk.token("a") == "at-1" and find(desk.adapters, "b").account == "default"
        assert [row.server.account for row in overview(desk.adapters).rows] == ["work", "default"]


class TestACredentialThatWasThereBefore:
    """It stays under its key, with the name that it was stored under."""

    def test_it_is_of_the_name_that_it_was_stored_for(self, desk: Desk) -> None:
        desk.claude("b")
        token = desk.log_in("b")
        desk.claude("a", "b")
        assert desk.token("b") == token and desk.states()["a"] is State.NO_CREDENTIAL
        nothing(lambda: desk.token("a"))
        assert desk.keys() == {CredentialKey(URL)}
        desk.log_in("a")
        assert (desk.token("a"), desk.token("b")) == ("at-2", token)
        assert desk.keys() == {CredentialKey(URL), CredentialKey(URL, "default", "a")}

    def test_where_none_was_recorded_it_is_of_the_first(self, desk: Desk) -> None:
        desk.adapters.credentials().save(stored_credential())
        desk.claude("a", "b")
        assert desk.token("a") == "at-0"
        nothing(lambda: desk.token("b"))

    def test_a_new_login_takes_its_place(self, desk: Desk) -> None:
        desk.adapters.credentials().save(stored_credential())
        desk.claude("a", "b")
        assert desk.log_in("a") == desk.token("a") == "at-1"
        assert desk.keys() == {CredentialKey(URL)}

    def test_it_stays_with_a_server_that_is_called_otherwise_now(self, desk: Desk) -> None:
        desk.claude("old")
        token = desk.log_in("old")
        desk.claude("new")
        assert desk.token("new") == token == desk.token(URL)

    @pytest.mark.parametrize("asked", ["a", "b", "refresh"])
    def test_who_is_left_alone_does_not_inherit_it(self, desk: Desk, asked: str) -> None:
        """Once keyrack has seen the two beside each other."""
        desk.claude("a")
        desk.log_in("a")
        desk.claude("a", "b")
        if asked == "refresh":
            refresh(desk.adapters, next(row.server for row in overview(desk.adapters).rows))
        else:
            find(desk.adapters, asked)
        desk.claude("b")
        nothing(lambda: desk.token("b"))
        nothing(lambda: desk.token(URL))
        assert desk.states() == {"b": State.NO_CREDENTIAL, "a": State.ORPHAN}
        assert desk.token("a").startswith("at-")
        desk.log_in("b")
        desk.claude("a", "b")
        assert desk.token("a") != desk.token("b")

    def test_nor_one_that_was_stored_under_a_name(self, desk: Desk) -> None:
        desk.claude("a", "b")
        desk.log_in("a")
        desk.claude("b")
        nothing(lambda: desk.token("b"))
        assert desk.states() == {"b": State.NO_CREDENTIAL, "a": State.ORPHAN}
        desk.claude("a")
        assert desk.token("a") == "at-1" and desk.states() == {"a": State.VALID}

    def test_two_that_became_one_by_their_files_are_still_two(self, desk: Desk) -> None:
        desk.claude("a", "b")
        desk.log_in("a")
        desk.log_in("b")
        desk.claude("a")
        desk.put(".cursor/mcp.json", {"b": ENTRY})
        assert (desk.token("a"), desk.token("b")) == ("at-1", "at-2")
        assert desk.states() == {"a": State.VALID, "b": State.VALID}

    def test_the_second_of_two_that_became_one_logs_in_under_its_own_name(self, desk: Desk) -> None:
        desk.claude("a", "b")
        desk.log_in("a")
        desk.claude("a")
        desk.put(".cursor/mcp.json", {"b": ENTRY})
        nothing(lambda: desk.token("b"))
        assert desk.log_in("b") == "at-2"
        desk.claude("a", "b")
        assert (desk.token("a"), desk.token("b")) == ("at-1", "at-2")

    def test_clearing_it_leaves_the_others(self, desk: Desk) -> None:
        desk.adapters.credentials().save(stored_credential())
        desk.claude("a", "b")
        desk.log_in("b")
        clear(desk.adapters, find(desk.adapters, "a"))
        assert desk.keys() == {CredentialKey(URL, "default", "b")}


class TestHeadersOfOneProgram:
    def cursor(self, desk: Desk, **headers: str) -> None:
        desk.put(".cursor/mcp.json", {"a": {**ENTRY, "headers": headers}})

    def test_they_do_not_hide_a_login_that_works_for_the_others(self, desk: Desk) -> None:
        desk.claude("a")
        token = desk.log_in("a")
        self.cursor(desk, Authorization="Bearer of-cursor")
        assert desk.token("a") == token and desk.token("a (Cursor)") == "of-cursor"
        assert desk.states() == {"a": State.VALID, "a (Cursor)": State.CONFIGURED}

    def test_a_login_that_was_stored_before_is_of_who_sends_nothing(self, desk: Desk) -> None:
        """Whichever program comes first."""
        desk.adapters.credentials().save(stored_credential())
        desk.claude("a")
        desk.put(".config/mcp/servers.json", {"a": {**ENTRY, "headers": {"Authorization": "Bearer of-mcp"}}})
        assert {name: desk.token(name) for name in desk.states()} == {"a": "at-0", "a (mcp)": "of-mcp"}

    def test_two_in_one_file_never_share_it(self, desk: Desk) -> None:
        desk.adapters.credentials().save(stored_credential())
        desk.put(
            ".claude.json",
            {
                "a": {**ENTRY, "headers": {"Authorization": "Bearer of-a"}},
                "b": {**ENTRY, "headers": {"Authorization": "Bearer ${B}"}},
            },
        )
        assert desk.token("a") == "of-a"
        nothing(lambda: desk.token("b"))

    def test_a_tenant_header_is_another_login(self, desk: Desk) -> None:
        desk.put(".claude.json", {"a": {**ENTRY, "headers": {"X-Tenant-Id": "acme"}}})
        self.cursor(desk, **{"X-Tenant-Id": "lab"})
        token = desk.log_in("a")
        nothing(lambda: desk.token("a (Cursor)"))
        assert desk.token("a") == token

    def test_a_name_of_two_servers_is_an_error_that_names_them(self, desk: Desk) -> None:
        own = {"Authorization": "Bearer t"}
        desk.claude("a")
        desk.put(".cursor/mcp.json", {"x": ENTRY})
        desk.put(".config/mcp/servers.json", {"b": {**ENTRY, "headers": own}})
        (desk.home / ".codex").mkdir()
        (desk.home / ".codex/config.toml").write_text(
            f'[mcp_servers.x]\nurl = "{URL}"\nhttp_headers = {{ Authorization = "Bearer t" }}'
        )
        with pytest.raises(Ambiguous, match="Several servers are called “x”: b, a"):
            find(desk.adapters, "x")


class TestTheSameNameInTwoPrograms:
    """With headers that differ, though the variables may not be set."""

    def both(self, desk: Desk, *programs: str) -> None:
        headers = {
            ".claude.json": {"Authorization": "Bearer ${ONE}"},
            ".cursor/mcp.json": {"Authorization": "Bearer ${env:TWO}"},
        }
        for file, own in headers.items():
            desk.put(file, {"a": {**ENTRY, "headers": own}} if not programs or file in programs else {})

    def test_what_is_stored_for_one_is_never_the_others(self, desk: Desk) -> None:
        self.both(desk)
        set_token(desk.adapters, find(desk.adapters, "a"), Typed({"token": Secret("of-claude")}))
        nothing(lambda: desk.token("a (Cursor)"))
        for env in ({}, {"ONE": "1"}, {"TWO": "2"}, {"ONE": "1", "TWO": "2"}):
            desk.env = env
            assert desk.token("a") == ("1" if "ONE" in env else "of-claude")
            if "TWO" in env:
                assert desk.token("a (Cursor)") == "2"
            else:
                nothing(lambda: desk.token("a (Cursor)"))
        desk.env = {}
        self.both(desk, ".cursor/mcp.json")
        nothing(lambda: desk.token("a"))
        self.both(desk, ".claude.json")
        assert desk.token("a") == "of-claude"

    def test_what_was_stored_before_stays_with_the_file_that_it_was_stored_for(self, desk: Desk) -> None:
        self.both(desk, ".cursor/mcp.json")
        set_token(desk.adapters, find(desk.adapters, "a"), Typed({"token": Secret("of-cursor")}))
        self.both(desk)
        assert desk.token("a (Cursor)") == "of-cursor"
        nothing(lambda: desk.token("a"))
        self.both(desk, ".claude.json")
        nothing(lambda: desk.token("a"))
        self.both(desk, ".cursor/mcp.json")
        assert desk.token("a") == "of-cursor"

    def test_a_neighbour_that_takes_the_same_name_takes_nothing_else(self, desk: Desk) -> None:
        desk.claude("a", "b")
        first, second = desk.log_in("a"), desk.log_in("b")
        own = {"Authorization": "Bearer ${TWO}", "X-Tenant": "lab"}
        desk.put(".config/mcp/servers.json", {"a": {**ENTRY, "headers": own}})
        assert (desk.token("a"), desk.token("b")) == (first, second)
        nothing(lambda: desk.token("a (mcp)"))

    def test_who_has_none_is_told_the_others(self, desk: Desk) -> None:
        self.both(desk)
        with pytest.raises(LoginNeeded, match=r"Other servers with this URL: a \(Cursor\)\."):
            desk.token("a")


class TestAProjectsFile:
    def test_it_makes_no_address_of_the_users_ambiguous(self, desk: Desk) -> None:
        desk.claude("a")
        token = desk.log_in("a")
        desk.put("clone/.mcp.json", {"b": ENTRY, "c": ENTRY})
        assert desk.token(URL) == desk.token("a") == token
        nothing(lambda: desk.token("b"))
        assert desk.keys() == {CredentialKey(URL)}

    def test_its_own_two_names_are_two(self, desk: Desk) -> None:
        desk.put("clone/.mcp.json", {"b": ENTRY, "c": ENTRY})
        desk.log_in("b")
        nothing(lambda: desk.token("c"))
        with pytest.raises(Ambiguous):
            find(desk.adapters, URL)


class TestPythonPrograms:
    def get(self, desk: Desk, **options: Any) -> str:
        sent: list[str] = []

        def answer(request: httpx.Request) -> httpx.Response:
            sent.append(request.headers.get("Authorization", ""))
            return httpx.Response(200 if sent[-1] else 401)

        auth = keyrack.Auth(URL, adapters=desk.adapters, **options)
        with httpx.Client(transport=httpx.MockTransport(answer), auth=auth) as client:
            client.get(URL)
        return sent[-1]

    def test_several_servers_want_a_name(self, desk: Desk) -> None:
        desk.claude("a", "b")
        desk.log_in("a")
        with pytest.raises(
            KeyrackError, match=r"Several servers have the URL https://mcp\.example/mcp: a, b"
        ):
            self.get(desk)
        assert self.get(desk, name="a") == "Bearer at-1"
        with pytest.raises(LoginNeeded) as caught:
            self.get(desk, name="b")
        assert "keyrack login b" in f"{caught.value} {caught.value.hint}"
        with pytest.raises(NoSuchServer):
            self.get(desk, name="c")


def test_a_server_known_by_its_address_alone_needs_no_name(desk: Desk) -> None:
    login(desk.adapters, find(desk.adapters, URL))
    assert desk.token(URL) == "at-1"
    desk.claude("a")
    assert desk.token("a") == "at-1"


def test_the_default_of_one_of_several_is_read_from_keyracks_own_file(desk: Desk) -> None:
    desk.put(".config/keyrack/config.toml", {})
    (desk.home / ".config/keyrack/config.toml").write_text(f'[accounts]\n"{URL}/ a" = "work"\n')
    assert desk._read().accounts == {f"{URL} a": "work"}
    desk.claude("a", "b")
    assert [find(desk.adapters, name).account for name in ("a", "b")] == ["work", "default"]


def test_a_row_keeps_its_key_in_the_list(desk: Desk) -> None:
    desk.claude("a", "b")
    before = [row.key for row in overview(desk.adapters).rows]
    desk.log_in("a")
    assert [row.key for row in overview(desk.adapters).rows] == before
    assert len(set(before)) == 2


def test_a_bare_server_has_no_tag() -> None:
    assert Server("x", URL).key == CredentialKey(URL)

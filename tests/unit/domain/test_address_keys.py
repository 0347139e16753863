"""A key in a URL: it is configured, never shown, and only sent by a check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import keyrack
from keyrack.config import servers
from keyrack.domain.address_key import find_key
from keyrack.domain.errors import BadUrl, KeyrackError
from keyrack.domain.model import CredentialKey
from keyrack.domain.reading import Reading
from keyrack.domain.secret import MASK
from keyrack.domain.status import State
from keyrack.oauth.http import Failed
from keyrack.operations.login.login import login
from keyrack.operations.servers.check import check
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import Row, overview
from keyrack.operations.tokens.get_token import get_token
from keyrack.sources.reader import read_all
from keyrack.tui.servers.facts import address, facts
from support.canned import World, rpc, unauthorized
from support.cli_kit import run
from support.workbench import NOW, build, stored_credential

Capture = pytest.CaptureFixture[str]
KEY = "sk-0123456789abcdef"
URL = f"https://mcp.example/mcp?searchApiKey={KEY}"
MASKED = f"https://mcp.example/mcp?searchApiKey={MASK}"
BARE = "https://mcp.example/mcp"


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        (URL, MASKED),
        ("https://h.example/mcp/?api_key=hunter22", f"https://h.example/mcp/?api_key={MASK}"),
        ("https://h.example/mcp?a=b&token=hunter22&c=d", f"https://h.example/mcp?a=b&token={MASK}&c=d"),
        ("https://h.example/mcp?x=eyJhbGciOiJI.eyJzdWIiOiI.abc", f"https://h.example/mcp?x={MASK}"),
        ("https://h.example/mcp?q=%73k-0123456789abcdef", f"https://h.example/mcp?q={MASK}"),
        ("https://h.example/mcp?code=aB3dE5fG==", f"https://h.example/mcp?code={MASK}"),
        ("https://h.example/fc-0123456789abcdef01234567/v2/mcp", f"https://h.example/{MASK}/v2/mcp"),
        ("https://h.example/aB3dE5fG7hI9jK1lM3nO5pQ7rS9t/mcp", f"https://h.example/{MASK}/mcp"),
        ("https://mcp.zapier.com/api/mcp/s/anything/mcp", f"https://mcp.zapier.com/api/mcp/s/{MASK}/mcp"),
        ("https://eu1.make.com/mcp/api/v1/u/anything/sse", f"https://eu1.make.com/mcp/api/v1/u/{MASK}/sse"),
    ],
)
def test_a_key_is_known_by_its_name_its_looks_or_its_place(url: str, masked: str) -> None:
    found = find_key(url)
    assert found is not None and found.masked == masked


@pytest.mark.parametrize(
    "url",
    [
        "https://mcp.linear.app/mcp",
        "https://mcp.supabase.com/mcp?project_ref=abcdefghijklmnopqrst&read_only=true",
        "https://h.example/mcp?useToken=true&key=",
        "https://h.example/550e8400-e29b-41d4-a716-446655440000/mcp?id=5f2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d",
        "https://h.example/MyProjectProductionEnvironmentServer2024/mcp",
        "https://h.example/key-value-store-2/api-gateway-production-2025/pat-registry-services2024abc",
        "https://api.githubcopilot.com/mcp/x/repos/readonly",
    ],
)
def test_ids_and_words_are_no_keys(url: str) -> None:
    assert find_key(url) is None


def test_the_search_is_quick_whatever_it_is_given() -> None:
    for text in ("a1" * 900, "sk-" + "a-" * 900, "A1b" * 600 + "!", "aB1-" * 400, "x" * 100_000):
        find_key(f"https://h.example/{text}/mcp?y={text}&y={text}")


class Desk:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.env: dict[str, str] = {}
        self.world = World()
        self.adapters = build(self.world)._replace(read=self.read)

    def read(self) -> Reading:
        return read_all({"HOME": str(self.home), **self.env}, "linux", str(self.home / "clone"))

    def put(self, url: str, file: str = ".cursor/mcp.json", name: str = "search", **more: Any) -> None:
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"mcpServers": {name: {"url": url, **more}}}))

    def row(self) -> Row:
        [row] = overview(self.adapters).rows
        return row

    def takes(self, *urls: str) -> None:
        """The server answers at these; elsewhere on it a key is missing."""
        for url in (URL, BARE):
            self.world.routes[f"POST {url}"] = rpc({"tools": []}) if url in urls else unauthorized()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.put(URL)
    return desk


def test_it_is_configured_and_asks_for_nothing(desk: Desk) -> None:
    row = desk.row()
    assert (row.status.state, row.kind, row.command) == (State.CONFIGURED, "header", None)
    assert row.status.reason == "The URL in Cursor's configuration contains a key (searchApiKey)."
    assert desk.adapters.read().problems == ()


def test_the_key_is_shown_nowhere(desk: Desk, capsys: Capture) -> None:
    desk.takes()
    for words in (
        "list",
        "list --json",
        "list --tsv",
        "doctor",
        "check search --json",
        "check search",
        f"check {URL}",
        "token search",
        f"token {URL}",
        "login search",
        "clear search",
    ):
        run([*words.split()], adapters=lambda **_: desk.adapters)
    said = capsys.readouterr()
    row = desk.row()
    shown = said.out + said.err + repr(row) + repr(desk.adapters.read()) + address(row)
    shown += "".join(fact.value.plain for fact in facts(row, NOW)) + row.key
    assert KEY not in shown and json.dumps(MASKED)[1:-1] in shown and address(row) == MASKED
    assert KEY not in repr(desk.adapters.credentials().records())


def test_a_check_asks_with_it_and_its_record_has_the_masked_address(desk: Desk) -> None:
    desk.takes(URL)
    assert check(desk.adapters, desk.row().server).verdict == "accepted"
    assert desk.world.to(URL) and desk.world.to(BARE)
    assert list(desk.adapters.credentials().records()) == [CredentialKey(MASKED)]
    assert desk.row().status.state is State.CONFIGURED


def test_a_key_that_is_refused_is_not_green(desk: Desk) -> None:
    desk.takes()
    assert check(desk.adapters, desk.row().server).verdict == "refused"
    row = desk.row()
    assert (row.status.state, row.kind, row.command) == (
        State.LOGIN_NEEDED, "header", "keyrack check search"
    )  # fmt: skip
    assert "refused the URL" in row.status.reason


def test_a_server_that_answers_without_it_too_proves_nothing(desk: Desk) -> None:
    desk.takes(URL, BARE)
    found = check(desk.adapters, desk.row().server)
    assert found.verdict == "open" and "could not be tested" in found.reason


def test_one_that_cannot_be_reached_is_still_configured(desk: Desk) -> None:
    for url in (URL, BARE):
        desk.world.routes[f"POST {url}"] = Failed(f"No route to {KEY}.")
    found = check(desk.adapters, desk.row().server)
    assert (found.verdict, found.reason) == ("unreachable", f"No route to {MASK}.")
    assert desk.row().status.state is State.CONFIGURED


def test_a_key_is_not_sent_in_the_clear_to_another_machine(desk: Desk) -> None:
    desk.put(URL.replace("https:", "http:"))
    assert "plain http" in check(desk.adapters, desk.row().server).reason
    assert desk.world.asked == []


@pytest.mark.parametrize("what", [login, get_token])
def test_there_is_nothing_to_log_in_to_and_nothing_to_hand_out(desk: Desk, what: Any) -> None:
    with pytest.raises(KeyrackError, match=r"search has a key in its URL \(searchApiKey\)"):
        what(desk.adapters, desk.row().server)
    assert desk.world.asked == []


def test_two_keys_at_one_address_are_two_servers(desk: Desk) -> None:
    desk.put(URL.replace(KEY, "sk-another0123456789"), ".config/mcp/servers.json", "search")
    rows = overview(desk.adapters).rows
    assert [row.server.name for row in rows] == ["search", "search (Cursor)"]
    assert {row.server.url for row in rows} == {MASKED}
    assert find(desk.adapters, URL).name == "search (Cursor)"


@pytest.mark.parametrize(
    ("written", "masked", "where"),
    [
        ("https://h.example/${MY_API_KEY}/mcp", f"https://h.example/{MASK}/mcp", "MY_API_KEY"),
        ("https://h.example/${TEAM}/${authToken}", f"https://h.example/blue/{MASK}", "authToken"),
        ("https://h.example/mcp?q=${TEAM}", f"https://h.example/mcp?q={MASK}", "TEAM"),
        ("https://h.example/mcp?k=${MY_API_KEY}&a=b", f"https://h.example/mcp?k={MASK}&a=b", "MY_API_KEY"),
        ("https://h.example/${MYSECRET}/mcp", f"https://h.example/{MASK}/mcp", "MYSECRET"),
        ("https://h.example/${LOOKS}/mcp", f"https://h.example/{MASK}/mcp", "its path"),
    ],
)
def test_a_variable_that_may_hold_one_is_masked(desk: Desk, written: str, masked: str, where: str) -> None:
    desk.put(written, ".config/mcp/servers.json")
    (desk.home / ".cursor/mcp.json").unlink()
    hidden = dict.fromkeys(("MY_API_KEY", "MYSECRET", "authToken"), "hidden")
    desk.env = {**hidden, "TEAM": "blue", "LOOKS": KEY}
    server = desk.row().server
    assert server.url == masked and server.address_key is not None and server.address_key.where == where
    assert "hidden" not in repr(server) and KEY not in repr(server)
    filled = written.replace("${LOOKS}", KEY).replace("${TEAM}", "blue")
    for name in hidden:
        filled = filled.replace(f"${{{name}}}", "hidden")
    assert server.address_key.url.reveal() == filled


def test_a_part_that_its_program_asks_for_is_configured_too(desk: Desk) -> None:
    desk.put("https://h.example/mcp?key=${input:key}")
    row = desk.row()
    assert row.status.state is State.CONFIGURED and row.server.url == f"https://h.example/mcp?key={MASK}"
    assert check(desk.adapters, row.server).reason == "Only its program knows a part of its URL."


def test_a_variable_that_is_not_set_is_reported(desk: Desk) -> None:
    desk.put("https://h.example/mcp?key=${env:GONE}")
    row = desk.row()
    assert (row.status.state, row.command) == (State.EMPTY_HEADER, "export GONE=…")
    assert row.status.reason == "The URL needs GONE, which is not set."


def test_a_projects_file_still_gets_no_variable(desk: Desk) -> None:
    (desk.home / ".cursor/mcp.json").unlink()
    desk.env = {"SECRET": "hidden"}
    desk.put("https://evil.example/mcp?key=${env:SECRET}", "clone/.cursor/mcp.json")
    row = desk.row()
    assert row.server.url is None and row.status.state is State.BAD_ENTRY
    assert row.status.reason == "A project's file can't use variables in a URL (SECRET)."


class TestFromAPerson:
    """keyrack keeps no address that carries a key."""

    def test_one_that_is_typed_is_refused_without_being_quoted(self, desk: Desk, capsys: Capture) -> None:
        (desk.home / ".cursor/mcp.json").unlink()
        for verb in ("login", "token", "set", "check", "clear"):
            assert run([verb, URL], adapters=lambda **_: desk.adapters) == 1
        said = capsys.readouterr()
        assert "The URL contains a key (searchApiKey)" in said.err and KEY not in said.err + said.out
        assert desk.world.asked == []

    def test_none_is_written_into_keyracks_own_file(self, tmp_path: Path) -> None:
        with pytest.raises(BadUrl, match="contains a key"):
            servers.add_server(str(tmp_path / "config.toml"), "x", URL)
        assert not (tmp_path / "config.toml").exists()

    def test_nor_taken_by_a_program(self) -> None:
        with pytest.raises(keyrack.KeyrackError, match="contains a key") as caught:
            keyrack.Auth(URL)
        assert KEY not in f"{caught.value} {caught.value.hint}"


def test_one_that_an_earlier_version_stored_is_masked_in_the_list(desk: Desk, capsys: Capture) -> None:
    (desk.home / ".cursor/mcp.json").unlink()
    desk.adapters.credentials().save(stored_credential()._replace(url=URL))
    run(["list", "--json"], adapters=lambda **_: desk.adapters)
    assert run(["clear", "--stale", "--yes"], adapters=lambda **_: desk.adapters) == 0
    said = capsys.readouterr()
    assert KEY not in said.out + said.err
    assert not any(record.credential for record in desk.adapters.credentials().records().values())

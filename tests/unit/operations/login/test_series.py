"""The order of several logins, and the pages that they may open."""

from __future__ import annotations

from keyrack.domain.held import HeldToken, Place
from keyrack.domain.model import ClientSettings, CredentialInfo, Record, Server, TokenSet
from keyrack.domain.secret import Secret
from keyrack.operations.login.series import Pages, grouped, issuer_origin, needs_none
from keyrack.operations.servers.overview import Row, overview, row_of
from support.demo_rows import NOW, demo_parts
from support.workbench import build


def row(name: str, issuer: str | None = None, *, host: str = "", **more: object) -> Row:
    url = f"https://{host or name}.example/mcp"
    credential = CredentialInfo("oauth", issuer=issuer, expires_at=NOW + 60) if issuer else None
    return row_of(Server(name, url, **more), Record(url, credential=credential), NOW)  # type: ignore[arg-type]


def names(rows: list[Row]) -> list[list[str]]:
    return [[each.server.name for each in group.rows] for group in grouped(rows)]


def test_those_of_one_issuer_are_neighbours_in_the_order_of_the_list() -> None:
    rows = [
        row("a", "https://one.example"),
        row("b", "https://two.example"),
        row("c", "https://one.example/"),
    ]
    assert names(rows) == [["a", "c"], ["b"]]
    assert [group.origin for group in grouped(rows)] == ["https://one.example", "https://two.example"]


def test_tenants_of_one_sign_in_page_are_neighbours() -> None:
    rows = [row("a", "https://login.example/t1"), row("b"), row("c", "https://login.example/t2")]
    assert names(rows) == [["a", "c"], ["b"]]


def test_without_a_known_issuer_those_of_one_origin_are_neighbours_and_come_last() -> None:
    rows = [row("a", host="x"), row("b", host="y"), row("c", "https://one.example"), row("d", host="x")]
    assert names(rows) == [["c"], ["a", "d", "b"]]
    assert grouped(rows)[-1].origin == ""


def test_a_server_that_is_known_to_be_an_issuer_joins_its_group() -> None:
    rows = [row("a", host="corp"), row("b", "https://corp.example")]
    assert names(rows) == [["b", "a"]]


def test_the_issuer_is_that_of_the_settings_the_record_or_another_program() -> None:
    stored = row("a", "https://stored.example")
    assert issuer_origin(stored) == "https://stored.example"
    configured = row("a", "https://stored.example", client=ClientSettings(issuer="https://set.example"))
    assert issuer_origin(configured) == "https://set.example"
    held = HeldToken("Codex", Place("/x"), (), TokenSet(Secret("t")), issuer="https://held.example/x")
    assert issuer_origin(row("a")._replace(elsewhere=(held,))) == "https://held.example"
    assert issuer_origin(row("a", "not a URL")) == ""


def test_servers_that_are_not_for_a_login_are_told_apart() -> None:
    told = {each.server.name: needs_none(each) for each in overview(demo_parts()).rows}
    assert told["context7"] == "the server works without a login."
    assert told["stripe"] == "its program sends a credential of its own."
    assert told["figma"] == "its token was entered by hand."
    assert not told["notion"] and not told["linear"] and not told["asana"]


def test_a_page_of_an_origin_that_was_not_agreed_to_is_not_opened() -> None:
    opened: list[str] = []

    def browse(url: str) -> bool:
        opened.append(url)
        return True

    pages = Pages(["https://one.example"])
    adapters = pages.only_agreed(build(browse=browse))
    assert adapters.browse("https://one.example/authorize?x=1") and adapters.browse("https://two.example/a")
    assert opened == ["https://one.example/authorize?x=1"]
    assert not pages.may_open("https://one.example.evil.example/a") and not pages.may_open("nonsense")
    pages.agree("https://two.example/a")
    adapters.browse("https://two.example/b")
    assert opened[1:] == ["https://two.example/b"]

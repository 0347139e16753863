"""Each program with its servers, and how their entries get their credentials."""

from __future__ import annotations

import pytest

from keyrack.domain.model import AddressKey, Header, Helper, Server, Source
from keyrack.domain.reading import Place, Reading
from keyrack.domain.secret import Secret
from keyrack.operations.servers.overview import overview
from keyrack.operations.sharing.clients import Client, Way, clients
from support.demo_rows import demo_parts
from support.held_rows import HELD, Programs, held_parts

URL = "https://mcp.example.com/mcp"
CLAUDE = Source("Claude Code", "/home/u/.claude.json", "one", "user")
CURSOR = Source("Cursor", "/home/u/.cursor/mcp.json", "one")


def of_demo() -> dict[str, Client]:
    return {client.name: client for client in clients(overview(held_parts()))}


def header(source: Source | None, *, plaintext: bool = False) -> Header:
    return Header("Authorization", "Bearer ●", Secret("Bearer x"), plaintext=plaintext, source=source)


@pytest.mark.parametrize(
    ("server", "way"),
    [
        (Server("one", URL, sources=(CLAUDE,)), Way.NONE),
        (Server("one", URL, sources=(CLAUDE,), headers=(header(CLAUDE),)), Way.REFERENCE),
        (Server("one", URL, sources=(CLAUDE,), headers=(header(CLAUDE, plaintext=True),)), Way.PLAIN_TEXT),
        (Server("one", URL, sources=(CLAUDE,), headers=(header(CURSOR, plaintext=True),)), Way.NONE),
        (Server("one", URL, sources=(CLAUDE,), plaintext_headers=(header(CLAUDE),)), Way.PLAIN_TEXT),
        (
            Server("one", URL, sources=(CLAUDE,), helper=Helper(Secret("run"), "headersHelper", CLAUDE)),
            Way.HELPER,
        ),
        (
            Server("one", URL, sources=(CLAUDE,), address_key=AddressKey(Secret(URL), "key", plaintext=True)),
            Way.PLAIN_TEXT,
        ),
        (Server("one", URL, sources=(CLAUDE,), address_key=AddressKey(Secret(URL), "key")), Way.REFERENCE),
        (Server("one", sources=(CLAUDE,), command="npx", transport="stdio"), Way.ENVIRONMENT),
    ],
)
def test_how_an_entry_gets_its_credential(server: Server, way: Way) -> None:
    [client] = clients(overview(demo_parts(Reading((server,), (), ()), ())))
    assert [entry.way for entry in client.entries] == [way]


def test_a_program_that_holds_a_token_for_its_entry_has_its_own_login() -> None:
    entries = {entry.name: entry for entry in of_demo()["Claude Code"].entries}
    assert entries["linear"].way is Way.OWN_LOGIN and entries["linear"].held == HELD[:1]
    assert entries["stripe"].way is Way.REFERENCE and entries["stripe"].held == ()


def test_a_token_for_a_server_of_another_program_is_listed_too() -> None:
    [codex] = of_demo()["Codex"].entries
    assert codex.source is None and codex.row is not None and codex.row.server.name == "linear"


def test_a_token_for_a_server_that_nobody_lists_is_listed_too() -> None:
    gone = next(entry for entry in of_demo()["Claude Code"].entries if entry.row is None)
    assert gone.name == "gone" and gone.way is Way.OWN_LOGIN


def test_the_files_are_those_that_exist_and_those_with_tokens() -> None:
    found = of_demo()
    assert found["Claude Code"].files == ("~/.claude.json", "~/.claude/.credentials.json")
    assert found["Codex"].files == ("Codex MCP Credentials",)


def test_programs_that_were_not_found_come_last() -> None:
    places = tuple(Place(name, f"/{name}", found) for name, found in (("A", "no file"), ("B", "1 server")))
    servers = (Server("one", URL, sources=(Source("B", "/B", "one"),)),)
    found = clients(overview(demo_parts(Reading(servers, (), places), ())))
    assert [(client.name, client.is_found) for client in found] == [("B", True), ("A", False)]


def test_each_token_is_held_once_and_every_token_by_somebody() -> None:
    held = [token for client in of_demo().values() for token in client.held]
    assert sorted(held, key=HELD.index) == sorted(Programs().tokens, key=HELD.index)

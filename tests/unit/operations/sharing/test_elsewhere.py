"""Which server a token of another program belongs to."""

from __future__ import annotations

import pytest

from keyrack.domain.held import HeldState, HeldToken, Place
from keyrack.domain.model import Server, Source, TokenSet
from keyrack.domain.secret import Secret
from keyrack.operations.sharing.elsewhere import claimed

URL = "https://mcp.example.com/mcp"


def server(name: str, url: str | None = URL, *, client: str = "Claude Code", scope: str = "user") -> Server:
    return Server(name, url, sources=(Source(client, "/file", name, scope),))


def token(name: str = "", url: str = URL, client: str = "Claude Code") -> HeldToken:
    return HeldToken(client, Place("/store"), (name,), TokenSet(Secret("t")), name, url)


def owner(servers: list[Server], held: HeldToken) -> Server | None:
    found, unclaimed = claimed(servers, [held])
    assert len(found) + len(unclaimed) == 1
    return next((servers[position] for position in found), None)


def test_the_url_decides_in_any_spelling_of_it() -> None:
    other = server("other", "https://other.example.com/mcp")
    mine = server("mine")
    assert owner([other, mine], token("other", "HTTPS://MCP.example.com:443/mcp")) == mine


def test_of_servers_that_share_a_url_the_one_of_its_name_in_its_program_has_it() -> None:
    a, b, c = server("a"), server("b"), server("b", client="Cursor")
    assert owner([a, c, b], token("b")) == b


def test_then_one_that_its_program_configures_and_then_the_first() -> None:
    a, b = server("a", client="Cursor"), server("b")
    assert owner([a, b], token("gone")) == b
    assert owner([a, b], token("gone", client="Codex")) == a


def test_without_a_url_the_users_own_entry_of_that_name_has_it() -> None:
    assert owner([server("x", client="Cursor"), server("x")], token("x", "")) == server("x")


@pytest.mark.parametrize(
    "stranger",
    [server("x", scope="project /p"), server("x", client="Cursor"), server("y"), server("x", None)],
)
def test_without_a_url_no_other_entry_has_it(stranger: Server) -> None:
    assert owner([stranger], token("x", "")) is None


@pytest.mark.parametrize("url", ["https://elsewhere.example.com/mcp", "no url", "https://[bad"])
def test_a_token_for_another_url_belongs_to_no_server_even_under_its_name(url: str) -> None:
    assert owner([server("x")], token("x", url)) is None


def test_the_states() -> None:
    def state(expires_at: float | None, refresh: str = "") -> HeldState:
        tokens = TokenSet(Secret("t"), Secret(refresh) if refresh else None, expires_at=expires_at)
        return HeldToken("Codex", Place("/f"), (), tokens).state(100.0)

    assert [state(101.0), state(100.0, "r"), state(100.0), state(None, "r")] == [
        HeldState.VALID,
        HeldState.REFRESHABLE,
        HeldState.EXPIRED,
        HeldState.UNKNOWN,
    ]

"""Which server a token of another program belongs to."""

from __future__ import annotations

import pytest

from keyrack.domain.held import HeldState, HeldToken, Place
from keyrack.domain.model import Check, Record, Server, Source, TokenSet
from keyrack.domain.secret import Secret
from keyrack.domain.status import Action, State
from keyrack.operations.servers.overview import Row, row_of
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


def row(held: HeldToken, *, now: float = 100.0, check: Check | None = None, disabled: bool = False) -> Row:
    source = Source("Claude Code", "/file", "x", "user", disabled)
    record = Record(URL, check=check)
    return row_of(Server("x", URL, sources=(source,)), record, now, elsewhere=(held,))


def test_a_row_with_nothing_stored_is_held_by_the_program_that_has_a_login() -> None:
    found = row(token())
    assert (found.status.state, found.status.held_by, found.kind) == (
        State.NO_CREDENTIAL,
        "Claude Code",
        "oauth",
    )
    assert found.status.reason == "Claude Code holds a login for it."
    assert found.command == "keyrack import x --from claude-code"


def test_an_expired_token_without_a_refresh_token_is_no_login() -> None:
    gone = token()._replace(tokens=TokenSet(Secret("t"), expires_at=99.0))
    assert row(gone).status.action is Action.LOGIN
    renewable = gone._replace(tokens=TokenSet(Secret("t"), Secret("r"), expires_at=99.0))
    assert row(renewable).status.action is Action.IMPORT


def test_the_checks_verdict_and_a_switch_win_over_a_login_elsewhere() -> None:
    assert row(token(), check=Check(1.0, "open")).status.state is State.NO_AUTH
    assert row(token(), check=Check(1.0, "unreachable")).status.state is State.UNREACHABLE
    assert row(token(), disabled=True).status.action is None

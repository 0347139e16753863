"""Headers that programs send: some carry no credential, and some carry an expired one."""

from __future__ import annotations

import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import Header, Server, Source, Variable
from keyrack.domain.secret import Secret
from keyrack.domain.status import State
from keyrack.oauth.http import Request, Response
from keyrack.operations.clearing.stale import find_stale
from keyrack.operations.login.login import login
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.check import check
from keyrack.operations.servers.overview import Row, overview
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.set_token import Typed, set_token
from support.canned import URL, World, rpc, unauthorized
from support.workbench import NOW, build, stored_credential

SOURCE = Source("VS Code", "/mcp.json", "copilot")
TOOLS = Header("X-MCP-Toolsets", "repos,issues", Secret("repos,issues"), source=SOURCE)


class Guarded(World):
    """Takes the tokens that it is told to, and keeps with which headers it was asked."""

    def __init__(self, *tokens: str) -> None:
        super().__init__(**{f"POST {URL}": self.serve})
        self.tokens = tokens

    def serve(self, request: Request) -> Response:
        sent = request.headers.get("Authorization", Secret(""))
        assert isinstance(sent, Secret)
        return rpc({"tools": []}) if sent.reveal().removeprefix("Bearer ") in self.tokens else unauthorized()

    @property
    def toolsets(self) -> set[str | Secret | None]:
        return {request.headers.get("X-MCP-Toolsets") for request in self.to(URL)}


def server(*headers: Header) -> Server:
    return Server("copilot", URL, sources=(SOURCE,), headers=headers)


def authorization(token: str, *variables: Variable) -> Header:
    return Header("Authorization", "Bearer ●", Secret(f"Bearer {token}"), variables, source=SOURCE)


def parts_with(world: World, *headers: Header) -> Adapters:
    return build(world, servers=(server(*headers),))


def only(adapters: Adapters) -> Row:
    [row] = overview(adapters).rows
    return row


def test_a_header_that_is_no_credential_is_not_called_refused() -> None:
    adapters = parts_with(Guarded(), TOOLS)
    assert check(adapters, server(TOOLS)).verdict == "required"
    row = only(adapters)
    assert (row.status.state, row.command) == (State.NO_CREDENTIAL, "keyrack login copilot")


@pytest.mark.parametrize("header", [authorization("dead"), Header("X-Api-Key", "●", Secret("dead"))])
def test_a_dead_credential_in_a_header_is_refused_and_not_green(header: Header) -> None:
    adapters = parts_with(Guarded("good"), header, TOOLS)
    assert check(adapters, server(header, TOOLS)).verdict == "refused"
    row = only(adapters)
    assert (row.status.state, row.kind) == (State.LOGIN_NEEDED, "header")
    assert "refused it. Change it there." in row.status.reason and row.command == "keyrack check copilot"
    with pytest.raises(LoginNeeded, match="refused the token that its configuration sends"):
        get_token(adapters, row.server)


def test_a_refused_header_makes_nobodys_stored_login_stale() -> None:
    adapters = parts_with(Guarded(), authorization("dead"))
    adapters.credentials().save(stored_credential(expires_at=NOW - 1))
    check(adapters, server(authorization("dead")))
    assert only(adapters).status.state is State.LOGIN_NEEDED
    assert find_stale(adapters, ask_issuers=False) == ()


def test_it_is_sent_with_each_request_and_each_token() -> None:
    world = Guarded("at-1", "by-hand")
    adapters = parts_with(world, TOOLS)
    login(adapters, server(TOOLS))
    assert check(adapters, server(TOOLS)).verdict == "accepted"
    set_token(adapters, server(TOOLS), Typed({"token": Secret("by-hand")}))
    assert world.toolsets == {"repos,issues"}


def test_it_goes_to_the_server_alone() -> None:
    world = Guarded("at-1")
    login(parts_with(world, TOOLS), server(TOOLS))
    assert not any("X-MCP-Toolsets" in request.headers for request in world.asked if request.url != URL)


def test_what_another_program_sends_to_it_is_not_sent() -> None:
    world, cursor = Guarded(), Source("Cursor", "/cursor.json", "copilot")
    theirs = Header("X-Mode", "strict", Secret("strict"), source=cursor)
    both = server(TOOLS, theirs)._replace(sources=(SOURCE, cursor))
    check(build(world, servers=(both,)), both)
    assert world.toolsets == {"repos,issues"}
    assert not any("X-Mode" in request.headers for request in world.asked)


def test_text_that_may_be_a_secret_stays_one() -> None:
    world = Guarded()
    hidden = Header("X-Anything", "●", Secret("sk-hidden"), source=SOURCE)
    check(parts_with(world, hidden), server(hidden))
    sent = world.to(URL)[0].headers["X-Anything"]
    assert isinstance(sent, Secret) and sent.reveal() == "sk-hidden"


def test_a_header_that_is_set_counts_before_one_that_is_skipped() -> None:
    skipped = authorization("", Variable("GONE", False))
    key = Header("X-Api-Key", "●", Secret("k-1"), source=SOURCE)
    adapters = parts_with(World(), skipped, key)
    assert only(adapters).status.state is State.CONFIGURED
    assert get_token(adapters, server(skipped, key)).token == Secret("k-1")

"""Probes and logins over real sockets, with servers that respond in unusual ways."""

from __future__ import annotations

import shlex
from typing import Any

import httpx
import pytest

import keyrack
from keyrack import cli
from keyrack.domain.errors import KeyrackError, Temporary
from keyrack.domain.model import ClientSettings, CredentialKey, Server, Source
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.check import check
from support.odd_server import HANG_UP, META, NOT_THERE, PRM, SILENCE, Answer, OddServer, odd_server
from support.signing_in import Person


def named(server: OddServer) -> Server:
    return Server("odd", server.url, sources=(Source("keyrack", "config.toml", "odd"),))


def logs_in(world: Adapters, server: OddServer) -> None:
    """A login whose token the server takes, and says so."""
    login(world, named(server), LoginOptions(wait=20))
    stored_credential = world.credentials().load(CredentialKey.of(server.url))
    assert stored_credential and stored_credential.tokens.access_token.reveal() in server.tokens
    assert check(world, named(server)).verdict == "accepted"


def unknown_method(server: OddServer, answer: Answer) -> Any:
    """The server as it is, but for methods that it does not know."""
    known = ("initialize", "notifications/initialized", "tools/list", "")
    return lambda asked: server.mcp(asked) if asked.rpc in known else answer


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b"Internal Server Error"),
        Answer(302, headers={"Location": "/login"}),
        Answer(307, headers={"Location": "https://login.example/"}),
        Answer(404, b"Invalid session ID"),
        Answer(200, b"<!doctype html>"),
        Answer(404, {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "no"}}),
        HANG_UP,
    ],
    ids=lambda each: str(each.status),
)
def test_a_server_that_does_not_know_the_first_question_is_logged_in_to(
    world: Adapters, answer: Answer
) -> None:
    with odd_server() as server:
        server.routes["POST /mcp"] = unknown_method(server, answer)
        logs_in(world, server)


def test_a_server_that_is_silent_on_what_it_does_not_know_is_given_up_soon(
    world: Adapters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keyrack.oauth.probe.SILENCE", 0.3)
    with odd_server() as server:
        server.routes["POST /mcp"] = unknown_method(server, SILENCE)
        login(world, named(server), LoginOptions(wait=20))
        silent = [asked for asked in server.to("/mcp") if asked.rpc == "server/discover"]
        assert len(silent) == 1  # the token is not tried in the way that the server does not know


def test_a_server_that_answers_nothing_else_is_out_of_order(world: Adapters, person: Person) -> None:
    for answer in (Answer(500), Answer(503), HANG_UP):
        with odd_server({"POST /mcp": answer}) as server:
            with pytest.raises(Temporary):
                logs_in(world, server)
            assert [asked.rpc for asked in server.to("/mcp")] == ["server/discover", "initialize"]
    assert person.urls == []


def test_a_server_that_sends_on_within_its_origin_is_followed_with_everything(world: Adapters) -> None:
    with odd_server() as server:
        server.routes["POST /mcp/"] = server.mcp
        server.routes["POST /mcp"] = Answer(307, headers={"Location": "/mcp/"})
        logs_in(world, server)
        stored_credential = world.credentials().load(CredentialKey.of(server.url))
        assert stored_credential and (stored_credential.url, stored_credential.credential.resource) == (
            server.url,
            server.url,
        )


def test_no_other_origin_gets_a_login_or_a_token(world: Adapters, person: Person) -> None:
    with odd_server() as server, odd_server() as elsewhere:
        server.routes["POST /mcp"] = Answer(307, headers={"Location": f"{elsewhere.other}/mcp"})
        with pytest.raises(KeyrackError, match=f"redirects to {elsewhere.other}/mcp"):
            logs_in(world, server)
        assert person.urls == [] and elsewhere.asked == []
        # Nor where it begins to send on after the login.
        server.routes["POST /mcp"] = server.mcp
        logs_in(world, server)
        server.routes["POST /mcp"] = Answer(308, headers={"Location": f"{elsewhere.other}/mcp"})
        found = check(world, named(server))
        assert found.verdict == "unreachable" and f"{elsewhere.other}/mcp" in found.reason
        assert elsewhere.asked == []


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_is_not_followed_is_named(world: Adapters, status: int) -> None:
    with odd_server() as server:
        server.routes["POST /mcp/"] = server.mcp
        server.routes["POST /mcp"] = Answer(status, headers={"Location": "/mcp/"})
        with pytest.raises(Temporary, match=f"redirects to {server.url}/ \\({status}\\)"):
            logs_in(world, server)
        assert not server.to("/mcp/")


def guarding_calls_alone(server: OddServer) -> OddServer:
    server.guarded = lambda rpc: rpc == "tools/call"
    return server


def test_a_server_that_guards_its_calls_alone_is_logged_in_to(world: Adapters) -> None:
    with odd_server() as server:
        guarding_calls_alone(server)
        found = check(world, named(server))
        assert found.verdict == "optional"
        steps: list[Any] = []
        login(world, named(server), LoginOptions(wait=20), on_event=steps.append)
        assert any(getattr(each, "title", "") == "The token could not be tested" for each in steps)
        found = check(world, named(server))
        assert found.verdict == "optional" and "could not be tested" in found.reason


def test_a_server_that_guards_nothing_is_open_and_nobody_is_sent_to_sign_in(
    world: Adapters, person: Person
) -> None:
    with odd_server() as server:
        guarding_calls_alone(server)
        server.routes[f"GET {PRM}/mcp"] = server.routes[f"GET {META}"] = NOT_THERE
        assert check(world, named(server)).verdict == "open"
        with pytest.raises(KeyrackError, match="does not need a login"):
            login(world, named(server), LoginOptions(wait=20))
        assert person.urls == [] and not server.to("/register")
        # A client of the user's own, and metadata that says where to go with it.
        server.routes[f"GET {META}"] = Answer(body=server.metadata())
        mine = named(server)._replace(client=ClientSettings(client_id="mine"))
        login(world, mine, LoginOptions(wait=20))
        assert server.to("/authorize")[0].query["client_id"] == "mine" and not server.to("/register")


def test_the_command_that_a_program_is_told_makes_it_work(world: Adapters) -> None:
    """Its text alone, which is what most programs print."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    with odd_server() as server:
        for account in ("default", "my work"):
            auth = keyrack.Auth(server.url, account=account, adapters=world)
            with httpx.Client(auth=auth, trust_env=False) as client:
                with pytest.raises(keyrack.LoginNeeded) as caught:
                    client.post(server.url, json=call)
                command = str(caught.value).rpartition("Run: ")[2]
                words = shlex.split(command)[1:]
                assert (
                    cli.run(
                        words,
                        adapters=lambda **_: world,
                        screen=lambda _: pytest.fail("a screen was shown"),
                        demo=lambda: 1,
                    )
                    == 0
                )
                assert (
                    client.post(
                        server.url, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
                    ).status_code
                    == 200
                )

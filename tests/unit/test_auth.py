"""`keyrack.Auth` for httpx, sync and async, and for httpx2."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

import keyrack
from keyrack.domain.errors import KeyrackError, LoginNeeded, StoreUnavailable
from keyrack.domain.model import CredentialKey
from keyrack.operations.login.login import login
from support.canned import ISSUER, URL, World, reply, rpc, unauthorized
from support.workbench import NOW, SERVER, build, stored_credential

TOKEN = ISSUER + "/token"
MORE = 'Bearer error="insufficient_scope", scope="write"'


class Server:
    """Takes these tokens; keeps what was sent."""

    def __init__(self, *tokens: str, refusal: Any = None) -> None:
        self.tokens, self.seen = tokens, []
        self.refusal = refusal or (lambda: httpx.Response(401, headers={"WWW-Authenticate": "Bearer"}))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.seen.append(token)
        return httpx.Response(200) if token in self.tokens else self.refusal()


def get(server: Server, adapters: Any, url: str = URL, **options: Any) -> httpx.Response:
    auth = keyrack.Auth(URL, adapters=adapters, **options)
    with httpx.Client(transport=httpx.MockTransport(server), auth=auth) as client:
        return client.get(url)


def world(*tokens: str) -> World:
    def answer(request: Any) -> Any:
        sent = request.headers.get("Authorization")
        good = sent is not None and sent.reveal().removeprefix("Bearer ") in tokens
        return rpc({"tools": []}) if good else unauthorized()

    return World(**{f"POST {URL}": answer})


def with_grant(world: World | None = None, **facts: Any) -> Any:
    adapters = build(world)
    adapters.credentials().save(stored_credential(**facts))
    return adapters


def test_the_stored_token_is_sent() -> None:
    server = Server("at-0")
    assert get(server, with_grant()).status_code == 200
    assert server.seen == ["at-0"]


def test_a_token_that_is_due_is_refreshed_first() -> None:
    server = Server("at-1")
    assert get(server, with_grant(expires_at=NOW - 1)).status_code == 200
    assert server.seen == ["at-1"]


def test_a_refused_token_is_refreshed_and_the_request_sent_again() -> None:
    server = Server("at-1")
    assert get(server, with_grant()).status_code == 200
    assert server.seen == ["at-0", "at-1"]


def test_a_needed_login_is_an_exception_that_names_the_command() -> None:
    with pytest.raises(LoginNeeded) as caught:
        get(Server("at-1"), build())
    assert caught.value.hint == f"Run: keyrack login {URL}"


def test_an_open_server_needs_no_credential() -> None:
    assert get(Server(""), build()).status_code == 200


def test_interactive_logs_in_and_sends_the_request_again() -> None:
    server = Server("at-1")
    assert get(server, build(world("at-1")), interactive=True).status_code == 200
    assert server.seen == ["", "at-1"]


@pytest.mark.checklist(24)
def test_more_scope_is_asked_for_by_the_union() -> None:
    server = Server(refusal=lambda: httpx.Response(403, headers={"WWW-Authenticate": MORE}))
    with pytest.raises(LoginNeeded) as caught:
        get(server, with_grant())
    assert caught.value.hint == f"Run: keyrack login {URL} --scope 'read write'"


@pytest.mark.checklist(24)
def test_scopes_that_never_suffice_are_given_up_and_remembered() -> None:
    server = Server(refusal=lambda: httpx.Response(403, headers={"WWW-Authenticate": MORE}))
    adapters = with_grant(world("at-1"))
    assert get(server, adapters, interactive=True).status_code == 403
    assert len(server.seen) == 3
    check = adapters.credentials().record(CredentialKey.of(URL)).check
    assert (check.verdict, "does not grant: write" in check.reason) == ("accepted", True)
    assert get(server, adapters, interactive=True).status_code == 403
    assert len(server.seen) == 4  # no more logins for these scopes


def test_scopes_given_up_are_asked_for_again_after_the_user_s_own_login() -> None:
    server = Server(refusal=lambda: httpx.Response(403, headers={"WWW-Authenticate": MORE}))
    adapters = with_grant(world("at-1"))
    get(server, adapters, interactive=True)
    login(adapters, SERVER)
    get(server, adapters, interactive=True)
    assert len(server.seen) == 6


@pytest.mark.checklist(25)
def test_a_server_that_refuses_every_token_ends_in_a_sentence() -> None:
    with pytest.raises(KeyrackError, match="just issued"):
        get(Server(), build(world("at-1")), interactive=True)


@pytest.mark.checklist(23)
def test_the_token_goes_to_no_other_origin() -> None:
    server = Server("")
    assert get(server, with_grant(), "https://other.example/mcp").status_code == 200
    assert server.seen == [""]


def test_a_refused_refresh_needs_a_login() -> None:
    refused = World(**{f"POST {TOKEN}": reply({"error": "invalid_grant"}, 400)})
    with pytest.raises(LoginNeeded):
        get(Server("at-1"), with_grant(refused))


def test_it_works_for_an_async_client() -> None:
    async def ask() -> int:
        auth = keyrack.Auth(URL, adapters=with_grant())
        transport = httpx.MockTransport(Server("at-1"))
        async with httpx.AsyncClient(transport=transport, auth=auth) as client:
            return (await client.get(URL)).status_code

    assert asyncio.run(ask()) == 200


def test_it_works_for_httpx2() -> None:
    httpx2 = pytest.importorskip("httpx2")

    def server(request: Any) -> Any:
        return httpx2.Response(200 if request.headers.get("Authorization") == "Bearer at-1" else 401)

    auth = keyrack.Auth(URL, adapters=with_grant())
    with httpx2.Client(transport=httpx2.MockTransport(server), auth=auth) as client:
        assert client.get(URL).status_code == 200


def test_a_token_that_could_not_be_stored_is_sent_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyrack.operations.tokens.refresh.SAVE_PAUSES", ())
    adapters = with_grant(expires_at=NOW - 1)

    @contextmanager
    def full(_: Any, stored: Any) -> Iterator[Any]:
        def save(renewed: Any) -> Any:
            raise StoreUnavailable("The keychain is full.")

        yield save

    monkeypatch.setattr(type(adapters.credentials()), "renewing", full)
    server = Server("at-1")
    assert get(server, adapters).status_code == 200
    assert server.seen == ["at-1"]

"""Scopes added with --scope are requested again at later logins until they are removed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import keyrack
from keyrack.domain.errors import KeyrackError, ScopeRefused
from keyrack.domain.model import Check, CredentialKey
from keyrack.domain.secret import Secret
from keyrack.oauth.challenge import Challenge
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.tokens.refresh import refresh
from keyrack.store.transaction.payload import Payload, decode, encode
from support.canned import ISSUER, URL, World, query, reply, rpc, unauthorized
from support.some import some
from support.workbench import NOW, SERVER, Listener, build, stored_credential


class Bench:
    """Logins at a server whose own scope is `read`."""

    def __init__(self, **routes: Any) -> None:
        def answer(request: Any) -> Any:
            return rpc() if "Authorization" in request.headers else unauthorized()

        self.urls: list[str] = []
        self.world = World(**{f"POST {URL}": answer, **routes})
        self.adapters = build(self.world, browse=lambda url: bool(self.urls.append(url)) or True)

    def asks(self, *, server: Any = SERVER, **options: Any) -> str:
        """Log in; the scopes that were asked for."""
        login(self.adapters, server, LoginOptions(**options))
        return query(self.urls[-1]).get("scope", "")

    @property
    def added(self) -> tuple[str, ...]:
        return some(some(self.adapters.credentials().record(CredentialKey.of(URL))).credential).added_scopes


def test_a_plain_login_keeps_what_earlier_ones_had_added() -> None:
    bench = Bench()
    assert bench.asks() == "read"
    assert bench.asks(scopes=("write",)) == "read write"
    assert bench.asks() == "read write"
    assert bench.asks(scopes=("admin", "write")) == "read write admin"
    assert bench.asks() == "read write admin" and bench.added == ("write", "admin")


def test_drop_scope_takes_one_away_for_good() -> None:
    bench = Bench()
    bench.asks(scopes=("write", "admin"))
    assert bench.asks(drop_scopes=("write",)) == "read admin"
    assert bench.asks() == "read admin" and bench.added == ("admin",)


def test_drop_scope_leaves_out_one_of_the_server_s_own_this_time() -> None:
    bench = Bench()
    assert bench.asks(scopes=("write",), drop_scopes=("read",)) == "write"
    assert bench.asks() == "read write"


def test_reset_scopes_takes_all_away_for_good() -> None:
    bench = Bench()
    bench.asks(scopes=("write", "admin"))
    assert bench.asks(reset_scopes=True) == "read"
    assert bench.asks() == "read" and bench.added == ()
    bench.asks(scopes=("write",))
    assert bench.asks(reset_scopes=True, scopes=("admin",)) == "read admin"


def test_to_drop_the_last_one_would_ask_for_whatever_the_server_likes() -> None:
    bench = Bench()
    with pytest.raises(KeyrackError, match="No scopes would be left"):
        bench.asks(drop_scopes=("read",))
    assert bench.urls == []


def test_what_the_configuration_says_is_added_to_as_well() -> None:
    server = SERVER._replace(client=SERVER.client._replace(scopes=("mine",)))
    bench = Bench()
    assert bench.asks(server=server, scopes=("write",)) == "mine write"
    assert bench.asks(server=server) == "mine write"


@pytest.mark.parametrize("challenge", [None, Challenge("Bearer", {"scope": "read"})])
def test_where_only_a_check_is_recorded_nothing_is_added(challenge: Challenge | None) -> None:
    bench = Bench()
    bench.adapters.credentials().note(CredentialKey.of(URL), check=Check(NOW, "required"))
    assert bench.asks(challenge=challenge) == "read" and bench.added == ()


def test_another_account_s_additions_are_its_own() -> None:
    bench = Bench()
    bench.asks(scopes=("write",))
    assert bench.asks(server=SERVER._replace(account="work")) == "read"


def test_a_login_that_fails_changes_nothing() -> None:
    bench = Bench()
    bench.asks(scopes=("write",))
    listening = bench.adapters.listen

    def no(state: Secret) -> dict[str, Secret]:
        return {"error": Secret("access_denied"), "state": state}

    bench.adapters = bench.adapters._replace(listen=lambda port, host, path: Listener(no))
    for options in ({"scopes": ("admin",)}, {"reset_scopes": True}, {"drop_scopes": ("write",)}):
        with pytest.raises(KeyrackError):
            bench.asks(**options)
    bench.adapters = bench.adapters._replace(listen=listening)
    assert bench.added == ("write",) and bench.asks() == "read write"


def test_a_refresh_keeps_the_note_and_payloads_without_it_are_read() -> None:
    bench = Bench()
    bench.asks(scopes=("write",))
    refresh(bench.adapters, SERVER)
    assert bench.added == ("write",)
    stored = bench.adapters.credentials().load(CredentialKey.of(URL))
    assert decode(encode(Payload(1, some(stored)))).stored_credential == stored
    older = Secret(encode(Payload(1, some(stored))).reveal().replace(',"added_scopes":["write"]', ""))
    assert decode(older).stored_credential.credential == some(stored).credential._replace(added_scopes=())


def test_scopes_that_the_issuer_refuses_end_with_the_way_out() -> None:
    bench = Bench()
    bench.asks(scopes=("write",))

    def no(state: Secret) -> dict[str, Secret]:
        return {"error": Secret("invalid_scope"), "state": state}

    bench.adapters = bench.adapters._replace(listen=lambda port, host, path: Listener(no))
    with pytest.raises(ScopeRefused) as caught:
        bench.asks(scopes=("odd",))
    assert caught.value.added == ("write", "odd")
    hint = caught.value.hint
    assert hint.endswith("(write odd): keyrack login example --reset-scopes")
    with pytest.raises(ScopeRefused) as caught:
        bench.asks(reset_scopes=True)
    assert caught.value.added == () and "--reset-scopes" not in caught.value.hint


def test_a_client_registered_for_fewer_scopes_is_registered_anew_after_that() -> None:
    bench = Bench()
    bench.adapters.credentials().save(stored_credential())

    def no(state: Secret) -> dict[str, Secret]:
        return {"error": Secret("invalid_scope"), "state": state}

    adapters = bench.adapters
    bench.adapters = adapters._replace(listen=lambda port, host, path: Listener(no))
    with pytest.raises(ScopeRefused):
        bench.asks(scopes=("write",))
    bench.adapters = adapters
    bench.asks(scopes=("write",))
    assert query(bench.urls[0])["client_id"] == "dyn-0" and query(bench.urls[1])["client_id"] == "dyn-1"
    assert bench.world.to(ISSUER + "/register")[0].json["scope"] == "read write"


def test_step_up_asks_for_the_union_and_adds_only_what_the_server_wanted_more() -> None:
    bench = Bench()
    token = {"access_token": "at-2", "scope": "read write"}
    bench.adapters.credentials().save(stored_credential())
    bench.world.routes[f"POST {ISSUER}/token"] = reply(token)
    more = 'Bearer error="insufficient_scope", scope="write"'

    def server(request: httpx.Request) -> httpx.Response:
        good = request.headers.get("Authorization") == "Bearer at-2"
        return httpx.Response(200) if good else httpx.Response(403, headers={"WWW-Authenticate": more})

    auth = keyrack.Auth(URL, adapters=bench.adapters, interactive=True)
    with httpx.Client(transport=httpx.MockTransport(server), auth=auth) as client:
        assert client.get(URL).status_code == 200
    assert set(query(bench.urls[-1])["scope"].split()) == {"read", "write"}
    assert bench.added == ("write",)
    assert set(bench.asks().split()) == {"read", "write"}


def test_a_challenge_s_own_scopes_are_no_addition() -> None:
    bench = Bench()
    bench.adapters.credentials().save(stored_credential(expires_at=NOW - 1, refresh=None))
    challenge = Challenge("Bearer", {"scope": "list"})
    assert set(bench.asks(challenge=challenge).split()) == {"list", "read"} and bench.added == ()

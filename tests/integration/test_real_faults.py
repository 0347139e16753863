"""What happens when a real authorization server is out of order for a moment."""

from __future__ import annotations

import time

import pytest

from keyrack.domain.errors import Temporary
from keyrack.domain.model import Server, Source
from keyrack.operations.login import login
from keyrack.operations.parts import Parts
from keyrack.operations.refresh import refresh
from keyrack.store.rack import memory_rack
from keyrack.wiring import parts
from support.authserver import AuthServer
from support.signing_in import Person

MANY = 20  # more than anybody retries


@pytest.fixture
def logged_in(oidc_server: AuthServer) -> tuple[Parts, Server]:
    person = Person()
    world = parts(rack=memory_rack(time.time), browse=person)
    server = Server("guarded", oidc_server.mcp_url, sources=(Source("keyrack", "config.toml", "guarded"),))
    login(world, server)
    person.leave()
    return world, server


def test_a_refresh_gets_over_one_failure(oidc_server: AuthServer, logged_in: tuple[Parts, Server]) -> None:
    world, server = logged_in
    oidc_server.fault("/token", "status", status=503, times=1)
    before = world.rack().load(oidc_server.mcp_url, "default")
    refresh(world, server)

    after = world.rack().load(oidc_server.mcp_url, "default")
    assert before and after and after.tokens.access_token != before.tokens.access_token


@pytest.mark.parametrize("mode", ["status", "reset"])
def test_a_server_that_stays_broken_costs_no_credential(
    oidc_server: AuthServer, logged_in: tuple[Parts, Server], mode: str
) -> None:
    world, server = logged_in
    before = world.rack().load(oidc_server.mcp_url, "default")
    oidc_server.fault("/token", mode, times=MANY)
    try:
        with pytest.raises(Temporary):
            refresh(world, server)
    finally:
        oidc_server.fault("/token", "", times=0)

    assert world.rack().load(oidc_server.mcp_url, "default") == before
    refresh(world, server)

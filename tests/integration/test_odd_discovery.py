"""Whole logins over real sockets at servers that describe themselves in odd ways."""

from __future__ import annotations

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Credential, Server, Source
from keyrack.operations.login import LoginOptions, login
from keyrack.operations.parts import Parts
from support.odd_server import META, PRM, Answer, OddServer, odd_server
from support.signing_in import Person


def log_in(world: Parts, server: OddServer) -> Credential:
    """A login; the token must be one that the server takes."""
    named = Server("odd", server.url, sources=(Source("keyrack", "config.toml", "odd"),))
    credential = login(world, named, LoginOptions(wait=20))
    grant = world.rack().load(server.url, "default")
    assert grant and grant.tokens.access_token.reveal() in server.tokens
    return credential


def refused(world: Parts, person: Person, server: OddServer) -> str:
    """A login that must end before anybody signs in or anything is stored."""
    with pytest.raises(KeyrackError) as caught:
        log_in(world, server)
    assert person.urls == [] and not server.to("/register") and not world.rack().records()
    return f"{caught.value} {caught.value.hint}"


def test_an_issuer_is_the_same_with_and_without_its_final_slash(world: Parts) -> None:
    with odd_server() as server:
        named = server.resource(authorization_servers=[server.base + "/"])
        server.routes[f"GET {PRM}/mcp"] = Answer(body=named)
        assert log_in(world, server).issuer == server.base
        server.routes[f"GET {META}"] = Answer(body=server.metadata(server.base + "/"))
        server.routes[f"GET {PRM}/mcp"] = Answer(body=server.resource())
        assert log_in(world, server).issuer == server.base + "/"
        assert len(server.to("/register")) == 1  # the client of the first login is known


def test_any_other_spelling_is_another_issuer_and_both_are_shown(world: Parts, person: Person) -> None:
    with odd_server() as server:
        for said in (server.base + "/as", server.other, server.base + "//"):
            server.routes[f"GET {META}"] = Answer(body={**server.metadata(), "issuer": said})
            words = refused(world, person, server)
            assert f"“{said}”" in words and f"“{server.base}”" in words

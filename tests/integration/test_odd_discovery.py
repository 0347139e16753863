"""Whole logins over real sockets, with servers whose metadata is unusual."""

from __future__ import annotations

import gzip
import json

import pytest

from keyrack.domain.errors import KeyrackError, NoOAuth, Temporary
from keyrack.domain.model import CredentialInfo, CredentialKey, Server, Source
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from support.odd_server import HANG_UP, META, NOT_THERE, OPENID, PRM, Answer, OddServer, odd_server
from support.signing_in import Person


def log_in(world: Adapters, server: OddServer) -> CredentialInfo:
    """A login; the token must be one that the server takes."""
    named = Server("odd", server.url, sources=(Source("keyrack", "config.toml", "odd"),))
    credential = login(world, named, LoginOptions(wait=20))
    stored_credential = world.credentials().load(CredentialKey.of(server.url))
    assert stored_credential and stored_credential.tokens.access_token.reveal() in server.tokens
    return credential


def refused(world: Adapters, person: Person, server: OddServer) -> str:
    """A login that must end before anybody signs in or anything is stored."""
    with pytest.raises(KeyrackError) as caught:
        log_in(world, server)
    assert person.urls == [] and not server.to("/register") and not world.credentials().records()
    return f"{caught.value} {caught.value.hint}"


def test_an_issuer_is_the_same_with_and_without_its_final_slash(world: Adapters) -> None:
    with odd_server() as server:
        named = server.resource(authorization_servers=[server.base + "/"])
        server.routes[f"GET {PRM}/mcp"] = Answer(body=named)
        assert log_in(world, server).issuer == server.base
        server.routes[f"GET {META}"] = Answer(body=server.metadata(server.base + "/"))
        server.routes[f"GET {PRM}/mcp"] = Answer(body=server.resource())
        assert log_in(world, server).issuer == server.base + "/"
        assert len(server.to("/register")) == 1  # the client of the first login is known


def test_any_other_spelling_is_another_issuer_and_both_are_shown(world: Adapters, person: Person) -> None:
    with odd_server() as server:
        for said in (server.base + "/as", server.other, server.base + "//"):
            server.routes[f"GET {META}"] = Answer(body={**server.metadata(), "issuer": said})
            words = refused(world, person, server)
            assert f"“{said}”" in words and f"“{server.base}”" in words


PAGE = Answer(200, b"<!doctype html><title>Welcome</title>", {"Content-Type": "text/html"})
NO_DOCUMENTS = {
    "page": PAGE,
    "giant page": Answer(200, b"<!doctype html>" + b" " * 2**21, {"Content-Type": "text/html"}),
    "list": Answer(200, []),
    "error": Answer(200, {"error": "not_found"}),
    "nothing": Answer(200),
    "204": Answer(204),
    "sign-in page": Answer(302, headers={"Location": "/login?next=/"}),
    "sign-in page elsewhere": Answer(302, headers={"Location": "https://login.example/start"}),
    "circle": Answer(302, headers={"Location": PRM + "/mcp"}),
    "401": Answer(401, headers={"WWW-Authenticate": "Bearer"}),
    "403": Answer(403, b"blocked"),
    "500": Answer(500),
    "hang-up": HANG_UP,
}


@pytest.mark.parametrize("nothing", NO_DOCUMENTS.values(), ids=NO_DOCUMENTS)
def test_what_is_no_document_at_a_guessed_place_says_nothing_about_the_next(
    world: Adapters, nothing: Answer
) -> None:
    with odd_server() as server:
        server.routes["GET /login"] = PAGE
        server.routes[f"GET {PRM}/mcp"] = nothing
        server.routes[f"GET {PRM}"] = Answer(body=server.resource())
        server.routes[f"GET {META}"] = nothing
        server.routes[f"GET {OPENID}"] = Answer(body=server.metadata())
        assert log_in(world, server).resource == server.url


def test_the_last_place_of_an_issuer_with_a_path_is_reached(world: Adapters) -> None:
    with odd_server() as server:
        issuer = server.base + "/realms/x"
        places = [f"{META}/realms/x", f"{OPENID}/realms/x"]
        server.routes.update({f"GET {place}": PAGE for place in places})
        server.routes[f"GET {PRM}/mcp"] = Answer(body=server.resource(authorization_servers=[issuer]))
        metadata = {**server.metadata(), "issuer": issuer}
        server.routes[f"GET /realms/x{OPENID}"] = Answer(body=metadata)
        assert log_in(world, server).issuer == issuer


def test_documents_come_in_many_wrappings(world: Adapters) -> None:
    with odd_server() as server:
        wrapped = json.dumps(server.resource()).encode()
        zipped = Answer(200, gzip.compress(wrapped), {"Content-Encoding": "gzip"})
        for answer in (Answer(200, b"\xef\xbb\xbf" + wrapped, {"Content-Type": "text/html"}), zipped):
            server.routes[f"GET {PRM}/mcp"] = answer
            assert log_in(world, server).resource == server.url


def test_a_real_document_that_is_wrong_ends_the_search(world: Adapters, person: Person) -> None:
    with odd_server() as server:
        server.routes[f"GET {PRM}"] = Answer(body=server.resource())
        server.routes[f"GET {PRM}/mcp"] = Answer(body=server.resource(resource="https://other.example/mcp"))
        assert "for another server" in refused(world, person, server)
        assert not server.to(PRM)


@pytest.mark.parametrize(
    "challenge",
    [
        "Bearer resource_metadata={base}/odd/prm.json?a=1",
        "Bearer error=x, resource_metadata={base}/odd/prm.json?a=1, scope=read",
        "Bearer resource_metadata='{base}/odd/prm.json?a=1'",
        'Bearer resource_metadata="{base}/odd/prm.json?a=1"',
        "Bearer resource_metadata=/odd/prm.json?a=1",
        'Bearer resource_metadata="{base}/none", error="e", resource_metadata="{base}/odd/prm.json?a=1"',
        'Bearer realm="x" resource_metadata="{base}/odd/prm.json?a=1"',
    ],
)
def test_a_named_document_is_found_however_it_is_named(world: Adapters, challenge: str) -> None:
    with odd_server() as server:
        server.challenge = challenge.format(base=server.base)
        issuer = server.base + "/as"
        server.routes["GET /odd/prm.json"] = Answer(body=server.resource(authorization_servers=[issuer]))
        server.routes[f"GET {META}/as"] = Answer(body={**server.metadata(), "issuer": issuer})
        assert log_in(world, server).issuer == issuer
        assert not server.to(PRM + "/mcp")


def test_a_named_document_that_is_not_there_is_looked_for_where_it_should_be(world: Adapters) -> None:
    with odd_server() as server:
        server.challenge = f'Bearer resource_metadata="{server.base}/gone"'
        assert log_in(world, server).resource == server.url


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_document_on_another_origin_is_not_asked_for(world: Adapters, person: Person, quote: str) -> None:
    """Though it would say that its own authorization server protects the server."""
    with odd_server() as server, odd_server() as other:
        other.routes["GET /prm"] = Answer(body=other.resource(resource=server.url))
        server.routes[f"GET {PRM}/mcp"] = server.routes[f"GET {META}"] = NOT_THERE
        for there in (other.other, other.base, server.other):
            server.challenge = f"Bearer resource_metadata={quote}{there}/prm{quote}"
            assert f"it is at {there}" in refused(world, person, server)
        assert other.asked == []


def test_metadata_of_the_server_itself_may_be_openid_s_alone(world: Adapters) -> None:
    with odd_server() as server:
        server.routes[f"GET {PRM}/mcp"] = server.routes[f"GET {META}"] = NOT_THERE
        at = {"authorization_endpoint": server.base + "/oidc/authorize"}
        server.routes["GET /oidc/authorize"] = server.authorize
        server.routes["GET /authorize"] = NOT_THERE
        server.routes[f"GET {OPENID}"] = Answer(body=server.metadata(**at))
        assert log_in(world, server).resource is None


@pytest.mark.parametrize("place", [META, OPENID])
def test_a_server_may_send_on_to_its_issuers_own_metadata(world: Adapters, place: str) -> None:
    with odd_server() as server, odd_server() as issuer:
        issuer.base = issuer.other
        issuer.tokens = server.tokens
        server.routes[f"GET {PRM}/mcp"] = NOT_THERE
        server.routes[f"GET {META}"] = Answer(301, headers={"Location": issuer.other + place})
        assert log_in(world, server).issuer == issuer.other


def test_metadata_that_speaks_for_somebody_else_is_not_used(world: Adapters, person: Person) -> None:
    with odd_server() as server, odd_server() as evil:
        server.routes[f"GET {PRM}/mcp"] = NOT_THERE
        server.routes[f"GET {META}"] = Answer(301, headers={"Location": evil.other + META})
        for issuer in ("https://login.example.com", server.base, evil.other + "/t1"):
            evil.routes[f"GET {META}"] = Answer(body={**evil.metadata(evil.other), "issuer": issuer})
            assert "another issuer" in refused(world, person, server)
        evil.routes["GET /elsewhere"] = Answer(body=evil.metadata(evil.other))
        server.routes[f"GET {META}"] = Answer(301, headers={"Location": evil.other + "/elsewhere"})
        server.routes["POST /register"] = NOT_THERE
        with pytest.raises(NoOAuth):
            log_in(world, server)
        assert not evil.to("/elsewhere") and not evil.to("/register") and person.urls == []


def test_where_nothing_answers_it_is_called_temporary(world: Adapters, person: Person) -> None:
    with odd_server() as server:
        for answer in (Answer(500), Answer(503), HANG_UP):
            for place in (PRM + "/mcp", PRM, META, OPENID):
                server.routes[f"GET {place}"] = answer
            with pytest.raises(Temporary):
                log_in(world, server)
            server.routes[f"GET {PRM}/mcp"] = Answer(body=server.resource())
            with pytest.raises(Temporary):
                log_in(world, server)
        assert person.urls == [] and not server.to("/register")

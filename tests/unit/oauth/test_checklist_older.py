"""Servers of older revisions: a row of the checklist's table per test, a revision per case."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings
from keyrack.oauth.flow import login_flow
from keyrack.oauth.login_request import LoginRequest
from support.canned import (
    ISSUER,
    META,
    PRM,
    PRM_ROOT,
    URL,
    Played,
    World,
    metadata,
    play,
    query,
    reply,
    unauthorized,
)

BASE = "https://mcp.example"
OWN_META = f"{BASE}/.well-known/oauth-authorization-server"
OIDC = f"{ISSUER}/.well-known/openid-configuration"
OWN_OIDC = f"{BASE}/.well-known/openid-configuration"
CLIENT = "https://client.example/keyrack.json"
POINTER = f'Bearer resource_metadata="{PRM}"'

NOT_THERE = reply(None, 404)
SERVERS: dict[str, dict[str, Any]] = {
    "2025-11-25": {},
    "2025-06-18": {f"POST {URL}": unauthorized(POINTER)},
    "2025-03-26": {
        f"GET {PRM}": NOT_THERE,
        f"GET {OWN_META}": reply(
            metadata(
                issuer=BASE,
                authorization_endpoint=BASE + "/authorize",
                token_endpoint=BASE + "/token",
                registration_endpoint=BASE + "/register",
                code_challenge_methods_supported=None,
            )
        ),
        f"POST {BASE}/register": reply({"client_id": "old"}, 201),
        f"POST {BASE}/token": reply({"access_token": "at", "token_type": "bearer"}),
    },
}
EVERY = pytest.mark.parametrize("revision", SERVERS)


def log_in(
    revision: str, settings: ClientSettings = ClientSettings(), /, **changes: Any
) -> tuple[Played, World]:
    world = World(**{**SERVERS[revision], **changes})
    return play(login_flow(LoginRequest(URL, settings)), world), world


def got(world: World) -> list[str]:
    return [request.url for request in world.asked if request.method == "GET"]


@EVERY
@pytest.mark.checklist("older: protected resource")
def test_where_the_protected_resource_is_described(revision: str) -> None:
    played, world = log_in(revision)
    assert (
        got(world)[: 2 if revision == "2025-03-26" else 1]
        == {
            "2025-11-25": [PRM],
            "2025-06-18": [PRM],
            "2025-03-26": [PRM, PRM_ROOT],
        }[revision]
    )
    issuer = played.result.registration.issuer
    assert issuer == (BASE if revision == "2025-03-26" else ISSUER)


@EVERY
@pytest.mark.checklist("older: metadata")
def test_where_the_issuer_is_described(revision: str) -> None:
    _, world = log_in(revision)
    assert got(world)[-1] == (OWN_META if revision == "2025-03-26" else META)
    last = next(request for request in world.asked if request.url == got(world)[-1])
    assert last.headers.get("MCP-Protocol-Version") == ("2025-03-26" if revision == "2025-03-26" else None)


@pytest.mark.checklist("older: metadata")
def test_openid_metadata_comes_second() -> None:
    _, world = log_in("2025-11-25", **{f"GET {META}": NOT_THERE, f"GET {OIDC}": reply(metadata())})
    assert got(world)[-2:] == [META, OIDC]


@EVERY
@pytest.mark.checklist("older: nothing found")
def test_where_nothing_is_found(revision: str) -> None:
    if revision == "2025-03-26":
        played, world = log_in(revision, **{f"GET {OWN_META}": NOT_THERE})
        sent = query(played.sign_ins[0].url)
        assert played.sign_ins[0].url.startswith(BASE + "/authorize?")
        assert sent["code_challenge_method"] == "S256" and world.to(BASE + "/token")
        assert "PKCE support could not be verified" in " ".join(step.detail for step in played.steps)
        return
    with pytest.raises(KeyrackError, match="publishes no"):
        log_in(revision, **{f"GET {META}": NOT_THERE})


@pytest.mark.checklist("older: nothing found", 2)
def test_a_document_that_was_named_and_is_nowhere_ends_the_login() -> None:
    world = World(**{**SERVERS["2025-06-18"], f"GET {PRM}": NOT_THERE})
    with pytest.raises(KeyrackError, match="does not exist"):
        play(login_flow(LoginRequest(URL)), world)
    assert got(world) == [PRM, PRM, PRM_ROOT, OWN_META, OWN_OIDC]
    assert not world.to(BASE + "/register")  # the default paths are for servers that know no document


@pytest.mark.checklist("older: metadata")
def test_the_server_s_own_openid_metadata_comes_second() -> None:
    own = SERVERS["2025-03-26"][f"GET {OWN_META}"]
    played, world = log_in("2025-03-26", **{f"GET {OWN_META}": NOT_THERE, f"GET {OWN_OIDC}": own})
    assert got(world) == [PRM, PRM_ROOT, OWN_META, OWN_OIDC]
    assert played.result.registration.client_id == "old" and played.result.resource is None


@EVERY
@pytest.mark.checklist("older: registration")
def test_how_the_client_is_made_known(revision: str) -> None:
    played, world = log_in(revision, ClientSettings(client_metadata_url=CLIENT))
    assert played.result.registration.kind == "dynamic"
    assert len([request for request in world.asked if request.url.endswith("/register")]) == 1


@pytest.mark.checklist("older: registration", 10)
def test_a_metadata_document_is_named_where_the_issuer_takes_one() -> None:
    takes = reply(metadata(client_id_metadata_document_supported=True))
    played, world = log_in("2025-11-25", ClientSettings(client_metadata_url=CLIENT), **{f"GET {META}": takes})
    assert query(played.sign_ins[0].url)["client_id"] == CLIENT
    form = world.to(ISSUER + "/token")[0].form
    assert form is not None and form["client_id"] == CLIENT and world.to(ISSUER + "/register") == []


@EVERY
@pytest.mark.checklist("older: resource", 14)
def test_the_resource_is_sent_in_both_requests_or_in_none(revision: str) -> None:
    played, world = log_in(revision)
    form = next(request.form for request in world.asked if request.url.endswith("/token"))
    expected = None if revision == "2025-03-26" else URL
    assert form is not None and form.get("resource") == expected
    assert query(played.sign_ins[0].url).get("resource") == expected


@pytest.mark.checklist(16)
def test_the_default_paths_are_not_used_over_plain_http() -> None:
    base = "http://box.example"
    world = World(**{f"POST {base}/mcp": unauthorized()})
    with pytest.raises(KeyrackError, match="plain http"):
        play(login_flow(LoginRequest(base + "/mcp")), world)
    assert {request.method for request in world.asked} == {"POST", "GET"} and not world.to(base + "/register")

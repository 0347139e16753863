"""Lines of the checklist that take a whole login to test."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings, CredentialKey, Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import SignIn
from keyrack.oauth.flow import login_flow
from keyrack.oauth.http import Request
from keyrack.oauth.login_request import LoginRequest
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.tokens.refresh import refresh
from support.canned import (
    ISSUER,
    META,
    PRM,
    PRM_ROOT,
    REDIRECT,
    URL,
    Played,
    World,
    metadata,
    play,
    query,
    reply,
    rpc,
    unauthorized,
)
from support.workbench import SERVER, build

OTHER = "https://other.example"
NOT_THERE = reply(None, 404)
RESOURCE = {"resource": URL, "authorization_servers": [ISSUER]}


def log_in(world: World, login_request: LoginRequest = LoginRequest(URL), **more: Any) -> Played:
    return play(login_flow(login_request), world, **more)


def got(world: World) -> list[str]:
    return [request.url for request in world.asked if request.method == "GET"]


def issuer_at(place: str, base: str) -> dict[str, Any]:
    """The routes of an issuer whose metadata is at `place`."""
    fields = metadata(
        issuer=base,
        authorization_endpoint=base + "/authorize",
        token_endpoint=base + "/token",
        registration_endpoint=base + "/register",
    )
    return {
        f"GET {place}": reply(fields),
        f"POST {base}/register": reply({"client_id": "c"}, 201),
        f"POST {base}/token": reply({"access_token": "at-2", "token_type": "Bearer"}),
    }


def names(*issuers: str) -> dict[str, Any]:
    return {f"GET {PRM}": reply({**RESOURCE, "authorization_servers": list(issuers)})}


@pytest.mark.checklist(2)
def test_the_well_known_places_are_asked_in_order() -> None:
    world = World(
        **{f"GET {PRM}": NOT_THERE, f"GET {PRM_ROOT}": reply({**RESOURCE, "resource": "https://mcp.example"})}
    )
    played = log_in(world)
    assert got(world) == [PRM, PRM_ROOT, META]
    assert played.result.resource == "https://mcp.example"


@pytest.mark.checklist(4, 12, "security: binding")
def test_what_one_issuer_gave_is_not_shown_to_another() -> None:
    """The first issuer is gone; the second gets neither its client id nor its secret."""
    stored = Registration(
        ISSUER, "known", "dynamic", Secret("s-1"), "client_secret_post", redirect_uris=(REDIRECT,)
    )
    place = OTHER + "/.well-known/oauth-authorization-server"
    world = World(**{**names(ISSUER, OTHER), f"GET {META}": NOT_THERE, **issuer_at(place, OTHER)})
    found = log_in(world, LoginRequest(URL, stored=stored)).result.registration
    assert (found.issuer, found.client_id) == (OTHER, "c")
    said = [str(value) for request in world.asked for value in (request.json, request.form)]
    assert not any("known" in each for each in said)
    assert all(value != Secret("s-1") for request in world.asked for value in (request.form or {}).values())


@pytest.mark.checklist(5)
@pytest.mark.parametrize("index", range(3))
def test_an_issuer_with_a_path_is_never_asked_at_its_root(index: int) -> None:
    issuer = ISSUER + "/t1"
    places = [
        ISSUER + "/.well-known/oauth-authorization-server/t1",
        ISSUER + "/.well-known/openid-configuration/t1",
        ISSUER + "/t1/.well-known/openid-configuration",
    ]
    routes = {f"GET {META}": reply(metadata()), **issuer_at(places[index], issuer)}
    world = World(**{**names(issuer), **routes})
    assert log_in(world).result.registration.issuer == issuer
    assert got(world) == [PRM, *places[: index + 1]]


@pytest.mark.checklist(6)
def test_an_issuer_without_a_path_is_asked_at_two_places() -> None:
    place = ISSUER + "/.well-known/openid-configuration"
    world = World(**{f"GET {META}": NOT_THERE, f"GET {place}": reply(metadata())})
    assert log_in(world) and got(world) == [PRM, META, place]


@pytest.mark.checklist(7)
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (ISSUER + "//", ISSUER),
        (ISSUER, ISSUER + "//"),
        (ISSUER + "/t/", ISSUER + "/t"),
        (ISSUER + "/t", ISSUER + "/t/"),
        (ISSUER, ISSUER + "/?"),
        (ISSUER, ISSUER + " "),
        (ISSUER + ":443", ISSUER),
        ("https://AUTH.example", ISSUER),
        (ISSUER, "HTTPS://auth.example"),
        (ISSUER, "http://auth.example"),
        (ISSUER + "/%74", ISSUER + "/t"),
        (ISSUER, ISSUER + "\u200b"),
    ],
)
def test_an_issuer_is_compared_as_it_is_written(asked: str, said: str) -> None:
    world = Anywhere(said, **names(asked))
    with pytest.raises(KeyrackError, match="another issuer") as caught:
        log_in(world)
    assert world.to(ISSUER + "/register") == []
    shown = [each.encode("unicode_escape").decode() for each in (said, asked)]
    assert all(f"“{each}”" in str(caught.value) for each in shown) and shown[0] != shown[1]


class Anywhere(World):
    """Its issuer's metadata is wherever it is looked for, and names this issuer."""

    def __init__(self, issuer: str, **routes: Any) -> None:
        super().__init__(**routes)
        self.issuer = issuer

    def send(self, request: Request, *, server_url: str = URL) -> Any:
        if "/.well-known/o" not in request.url or "protected" in request.url:
            return super().send(request)
        self.asked.append(request)
        promise = {"authorization_response_iss_parameter_supported": True}
        return reply(metadata(issuer=self.issuer, **promise))


def from_issuer(iss: str) -> Any:
    return lambda sign_in: {"code": Secret("c"), "state": sign_in.state, "iss": Secret(iss)}


@pytest.mark.checklist(7, 18)
@pytest.mark.parametrize(("asked", "said"), [(ISSUER + "/", ISSUER), (ISSUER, ISSUER + "/")])
def test_the_slash_of_an_issuer_without_a_path_makes_no_difference(asked: str, said: str) -> None:
    """From the metadata on it is spelled as it is there, and an answer must spell it so."""
    found = log_in(Anywhere(said, **names(asked)), person=from_issuer(said)).result.registration
    assert (found.issuer, found.kind) == (said, "dynamic")
    world = Anywhere(said, **names(asked))
    with pytest.raises(KeyrackError, match="another issuer") as caught:
        log_in(world, person=from_issuer(asked))
    assert f"“{asked}”" in str(caught.value) and f"“{said}”" in str(caught.value)
    assert world.to(ISSUER + "/token") == []


@pytest.mark.checklist(12)
@pytest.mark.parametrize(("before", "now"), [(ISSUER + "/", ISSUER), (ISSUER, ISSUER + "/")])
@pytest.mark.parametrize("kind", ["dynamic", "pre-registered"])
def test_a_client_stored_under_the_other_spelling_is_the_issuers(before: str, now: str, kind: Any) -> None:
    stored = Registration(
        before, "known", kind, Secret("s-1"), "client_secret_post", redirect_uris=(REDIRECT,)
    )
    world = Anywhere(now, **names("https://new.example", before))
    found = log_in(world, LoginRequest(URL, stored=stored), person=from_issuer(now)).result.registration
    assert (found.issuer, found.client_id, found.client_secret) == (now, "known", Secret("s-1"))
    assert not any("new.example" in url for url in got(world))
    settings = ClientSettings(client_id="known", issuer=before)
    assert log_in(Anywhere(now), LoginRequest(URL, settings), person=from_issuer(now)).result


@pytest.mark.checklist(12)
def test_a_client_of_another_issuer_is_refused_and_both_are_named() -> None:
    settings = ClientSettings(client_id="known", issuer=ISSUER + "/t1")
    world = World()
    with pytest.raises(KeyrackError, match="belongs to the issuer") as caught:
        log_in(world, LoginRequest(URL, settings))
    assert f"“{ISSUER}/t1”" in str(caught.value) and f"“{ISSUER}”" in str(caught.value)
    assert world.to(ISSUER + "/token") == []


@pytest.mark.checklist(12, "security: binding")
def test_the_secret_of_one_issuer_does_not_follow_the_configuration_to_another() -> None:
    stored = Registration(OTHER, "known", "pre-registered", Secret("s-1"), "client_secret_post")
    settings = ClientSettings(client_id="known", issuer=ISSUER)
    found = log_in(World(), LoginRequest(URL, settings, stored=stored)).result.registration
    assert (found.issuer, found.client_secret, found.auth_method) == (ISSUER, None, "none")


@pytest.mark.checklist(8)
@pytest.mark.parametrize("methods", [None, [], ["plain"], "plain", ["s256"]])
@pytest.mark.parametrize("place", [META, ISSUER + "/.well-known/openid-configuration"])
def test_without_pkce_nothing_is_registered_and_no_browser_opens(methods: Any, place: str) -> None:
    fields = metadata(code_challenge_methods_supported=methods)
    world = World(**{f"GET {META}": NOT_THERE, f"GET {place}": reply(fields)})
    with pytest.raises(KeyrackError, match=r"PKCE.*its operator"):
        log_in(world, person=lambda sign_in: pytest.fail("a browser would have opened"))
    assert world.to(ISSUER + "/register") == []


@pytest.mark.checklist(13, 15, 18)
def test_an_answer_to_one_login_is_of_no_use_in_another() -> None:
    """Each login records its own issuer, verifier and state; an answer of the other one is discarded."""
    place = OTHER + "/.well-known/oauth-authorization-server"
    answers: list[SignIn] = []

    def keep(sign_in: SignIn) -> dict[str, Secret]:
        answers.append(sign_in)
        return {"code": Secret("code-1"), "state": sign_in.state}

    first, second = World(), World(**{**names(OTHER), **issuer_at(place, OTHER)})
    log_in(first, person=keep)
    log_in(second, person=keep)
    sent = [query(sign_in.url) for sign_in in answers]
    for name in ("state", "code_challenge"):
        assert sent[0][name] != sent[1][name]
    forms = [first.to(ISSUER + "/token")[0].form, second.to(OTHER + "/token")[0].form]
    assert forms[0] and forms[1] and forms[0]["code_verifier"] != forms[1]["code_verifier"]

    replayed = World()
    with pytest.raises(KeyrackError, match="another login"):
        log_in(replayed, person=lambda sign_in: {"code": Secret("c"), "state": answers[1].state})
    mixed = World()
    with pytest.raises(KeyrackError, match="another issuer"):
        log_in(
            mixed,
            person=lambda sign_in: {"code": Secret("c"), "state": sign_in.state, "iss": Secret(OTHER)},
        )
    assert replayed.to(ISSUER + "/token") == mixed.to(ISSUER + "/token") == []


@pytest.mark.checklist(18, 19)
@pytest.mark.parametrize("promised", [True, False])
@pytest.mark.parametrize("answer", [{"code": "c"}, {"error": "EVIL", "error_description": "EVIL"}])
@pytest.mark.parametrize(
    "iss", [None, "", ISSUER, ISSUER + "/", "https%3A%2F%2Fauth.example", "HTTPS://AUTH.EXAMPLE"]
)
def test_the_issuer_of_an_answer(promised: bool, answer: dict[str, str], iss: str | None) -> None:
    fields = metadata(authorization_response_iss_parameter_supported=promised)
    world = World(**{f"GET {META}": reply(fields)})
    named = answer if iss is None else {**answer, "iss": iss}

    def come_back(sign_in: SignIn) -> dict[str, Secret]:
        return {"state": sign_in.state, **{key: Secret(value) for key, value in named.items()}}

    good = iss == ISSUER or (iss is None and not promised)
    if good and "code" in answer:
        assert log_in(world, person=come_back).result
        return
    with pytest.raises(KeyrackError) as caught:
        log_in(world, person=come_back)
    assert ("EVIL" in str(caught.value)) is good
    assert world.to(ISSUER + "/token") == []


@pytest.mark.checklist(14, 22)
def test_a_refresh_names_the_resource_of_its_login() -> None:
    world = protected("at-1")
    adapters = build(world)
    login(adapters, SERVER)
    refresh(adapters, SERVER)
    exchanged, refreshed = (request.form for request in world.to(ISSUER + "/token"))
    assert exchanged and refreshed and exchanged["resource"] == refreshed["resource"] == URL
    assert refreshed["grant_type"] == "refresh_token"


def protected(*tokens: str) -> World:
    """The canned world, whose server takes these access tokens."""

    def answer(request: Request) -> Any:
        sent = request.headers.get("Authorization")
        plain = sent.reveal() if isinstance(sent, Secret) else ""
        return rpc({"tools": []}) if plain.removeprefix("Bearer ") in tokens else unauthorized()

    return World(**{f"POST {URL}": answer})


@pytest.mark.checklist(23, "security: logs")
def test_no_secret_is_in_an_address_and_no_token_goes_where_it_was_not_issued_for() -> None:
    """A login, a refresh and a revocation: access tokens to the server, refresh tokens to the issuer."""
    world = protected("at-1")
    world.routes[f"GET {META}"] = reply(metadata(revocation_endpoint=ISSUER + "/revoke"))
    world.routes[f"POST {ISSUER}/revoke"] = reply(None, 200)
    adapters = build(world)
    login(adapters, SERVER)
    refresh(adapters, SERVER)
    clear(adapters, SERVER, revoke=True)
    secrets = {"at-1", "rt-1", "code-1"}
    for request in world.asked:
        assert not any(secret in request.url for secret in secrets)
        assert not any(secret in str(value) for value in request.headers.values() for secret in secrets)
        carried = [value.reveal() for value in request.headers.values() if isinstance(value, Secret)]
        assert carried in ([], ["Bearer at-1"]) and (not carried or request.url == URL)
        if request.url == URL:
            assert request.form is None


@pytest.mark.checklist(16)
@pytest.mark.parametrize(
    "field",
    """authorization_endpoint token_endpoint registration_endpoint revocation_endpoint
    pushed_authorization_request_endpoint device_authorization_endpoint""".split(),
)
@pytest.mark.parametrize(
    "url", ["http://auth.example/x", "http://localhost:1/x", "http://127.0.0.1/x", "ftp://auth.example/"]
)
def test_no_endpoint_of_a_public_server_is_plain_http(field: str, url: str) -> None:
    world = World(**{f"GET {META}": reply(metadata(**{field: url}))})
    with pytest.raises(KeyrackError, match=field):
        log_in(world, person=lambda sign_in: pytest.fail("a browser would have opened"))
    assert world.to(url) == [] and world.to(ISSUER + "/register") == []


@pytest.mark.checklist("security: binding")
def test_a_credential_is_kept_with_what_it_is_bound_to() -> None:
    adapters = build(protected("at-1"))
    login(adapters, SERVER)
    login(adapters, SERVER._replace(account="work", client=ClientSettings(client_id="mine")))
    own, work = (
        adapters.credentials().load(CredentialKey.of(URL)),
        adapters.credentials().load(CredentialKey.of(URL, "work")),
    )
    assert own and work
    for grant, client_id in ((own, "dyn-1"), (work, "mine")):
        facts = grant.credential
        assert (facts.resource, facts.issuer, facts.client_id) == (URL, ISSUER, client_id)
        client = grant.registration
        assert client and (client.issuer, client.client_id) == (ISSUER, client_id)
    assert adapters.credentials().load(CredentialKey.of("https://mcp.example/mcp2")) is None

"""A sign-in that has to start again: the issuer no longer knows the client, or refuses 127.0.0.1.

Neither comes back to keyrack from the sign-in page (RFC 6749, section 4.1.2.1); the person can tell, and
so can the registration and the pushed request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keyrack.domain.errors import ClientNeeded, ClientRefused, KeyrackError
from keyrack.domain.model import ClientSettings, Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import RegisterAgain, SignIn
from keyrack.oauth.flow import login_flow
from keyrack.oauth.http import Request, Response
from keyrack.oauth.login_request import LoginRequest
from support.canned import ISSUER, META, REDIRECT, URL, Played, World, approve, metadata, play, query, reply

REGISTER, PAR = ISSUER + "/register", ISSUER + "/par"
LOCALHOST = REDIRECT.replace("127.0.0.1", "localhost")
STORED = Registration(ISSUER, "old", "dynamic", redirect_uris=(REDIRECT,))
TYPED = Registration(ISSUER, "mine", "pre-registered")


def log_in(world: World, person: Callable[[SignIn], Any] = approve, **login_request: Any) -> Played:
    return play(login_flow(LoginRequest(URL, now=lambda: 1000.0, **login_request)), world, person)


def asks_first_for(again: RegisterAgain) -> Callable[[SignIn], Any]:
    asked: list[RegisterAgain] = [again]
    return lambda sign_in: asked.pop() if asked else approve(sign_in)


def clients(played: Played) -> list[str]:
    return [query(sign_in.url)["client_id"] for sign_in in played.sign_ins]


def registered(world: World) -> list[list[str]]:
    return [request.json["redirect_uris"] for request in world.to(REGISTER)]


def takes_only(*uris: str, refusal: Response) -> Callable[[Request], Response]:
    def register(request: Request) -> Response:
        asked = request.json["redirect_uris"]
        return reply({"client_id": "dyn-1", "redirect_uris": asked}, 201) if asked[0] in uris else refusal

    return register


# A client that the sign-in page does not know


def test_the_person_can_have_an_earlier_client_registered_anew() -> None:
    world = World()
    played = log_in(world, asks_first_for(RegisterAgain()), stored=STORED)
    assert clients(played) == ["old", "dyn-1"]
    first, second = played.sign_ins
    assert (first.earlier_client, second.earlier_client) == ("old", "")
    assert first.state != second.state
    assert query(first.url)["code_challenge"] != query(second.url)["code_challenge"]
    assert played.result.registration.client_id == "dyn-1"
    assert [step.state for step in played.steps if step.key == "sign-in"] == [
        "running", "ahead", "running", "done"]  # fmt: skip


def test_a_client_that_may_be_forgotten_is_not_used_again() -> None:
    world = World()
    assert clients(log_in(world, stored=STORED, forgotten=True)) == ["dyn-1"]


def test_a_client_of_the_user_s_own_is_never_registered_anew() -> None:
    world = World()
    played = log_in(world, asks_first_for(RegisterAgain()), stored=TYPED, forgotten=True)
    assert clients(played) == ["mine", "mine"] and world.to(REGISTER) == []
    assert not any(sign_in.earlier_client for sign_in in played.sign_ins)


def test_an_answer_of_the_first_sign_in_is_none_of_the_second() -> None:
    before: list[SignIn] = []

    def person(sign_in: SignIn) -> Any:
        before.append(sign_in)
        return RegisterAgain() if len(before) == 1 else approve(before[0])

    world = World()
    with pytest.raises(KeyrackError, match="another login"):
        log_in(world, person, stored=STORED)
    assert world.to(ISSUER + "/token") == []


def pushing(answer: Callable[[Request], Response]) -> World:
    fields = metadata(require_pushed_authorization_requests=True, pushed_authorization_request_endpoint=PAR)
    return World(**{f"GET {META}": reply(fields), f"POST {PAR}": answer})


def test_a_pushed_request_that_tells_of_a_forgotten_client_registers_anew_by_itself() -> None:
    def answer(request: Request) -> Response:
        known = (request.form or {})["client_id"] == "dyn-1"
        return reply({"request_uri": "urn:x:1"}, 201) if known else reply({"error": "invalid_client"}, 401)

    assert clients(log_in(pushing(answer), stored=STORED)) == ["dyn-1"]


@pytest.mark.parametrize(
    "login_request", [{}, {"stored": TYPED}, {"settings": ClientSettings(client_id="app")}]
)
def test_a_pushed_request_refused_for_any_other_client_ends_the_login(login_request: dict[str, Any]) -> None:
    world = pushing(lambda request: reply({"error": "invalid_client"}, 401))
    with pytest.raises(ClientRefused, match="invalid_client"):
        log_in(world, **login_request)
    assert len(world.to(PAR)) == 1 and len(world.to(REGISTER)) <= 1


def test_an_issuer_that_refuses_the_client_that_it_registers_again_ends_the_login() -> None:
    world = pushing(lambda request: reply({"error": "invalid_client"}, 401))
    world.routes[f"POST {REGISTER}"] = reply({"client_id": "old", "redirect_uris": [REDIRECT]}, 201)
    with pytest.raises(ClientRefused):
        log_in(world, stored=STORED)
    assert len(world.to(PAR)) == 2 and len(world.to(REGISTER)) == 1


@pytest.mark.parametrize("error", ["unauthorized_client", "invalid_client"])
def test_a_sign_in_page_that_says_so_itself_ends_as_a_refused_client(error: str) -> None:
    def person(sign_in: SignIn) -> Any:
        return {"error": Secret(error), "state": sign_in.state}

    with pytest.raises(ClientRefused, match=error):
        log_in(World(), person, stored=STORED)


# 127.0.0.1 refused


@pytest.mark.parametrize(
    "refusal",
    [
        reply({"error": "invalid_redirect_uri"}, 400),
        reply({"error": "invalid_client_metadata", "error_description": "redirect_uris"}, 400),
        reply(b"<h1>Bad Request</h1>", 400),
        reply({"detail": [{"msg": "redirect"}]}, 422),
        reply({"error": "invalid_redirect_uri"}, 403),
        reply({"client_id": "c", "redirect_uris": [LOCALHOST]}, 201),  # taken, but changed
    ],
    ids=["uri", "metadata", "html", "422", "403", "changed"],
)
def test_a_registration_that_refuses_127_is_tried_with_localhost(refusal: Response) -> None:
    world = World(**{f"POST {REGISTER}": takes_only(LOCALHOST, refusal=refusal)})
    played = log_in(world)
    assert registered(world) == [[REDIRECT], [LOCALHOST]] and played.hosts == ["127.0.0.1", "localhost"]
    assert query(played.sign_ins[0].url)["redirect_uri"] == LOCALHOST
    form = world.to(ISSUER + "/token")[0].form
    assert form and form["redirect_uri"] == LOCALHOST
    registration = played.result.registration
    assert (registration.redirect_uris, registration.redirect_host) == ((LOCALHOST,), "localhost")


def test_a_pushed_request_that_refuses_127_is_made_with_localhost() -> None:
    def answer(request: Request) -> Response:
        good = (request.form or {})["redirect_uri"] == LOCALHOST
        error = {"error": "invalid_request", "error_description": "redirect_uri is not registered"}
        return reply({"request_uri": "urn:x:1"}, 201) if good else reply(error, 400)

    world = pushing(answer)
    assert log_in(world, settings=ClientSettings(client_id="app")).hosts == ["127.0.0.1", "localhost"]
    assert len(world.to(PAR)) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_a_registration_refused_for_another_reason_is_not_tried_again(status: int) -> None:
    world = World(**{f"POST {REGISTER}": reply({"error": "access_denied"}, status)})
    with pytest.raises(ClientNeeded):
        log_in(world)
    assert registered(world) == [[REDIRECT]]


def test_where_localhost_is_refused_too_the_first_refusal_is_reported() -> None:
    def refuse(request: Request) -> Response:
        uri = request.json["redirect_uris"][0]
        return reply({"error": "invalid_redirect_uri", "error_description": uri}, 400)

    world = World(**{f"POST {REGISTER}": refuse})
    with pytest.raises(ClientNeeded, match=r"127\.0\.0\.1") as caught:
        log_in(world)
    assert registered(world) == [[REDIRECT], [LOCALHOST]] and caught.value.redirect_uri == REDIRECT


def test_the_host_that_the_user_chose_is_the_only_one_tried() -> None:
    world = World(**{f"POST {REGISTER}": reply({"error": "invalid_redirect_uri"}, 400)})
    with pytest.raises(ClientNeeded):
        log_in(world, settings=ClientSettings(redirect_host="127.0.0.1"))
    assert registered(world) == [[REDIRECT]]


def test_the_person_can_have_localhost_for_a_page_that_refuses_127() -> None:
    world = World(**{f"POST {REGISTER}": takes_only(REDIRECT, LOCALHOST, refusal=reply(None, 400))})
    played = log_in(world, asks_first_for(RegisterAgain("localhost")))
    assert [query(each.url)["redirect_uri"] for each in played.sign_ins] == [REDIRECT, LOCALHOST]
    assert registered(world) == [[REDIRECT], [LOCALHOST]]
    assert [each.may_be_localhost for each in played.sign_ins] == [True, False]


def test_a_client_of_the_user_s_own_goes_with_localhost_as_it_is() -> None:
    world = World()
    played = log_in(
        world, asks_first_for(RegisterAgain("localhost")), settings=ClientSettings(client_id="app")
    )
    assert clients(played) == ["app", "app"] and world.to(REGISTER) == []
    assert query(played.sign_ins[1].url)["redirect_uri"] == LOCALHOST
    assert played.result.registration.redirect_host == "localhost"

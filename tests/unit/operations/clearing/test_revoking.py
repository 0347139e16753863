"""Revocation reports the truth: what the server still accepts, what stays valid, and which client remains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keyrack.domain.model import CredentialKey, Registration
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Failed, Request, Response
from keyrack.operations.clearing.clear import clear
from keyrack.operations.clearing.revoking import can_be_forgotten
from keyrack.operations.ports import Adapters
from keyrack.operations.receipt import Line
from keyrack.wording.times import local
from support.canned import ISSUER, URL, World, reply, rpc, unauthorized
from support.workbench import NOW, SERVER, build, stored_credential

REVOKE = f"{ISSUER}/revoke"
END = local(NOW + 3600, NOW)
GONE = reply(None)
NO_SECRET = reply({"error": "invalid_request", "error_description": "client_secret: Field required"}, 400)


def takes(*tokens: str) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        sent = request.headers.get("Authorization")
        good = isinstance(sent, Secret) and sent.reveal().removeprefix("Bearer ") in tokens
        return rpc({"tools": []}) if good else unauthorized()

    return answer


def bench(revocation: Any = GONE, server: Any = None, **changes: Any) -> tuple[Adapters, World]:
    """A login at an issuer that answers so when it shall revoke, and a server that takes the token or not."""
    registration = changes.pop("registration", None)
    endpoints = changes.pop("endpoints", ())
    world = World(**{f"POST {REVOKE}": revocation, f"POST {URL}": server or takes("at-0")})
    adapters = build(world)
    held = stored_credential(**changes)
    if registration is not None:
        kind = held.credential._replace(client_kind=registration.kind)
        held = held._replace(registration=registration, credential=kind)
    adapters.credentials().save(held._replace(endpoints=None) if endpoints is None else held)
    return adapters, world


def lines(adapters: Adapters, **how: Any) -> dict[str, Line]:
    receipt = clear(adapters, SERVER, **how)
    assert adapters.credentials().load(CredentialKey.of(URL)) is None
    return {line.what: line for line in receipt.lines}


def test_a_token_that_its_server_refuses_after_the_revocation_is_said_to_be_gone() -> None:
    adapters, _ = bench(server=takes())
    found = lines(adapters, revoke=True)
    assert (found["Revoke"].outcome, found["Access token"].outcome) == ("done", "done")
    assert "no longer accepts it" in found["Access token"].detail


@pytest.mark.parametrize(
    ("expires_at", "words"),
    [
        (NOW + 3600, f"accepted until {END}"),
        (None, "accepted (expiry unknown)"),
    ],
)
def test_a_token_that_its_server_still_takes_is_said_to_work(expires_at: float | None, words: str) -> None:
    adapters, world = bench(expires_at=expires_at)
    found = lines(adapters, revoke=True)
    assert found["Revoke"].outcome == "done"
    assert found["Access token"][1:] == ("still works", words)
    # Nothing but a greeting and a look at the tools, and only after the issuer has answered.
    methods = [request.json["method"] for request in world.to(URL) if request.json]
    assert set(methods) <= {"server/discover", "initialize", "notifications/initialized", "tools/list"}
    places = [request.url for request in world.asked]
    assert places.index(URL) > max(at for at, place in enumerate(places) if place == REVOKE)


@pytest.mark.parametrize("server", [Failed("no route"), Response(503), reply({"hello": 1})])
def test_where_the_server_can_not_tell_the_receipt_says_until_when_it_may_be_taken(server: Any) -> None:
    adapters, _ = bench(server=server)
    line = lines(adapters, revoke=True)["Access token"]
    assert line.outcome == "may still work" and f"may be accepted until {END}" in line.detail


def test_a_server_that_takes_the_same_from_anyone_tells_nothing_of_the_token() -> None:
    adapters, _ = bench(server=rpc({"tools": []}))
    line = lines(adapters, revoke=True)["Access token"]
    assert line.outcome == "may still work" and line.detail.endswith(
        "; the server accepts the same requests without it, so it could not be tested"
    )


def test_of_a_token_that_has_expired_nothing_is_tried() -> None:
    adapters, world = bench(expires_at=NOW - 1)
    assert "Access token" not in lines(adapters, revoke=True) and not world.to(URL)


@pytest.mark.parametrize("how", [{}, {"forget": True}])
def test_without_a_revocation_nothing_is_sent_to_the_server(how: dict[str, bool]) -> None:
    adapters, world = bench()
    lines(adapters, **how)
    assert not world.to(URL) and not world.to(REVOKE)


LIVES = f"the access token works until {END}, and the refresh token works until its issuer ends it"


@pytest.mark.parametrize(
    ("changes", "outcome", "detail"),
    [
        ({"endpoints": None}, "not supported", LIVES),
        ({"endpoints": None, "refresh": None}, "not supported", f"the access token works until {END}"),
        (
            {"endpoints": None, "expires_at": NOW - 1},
            "not supported",
            "the access token has expired, and the refresh token works until its issuer ends it",
        ),
        (
            {"revocation": reply({"error": "unsupported_token_type"}, 400)},
            "not supported",
            f"{ISSUER} does not revoke tokens of this kind; {LIVES}",
        ),
        ({"revocation": Response(503)}, "failed", f"{ISSUER}: status 503; {LIVES}"),
        ({"revocation": Failed("no route")}, "failed", f"{ISSUER}: no route; {LIVES}"),
    ],
)
def test_what_was_not_revoked_is_named_with_how_long_it_lives(
    changes: dict[str, Any], outcome: str, detail: str
) -> None:
    adapters, world = bench(**changes)
    found = lines(adapters, revoke=True)
    assert found["Revoke"] == ("Revoke", outcome, detail)
    assert "Access token" not in found and not world.to(URL)


def public(**changes: Any) -> Registration:
    return Registration(ISSUER, "me", "dynamic")._replace(**changes)


def wants_the_field(request: Request) -> Response:
    return GONE if "client_secret" in (request.form or {}) else NO_SECRET


@pytest.mark.parametrize("words", ["client_secret: Field required", "Client secret is missing"])
def test_it_is_told_so_in_one_way_or_another(words: str) -> None:
    told = reply({"error": "invalid_client", "error_description": words}, 401)
    adapters, _ = bench(
        lambda request: GONE if "client_secret" in request.form else told, registration=public()
    )
    assert lines(adapters, revoke=True)["Revoke"].outcome == "done"


@pytest.mark.parametrize("status", [400, 401, 422])
def test_a_public_client_that_shall_send_a_secret_sends_an_empty_one(status: int) -> None:
    told = Response(status, (), b'{"detail": [{"loc": ["body", "client_secret"], "msg": "Field required"}]}')
    adapters, world = bench(
        lambda request: GONE if "client_secret" in request.form else told, registration=public()
    )
    assert lines(adapters, revoke=True)["Revoke"].outcome == "done"
    forms = [request.form or {} for request in world.to(REVOKE)]
    assert [form.get("client_secret") for form in forms] == [None, "", None, ""]
    assert [form["token_type_hint"] for form in forms] == ["refresh_token"] * 2 + ["access_token"] * 2


def test_it_is_tried_once_and_the_answer_to_that_counts() -> None:
    adapters, world = bench(NO_SECRET, registration=public())
    line = lines(adapters, revoke=True)["Revoke"]
    assert line.outcome == "failed" and "Field required" in line.detail and len(world.to(REVOKE)) == 2


@pytest.mark.parametrize(
    ("registration", "answer"),
    [
        (public(client_secret=Secret("s"), auth_method="client_secret_post"), NO_SECRET),
        (public(client_secret=Secret("s"), auth_method="client_secret_basic"), NO_SECRET),
        (public(), reply({"error": "invalid_client"}, 401)),
        (public(), Response(500, (), b"client_secret")),
        (public(), Failed("client_secret")),
    ],
)
def test_no_other_client_and_no_other_answer_leads_to_an_empty_secret(
    registration: Registration, answer: Any
) -> None:
    adapters, world = bench(answer, registration=registration)
    assert lines(adapters, revoke=True)["Revoke"].outcome == "failed"
    [request] = world.to(REVOKE)
    assert (request.form or {}).get("client_secret") != ""


MANAGED = public(registration_client_uri=f"{ISSUER}/register/me", registration_access_token=Secret("manage"))


def test_a_registration_that_the_issuer_still_has_is_named() -> None:
    for how in ({}, {"revoke": True}):
        adapters, _ = bench(registration=MANAGED)
        assert lines(adapters, **how)["Registration"] == (
            "Registration",
            "stays",
            f"{ISSUER} still has the client dyn-0",
        )


@pytest.mark.parametrize("kind", ["pre-registered", "metadata-document"])
def test_of_a_client_that_keyrack_did_not_register_nothing_is_left_or_forgotten(kind: Any) -> None:
    adapters, _ = bench(registration=public(kind=kind))
    assert "Registration" not in lines(adapters)
    adapters, world = bench(registration=public(kind=kind))
    assert lines(adapters, forget=True)["Forget"].outcome == "nothing to do" and world.asked == []


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        (Response(204), "done", ""),
        (Response(404), "done", "no longer knew it"),
        (Response(503), "failed", f"status 503; {ISSUER} may still have the client"),
    ],
)
def test_what_is_forgotten_is_not_said_to_stay(answer: Response, outcome: str, words: str) -> None:
    adapters, world = bench(registration=MANAGED)
    world.routes[f"DELETE {ISSUER}/register/me"] = answer
    found = lines(adapters, forget=True)
    assert found["Forget"].outcome == outcome and words in found["Forget"].detail
    assert "Registration" not in found


@pytest.mark.parametrize(
    ("registration", "where"),
    [(MANAGED, ISSUER), (public(), None), (MANAGED._replace(kind="pre-registered"), None)],
)
def test_forgetting_is_offered_where_the_issuer_has_a_way(
    registration: Registration, where: str | None
) -> None:
    adapters, world = bench(registration=registration)
    assert can_be_forgotten(adapters, SERVER) == where and world.asked == []
    assert can_be_forgotten(build(), SERVER) is None

"""A refresh that the issuer refuses, in any words, and what still works after it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from keyrack.domain.errors import ClientRefused, LoginNeeded, Temporary
from keyrack.domain.model import CredentialInfo, CredentialKey, Registration, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.domain.status import Action, State
from keyrack.oauth.http import Failed, Request, Response
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.check import check
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import due, refresh, refreshed
from keyrack.wording.times import local
from support.canned import ISSUER, URL, World, reply, rpc, unauthorized
from support.workbench import NOW, SERVER, build, stored_credential

TOKEN = f"{ISSUER}/token"
INVALID_GRANT = reply({"error": "invalid_grant"}, 400)
LOGIN = "keyrack login example"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyrack.operations.tokens.renewal.PAUSE", 0)


def mcp(*tokens: str) -> Callable[[Request], Response]:
    """A server that takes these tokens."""

    def answer(request: Request) -> Response:
        sent = request.headers.get("Authorization")
        assert sent is None or isinstance(sent, Secret)
        good = sent is not None and sent.reveal().removeprefix("Bearer ") in tokens
        return rpc({"tools": []}) if good else unauthorized()

    return answer


def bench(
    issuer: Any, *, server: Any = None, expires_at: float | None = NOW - 1, **facts: Any
) -> tuple[Adapters, World]:
    world = World(**{f"POST {TOKEN}": issuer, f"POST {URL}": server or mcp("at-0", "at-1")})
    ticks = count()
    adapters = build(world)._replace(now=lambda: NOW + next(ticks) / 1000)
    adapters.credentials().save(stored_credential(expires_at=expires_at, **facts))
    return adapters, world


def stored(adapters: Adapters) -> StoredCredential:
    found = adapters.credentials().load(CredentialKey.of(URL))
    assert found is not None
    return found


def facts(adapters: Adapters) -> CredentialInfo:
    return stored(adapters).credential


def state(adapters: Adapters) -> State:
    [row] = overview(adapters).rows
    return row.status.state


REFUSALS = {
    "invalid_grant": INVALID_GRANT,
    "invalid_request": reply({"error": "invalid_request", "error_description": "spent"}, 400),
    "invalid_scope": reply({"error": "invalid_scope"}, 400),
    "an error of its own": reply({"error": "token_inactive"}, 422),
    "empty": Response(400),
    "HTML": Response(403, (("Content-Type", "text/html"),), b"<html>Forbidden</html>"),
    "401 alone": Response(401, (("WWW-Authenticate", "Bearer"),), b"{}"),
    "not found": Response(404, (), b"not found"),
    "an object": reply({"error": {"message": "gone"}}, 400),
    "status 200": reply({"error": "bad_refresh_token"}),
    "a form": Response(200, (), b"error=bad_refresh_token"),
}
PASSING = {
    "408": Response(408),
    "425": Response(425),
    "429": Response(429, (("Retry-After", "30"),)),
    "407 of a proxy": Response(407, (), b"<html>"),
    "a limit by another number": Response(403, (("Retry-After", "30"),)),
    "503": Response(503),
    "invalid_grant of a server out of order": reply({"error": "invalid_grant"}, 500),
    "temporarily_unavailable": reply({"error": "temporarily_unavailable"}, 400),
    "511": Response(511, (), b"<html>"),
    "a portal's page": Response(200, (("Content-Type", "text/html"),), b"<html>Welcome</html>"),
    "a portal's redirect": Response(302, (("Location", "http://portal.example/?from=x"),)),
    "a redirect without a target": Response(303),
    "no network": Failed("no route"),
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_in_any_words_needs_a_login_and_loses_nothing(answer: Response) -> None:
    adapters, world = bench(answer)
    for _ in range(2):
        with pytest.raises(LoginNeeded) as caught:
            get_token(adapters, SERVER)
        assert LOGIN in caught.value.hint
    assert len(world.to(TOKEN)) == 1  # it is remembered
    assert state(adapters) is State.LOGIN_NEEDED
    [row] = overview(adapters).rows
    assert (row.status.action, row.command) == (Action.LOGIN, LOGIN)
    assert stored(adapters).tokens.refresh_token == Secret("rt-0") and facts(adapters).refreshable


@pytest.mark.parametrize("answer", PASSING.values(), ids=PASSING)
def test_what_passes_is_no_refusal_and_changes_nothing(answer: Response | Failed) -> None:
    adapters, _ = bench(answer)
    before = stored(adapters)
    with pytest.raises(Temporary):
        get_token(adapters, SERVER)
    assert stored(adapters) == before and state(adapters) is State.REFRESHABLE


def test_a_network_s_own_sign_in_page_is_named_and_asked_once() -> None:
    for answer in (PASSING["a portal's redirect"], PASSING["a portal's page"]):
        adapters, world = bench(answer)
        with pytest.raises(Temporary) as caught:
            get_token(adapters, SERVER)
        assert "sign-in" in caught.value.hint and len(world.to(TOKEN)) == 1
    adapters, _ = bench(PASSING["a portal's redirect"])
    with pytest.raises(Temporary, match=r"redirects to http://portal\.example when"):
        get_token(adapters, SERVER)


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client", "incorrect_client_credentials"])
def test_a_client_s_fault_is_told_as_one(error: str) -> None:
    adapters, _ = bench(reply({"error": error}, 401))
    held = stored(adapters)
    own = Registration(ISSUER, "mine", "pre-registered", Secret("old"), "client_secret_post")
    adapters.credentials().save(held._replace(registration=own))
    for _ in range(2):
        with pytest.raises(ClientRefused) as caught:
            refresh(adapters, SERVER)
        assert "and secret" in caught.value.hint
    assert facts(adapters).refusal == ""


def test_a_refused_refresh_is_really_tried_again_and_a_success_clears_the_note() -> None:
    adapters, world = bench(REFUSALS["HTML"])
    for asked in (1, 2):
        with pytest.raises(LoginNeeded):
            refresh(adapters, SERVER)
        assert len(world.to(TOKEN)) == asked
    assert facts(adapters).refused_at == facts(adapters).refresh_refused_at is not None

    world.routes.update({f"POST {TOKEN}": World().routes[f"POST {TOKEN}"]})
    assert int((refresh(adapters, SERVER).expires_at or 0) - NOW) == 60
    after = facts(adapters)
    assert (after.refused_at, after.refusal, after.refresh_refused_at) == (None, "", None)
    assert state(adapters) is State.VALID and get_token(adapters, SERVER, min_valid=0).token == Secret("at-1")


def test_nothing_but_a_refresh_by_name_asks_an_issuer_that_has_refused() -> None:
    adapters, world = bench(INVALID_GRANT, expires_at=NOW + 3000)
    with pytest.raises(LoginNeeded):
        refresh(adapters, SERVER)
    assert due(overview(adapters).rows, NOW + 2900) == []
    assert get_token(adapters, SERVER, min_valid=7200).token == Secret("at-0")
    with pytest.raises(LoginNeeded):
        refreshed(adapters, SERVER)
    assert check(adapters, SERVER).verdict == "accepted"
    assert len(world.to(TOKEN)) == 1


def test_an_access_token_whose_grant_was_refused_is_tried_once_before_it_is_handed_out() -> None:
    adapters, world = bench(INVALID_GRANT, expires_at=NOW + 30)
    for _ in range(3):
        handed = get_token(adapters, SERVER)
        assert handed.token == Secret("at-0")
        assert "invalid_grant" in handed.notes[0] and "valid for 29 s" in handed.notes[0]
    tries = world.to(URL)
    *with_token, without = tries  # the last: would the server take the same without it?
    assert with_token and all("Authorization" in each.headers for each in with_token)
    assert "Authorization" not in without.headers
    get_token(adapters, SERVER)
    assert world.to(URL) == tries


@pytest.mark.parametrize("expires_at", [NOW + 30, NOW + 3000, None])
def test_an_access_token_that_ended_with_its_grant_is_not_handed_out(expires_at: float | None) -> None:
    adapters, _ = bench(INVALID_GRANT, server=mcp("other"), expires_at=expires_at)
    if expires_at != NOW + 30:
        with pytest.raises(LoginNeeded, match="no longer accepts the access token"):
            refresh(adapters, SERVER)
    for _ in range(2):
        with pytest.raises(LoginNeeded) as caught:
            get_token(adapters, SERVER)
        assert LOGIN in caught.value.hint
    assert facts(adapters).refused_at is not None
    assert stored(adapters).tokens.refresh_token == Secret("rt-0")


def test_it_is_tried_also_where_it_is_not_due_when_it_is_asked_for() -> None:
    adapters, world = bench(INVALID_GRANT, server=mcp("other"), expires_at=NOW + 3000)
    with pytest.raises(LoginNeeded):
        refreshed(adapters, SERVER)
    assert not world.to(URL)
    with pytest.raises(LoginNeeded, match="no longer accepts the access token"):
        get_token(adapters, SERVER)


@pytest.mark.parametrize("server", [Response(503), Failed("no route"), reply({"hello": 1})])
def test_where_the_server_can_not_tell_the_token_is_given_out_with_a_word_about_it(server: Any) -> None:
    adapters, _ = bench(INVALID_GRANT, server=server, expires_at=NOW + 30)
    handed = get_token(adapters, SERVER)
    assert handed.token == Secret("at-0") and "is not known whether" in handed.notes[0]
    assert facts(adapters).refused_at is None


def test_a_server_that_was_out_of_reach_is_asked_the_next_time() -> None:
    adapters, world = bench(INVALID_GRANT, server=Response(503), expires_at=NOW + 30)
    get_token(adapters, SERVER)
    world.routes[f"POST {URL}"] = mcp("other")
    with pytest.raises(LoginNeeded):
        get_token(adapters, SERVER)


def test_a_refusal_of_the_token_is_not_put_down_to_a_login_that_came_in_between() -> None:
    new = stored_credential(access="at-NEW")
    new = new._replace(credential=new.credential._replace(obtained_at=NOW + 1))

    def answer(request: Request) -> Response:
        adapters.credentials().save(new)
        return unauthorized()

    adapters, _ = bench(INVALID_GRANT, server=answer, expires_at=NOW + 30)
    with pytest.raises(LoginNeeded):
        get_token(adapters, SERVER)
    assert facts(adapters).refused_at is None and get_token(adapters, SERVER).token == Secret("at-NEW")


def told(adapters: Adapters) -> tuple[str, str]:
    with pytest.raises(LoginNeeded) as caught:
        refresh(adapters, SERVER)
    return str(caught.value), caught.value.hint.partition("\n")[0]


def test_a_refresh_that_can_not_be_says_what_the_token_is_still_good_for() -> None:
    end = local(NOW + 3000, NOW)
    then, again = f"Then log in: {LOGIN}", f"Log in again: {LOGIN}"
    missing = "No refresh token was issued for example"
    said = {
        (None, NOW + 3000): (f"{missing}; the token works until {end}.", then),
        (None, None): (f"{missing}; the token works (expiry unknown).", then),
        (None, NOW - 1): (f"{missing}.", again),
        ("rt-0", NOW + 3000): (
            f"{ISSUER} refused: invalid_grant. The access token still works until {end}.",
            then,
        ),
        ("rt-0", NOW - 1): (f"{ISSUER} refused: invalid_grant.", again),
    }
    for (refresh_token, expires_at), words in said.items():
        adapters, _ = bench(INVALID_GRANT, expires_at=expires_at, refresh=refresh_token)
        assert told(adapters) == words
    adapters, _ = bench(INVALID_GRANT, server=Response(503), expires_at=NOW + 3000)
    assert told(adapters)[0].endswith(f"The access token may still work until {end}.")


def test_more_validity_than_a_token_without_refresh_has_left_is_a_word_and_no_failure() -> None:
    adapters, world = bench(INVALID_GRANT, expires_at=NOW + 3000, refresh=None)
    handed = get_token(adapters, SERVER, min_valid=7200)
    assert handed.token == Secret("at-0") and "No refresh token was issued" in handed.notes[0]
    assert "Log in again" not in handed.notes[0] and world.asked == []


def test_of_a_client_that_was_forgotten_the_refresh_token_stays_too() -> None:
    adapters, _ = bench(reply({"error": "invalid_client"}, 401), expires_at=NOW + 3000)
    with pytest.raises(ClientRefused):
        refreshed(adapters, SERVER)
    assert stored(adapters).tokens.refresh_token == Secret("rt-0")
    assert facts(adapters).refresh_refused_at is not None

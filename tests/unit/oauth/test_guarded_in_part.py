"""A server that answers initialize and tools/list for anyone may still require a login for calls."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import keyrack
from keyrack.domain.errors import KeyrackError, NoOAuth, Temporary
from keyrack.domain.model import ClientSettings, CredentialKey, Header, Registration, Server
from keyrack.domain.secret import Secret
from keyrack.domain.status import UNTESTED, State
from keyrack.oauth.effects import Step
from keyrack.oauth.flow import login_flow
from keyrack.oauth.http import Failed, Request
from keyrack.oauth.login_request import LoginRequest
from keyrack.oauth.probe import Probed, probe, try_credential
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.servers.check import check
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens.set_token import MAIN, Typed, set_token
from support.canned import (
    ISSUER,
    PRM,
    PRM_ROOT,
    REDIRECT,
    URL,
    World,
    metadata,
    play,
    query,
    reply,
    rpc,
    unauthorized,
)
from support.some import some
from support.workbench import SERVER, build, stored_credential

BASE = "https://mcp.example"
OWN_META = BASE + "/.well-known/oauth-authorization-server"
OWN_OPENID = BASE + "/.well-known/openid-configuration"
NOTHING = {f"GET {PRM}": reply(None, 404)}
OWN = {
    f"GET {OWN_META}": reply(
        metadata(issuer=BASE, token_endpoint=BASE + "/token", authorization_endpoint=BASE + "/authorize")
    ),
    f"POST {BASE}/token": reply({"access_token": "at-1", "token_type": "Bearer"}),
}
GREETING = rpc({"protocolVersion": "2025-06-18"})


def answers(without: dict[str, Any], with_token: dict[str, Any] | None = None, /, **routes: Any) -> World:
    """A server that answers so by JSON-RPC method: anyone, and whoever sends a credential."""

    def answer(request: Request) -> Any:
        method = request.json["method"]
        carries = "Authorization" in request.headers
        table = with_token if with_token is not None and carries else without
        return table.get(method, reply(None, 404))

    return World(**{f"POST {URL}": answer, **routes})


OPEN = {"initialize": GREETING, "tools/list": rpc({"tools": []})}
LIST_GUARDED = {"initialize": GREETING, "tools/list": unauthorized()}
GUARDED = {"server/discover": unauthorized(), "initialize": unauthorized(), "tools/list": unauthorized()}
BROKEN = {"initialize": GREETING, "tools/list": reply(None, 500)}


# --- logging in


def steps_of(world: World, server: Server = SERVER) -> tuple[Any, list[Step]]:
    adapters, events = build(world, servers=(server,)), []
    login(adapters, server, on_event=events.append)
    return adapters, [event for event in events if isinstance(event, Step) and event.state == "done"]


def test_a_server_with_a_document_is_logged_in_to_though_it_answers_anyone() -> None:
    adapters, steps = steps_of(answers(OPEN))
    assert ("probe", "The server answers without a credential") in [(each.key, each.title) for each in steps]
    tried = next(each for each in steps if each.key == "try")
    assert f"{tried.title}: {tried.detail}." == UNTESTED
    record = adapters.credentials().record(CredentialKey.of(URL))
    assert record.credential and (record.check.verdict, record.check.reason) == ("optional", UNTESTED)
    row = overview(adapters).rows[0]
    assert (row.status.state, row.kind) == (State.VALID, "oauth")


def nothing(world: World, server: Server = SERVER) -> KeyrackError:
    """A login that ends before anybody is sent anywhere, with nothing stored."""
    adapters = build(world, servers=(server,), browse=lambda url: pytest.fail("a browser was opened"))
    with pytest.raises(KeyrackError) as caught:
        login(adapters, server)
    assert not adapters.credentials().records() and {
        each.method for each in world.asked if each.url != URL
    } <= {"GET"}
    return caught.value


@pytest.mark.parametrize("client", [ClientSettings(), ClientSettings(client_id="mine")])
def test_a_server_that_needs_nothing_is_still_called_open(client: ClientSettings) -> None:
    """Not even a client of the user's own is tried at addresses that are a guess."""
    world = answers(OPEN, **NOTHING)
    error = nothing(world, SERVER._replace(client=client))
    assert not isinstance(error, NoOAuth) and "does not need a login" in str(error)
    asked = [each.url for each in world.asked if each.method == "GET"]
    assert asked == [PRM, PRM_ROOT] + ([OWN_META, OWN_OPENID] if client.client_id else [])


def test_what_else_its_host_signs_in_to_is_no_reason_to_log_in() -> None:
    """A company's site may well have metadata for its own users."""
    assert "does not need a login" in str(nothing(answers(OPEN, **NOTHING, **OWN)))


def test_a_configured_client_is_used_with_the_metadata_of_the_origin() -> None:
    server = SERVER._replace(client=ClientSettings(client_id="mine"))
    adapters, _ = steps_of(answers(OPEN, **NOTHING, **OWN), server)
    stored_credential = adapters.credentials().load(CredentialKey.of(URL))
    assert (
        stored_credential
        and stored_credential.registration
        and stored_credential.registration.client_id == "mine"
    )


def test_a_client_of_an_earlier_login_is_reason_enough_too() -> None:
    stored = Registration(BASE, "known", "dynamic", redirect_uris=(REDIRECT,))
    played = play(login_flow(LoginRequest(URL, stored=stored)), answers(OPEN, **NOTHING, **OWN))
    assert played.result.registration.client_id == "known"


def test_a_configured_issuer_is_asked_where_no_document_names_one() -> None:
    settings = ClientSettings(client_id="mine", issuer=ISSUER)
    for without in (OPEN, GUARDED):
        played = play(login_flow(LoginRequest(URL, settings)), answers(without, **NOTHING))
        assert (played.result.registration.issuer, played.result.resource) == (ISSUER, URL)
        assert query(played.sign_ins[0].url)["resource"] == URL


def test_where_nobody_answers_nothing_is_said_of_the_server() -> None:
    silent = {f"GET {place}": Failed("It did not answer.") for place in (PRM, PRM_ROOT, OWN_META, OWN_OPENID)}
    assert isinstance(nothing(answers(OPEN, **silent)), Temporary)


def test_a_server_whose_list_is_out_of_order_is_logged_in_to_where_it_says_how() -> None:
    """Some answer 500 where they mean 401."""
    adapters, _ = steps_of(answers(BROKEN, OPEN))
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).check).verdict == "accepted"
    assert isinstance(nothing(answers(BROKEN, **NOTHING)), Temporary)


# --- a token makes a difference, or it is not tested


@pytest.mark.parametrize(
    ("without", "with_token", "verdict", "reason"),
    [
        (GUARDED, OPEN, "accepted", ""),
        (LIST_GUARDED, OPEN, "accepted", ""),
        (BROKEN, OPEN, "accepted", ""),
        ({"initialize": reply(None, 403), "server/discover": reply(None, 403)}, OPEN, "accepted", ""),
        ({name: Failed("It closed the connection.") for name in ("server/discover", "initialize")}, OPEN,
         "accepted", ""),
        (OPEN, OPEN, "open", UNTESTED),
        (OPEN, GUARDED, "refused", "The server refused the token."),
        (OPEN, LIST_GUARDED, "refused", "The server refused the token."),
        (GUARDED, GUARDED, "refused", "The server refused the token."),
    ],
)  # fmt: skip
def test_a_token_is_accepted_only_where_it_makes_a_difference(
    without: dict[str, Any], with_token: dict[str, Any], verdict: str, reason: str
) -> None:
    for known in (False, True):
        world = answers(without, with_token)
        before = play(probe(URL), answers(without)).result if known else None
        found = play(try_credential(URL, {"Authorization": Secret("Bearer t")}, without=before), world).result
        assert (found.verdict, found.reason) == (verdict, reason)
        if known:  # then nobody asks again
            assert all("Authorization" in request.headers for request in world.asked)


def test_the_same_requests_are_compared_but_for_the_credential() -> None:
    world = answers(OPEN, OPEN)
    others = {"X-Tenant": Secret("acme")}
    play(try_credential(URL, {"Authorization": Secret("Bearer t")}, others=others), world)
    greetings = [each for each in world.asked if each.json["method"] == "initialize"]
    assert [sorted(each.headers) for each in greetings] == [
        ["Accept", "Authorization", "X-Tenant"], ["Accept", "X-Tenant"],
    ]  # fmt: skip


def with_token(world: World) -> Any:
    adapters = build(world)
    adapters.credentials().save(stored_credential())
    return adapters


def test_a_check_never_calls_a_token_accepted_that_was_not_tested() -> None:
    found = check(with_token(answers(OPEN)), SERVER)
    assert (found.verdict, found.reason) == ("optional", UNTESTED)
    assert check(with_token(answers(GUARDED, OPEN)), SERVER).verdict == "accepted"


def test_a_check_without_a_token_looks_for_a_login() -> None:
    assert check(build(answers(OPEN)), SERVER).verdict == "optional"
    for there in (reply(None, 404), Failed("It did not answer."), reply({"resource": BASE + "/other"})):
        assert check(build(answers(OPEN, **{f"GET {PRM}": there})), SERVER).verdict == "open"
    assert check(build(answers(OPEN, **NOTHING, **OWN)), SERVER).verdict == "open"
    mine = SERVER._replace(client=ClientSettings(client_id="mine"))
    assert check(build(answers(OPEN, **NOTHING)), mine).verdict == "open"
    assert check(build(answers(OPEN, **NOTHING, **OWN)), mine).verdict == "optional"


def test_a_header_of_the_configuration_is_judged_by_the_same_rule() -> None:
    def configured(name: str) -> Server:
        return SERVER._replace(headers=(Header(name, "…", Secret("Bearer t")),))

    assert check(build(answers(OPEN, **NOTHING)), configured("Authorization"))[1:3] == ("open", UNTESTED)
    assert check(build(answers(GUARDED, OPEN)), configured("Authorization")).verdict == "accepted"
    # One that is no credential is neither accepted nor refused.
    assert check(build(answers(GUARDED)), configured("X-MCP-Toolsets")).verdict == "required"
    assert check(build(answers(OPEN, **NOTHING)), configured("X-MCP-Toolsets"))[1:3] == ("open", "")


def test_a_token_typed_in_is_stored_and_said_to_be_untested() -> None:
    adapters = build(answers(OPEN, **NOTHING))
    saved = set_token(adapters, SERVER, Typed({MAIN: Secret("t")}))
    assert saved.check and (saved.check.verdict, saved.check.reason) == ("open", UNTESTED)
    assert "could not be tested" in overview(adapters).rows[0].status.reason
    clear(adapters, SERVER)
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).check)[1:3] == ("open", "")


def test_a_token_that_an_open_server_refuses_is_not_stored() -> None:
    adapters = build(answers(OPEN, GUARDED))
    with pytest.raises(KeyrackError, match="refused the token"):
        set_token(adapters, SERVER, Typed({MAIN: Secret("t")}))
    with pytest.raises(KeyrackError, match="refuses the token"):
        login(adapters, SERVER)
    assert not adapters.credentials().records()


def test_a_program_that_is_refused_a_call_logs_in_and_no_more_is_claimed() -> None:
    """The challenge came from `tools/call`; a greeting proves nothing."""

    def server(request: httpx.Request) -> httpx.Response:
        if "Authorization" in request.headers:
            return httpx.Response(200)
        return httpx.Response(401, headers={"WWW-Authenticate": "Bearer"})

    adapters = build(answers(OPEN))
    auth = keyrack.Auth(URL, adapters=adapters, interactive=True)
    with httpx.Client(transport=httpx.MockTransport(server), auth=auth) as client:
        assert client.post(URL).status_code == 200
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).check)[1:3] == (
        "optional",
        UNTESTED,
    )


def test_a_challenge_in_hand_and_a_guarded_greeting_prove_a_token() -> None:
    """Though its list of tools is refused: an authorization server was changed just now."""
    adapters = build(answers(GUARDED, LIST_GUARDED))
    login(adapters, SERVER)
    assert some(some(adapters.credentials().record(CredentialKey.of(URL))).check).verdict == "accepted"


def test_a_record_of_an_anonymous_probe_spares_the_first_question() -> None:
    world = answers(GUARDED, OPEN)
    older = Probed("required", older=True)
    play(try_credential(URL, {"Authorization": Secret("Bearer t")}, without=older), world)
    assert [each.json["method"] for each in world.asked][:1] == ["initialize"]


def test_what_the_credential_found_of_the_wire_is_not_asked_again_without_it() -> None:
    world = answers(OPEN)
    play(try_credential(URL, {"Authorization": Secret("Bearer t")}), world)
    methods = [each.json["method"] for each in world.asked if each.json]
    assert (methods.count("server/discover"), methods.count("initialize")) == (1, 2)

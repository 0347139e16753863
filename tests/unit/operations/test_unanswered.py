"""After a sign-in that nobody came back from, the next login registers anew; nothing else changes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import keyrack
from keyrack.domain.errors import Cancelled, ClientRefused, KeyrackError, LoginNeeded
from keyrack.domain.model import Record
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import SignIn
from keyrack.operations.login.control import LoginControl
from keyrack.operations.login.login import LoginOptions, login
from keyrack.operations.tokens.refresh import refresh
from keyrack.store.records.naming import record_id
from keyrack.store.records.records import Stored, decode, encode
from support.canned import ISSUER, URL, World, query, reply, rpc, unauthorized
from support.workbench import SERVER, Listener, approve, build, grant

QUICK = LoginOptions(wait=0.01)


def guarded() -> World:
    return World(
        **{f"POST {URL}": lambda request: rpc() if "Authorization" in request.headers else unauthorized()}
    )


def with_client(world: World | None = None, **changes: Any) -> Any:
    """Parts with the credential of an earlier login."""
    parts = build(world or guarded(), **changes)
    parts.rack().save(grant())
    return parts


def answering(parts: Any, answer: Any = approve) -> Any:
    return parts._replace(listen=lambda port, host, path: Listener(answer, host))


def noted(parts: Any) -> str:
    return parts.rack().record(URL, "default").unanswered_client


def client_used(parts: Any) -> str:
    """Log in with a person who agrees; which client was it?"""
    urls: list[str] = []
    login(answering(parts)._replace(browse=lambda url: bool(urls.append(url)) or True), SERVER)
    return query(urls[-1])["client_id"]


def times_out(parts: Any) -> None:
    with pytest.raises(LoginNeeded, match="Nobody signed in") as caught:
        login(parts, SERVER, QUICK)
    assert "registers it again" in caught.value.hint


def is_cancelled(parts: Any) -> None:
    control = LoginControl()
    with pytest.raises(Cancelled) as caught:
        login(parts, SERVER, control=control, on_event=lambda e: isinstance(e, SignIn) and control.cancel())
    assert "registers it again" in caught.value.hint


@pytest.mark.parametrize("ends", [times_out, is_cancelled])
def test_the_next_login_registers_anew_and_the_one_after_that_does_not(ends: Any) -> None:
    parts = with_client(answer=None)
    ends(parts)
    assert client_used(parts) == "dyn-1"
    assert noted(parts) == "" and client_used(parts) == "dyn-1"
    assert len(parts.wire().to(ISSUER + "/register")) == 1


@pytest.mark.parametrize("ends", [times_out, is_cancelled])
def test_the_stored_credential_and_its_registration_stay(ends: Any) -> None:
    parts = with_client(answer=None)
    before = parts.rack().load(URL, "default")
    ends(parts)
    assert parts.rack().load(URL, "default") == before
    refresh(parts, SERVER)
    form = parts.wire().to(ISSUER + "/token")[-1].form
    assert form["client_id"] == "dyn-0" and form["refresh_token"] == Secret("rt-0")
    assert noted(parts) == "dyn-0"  # that the issuer still refreshes tells nothing of its sign-in page


def test_it_is_noted_before_the_browser_opens_so_that_a_kill_changes_nothing() -> None:
    seen: list[str] = []
    parts = with_client(answer=None)
    parts = parts._replace(browse=lambda url: bool(seen.append(noted(parts))) or True)
    times_out(parts)
    assert seen == ["dyn-0"]


@pytest.mark.parametrize(
    "answer",
    [{"error": "access_denied"}, {"error": "server_error"}, {"code": "c", "iss": "https://evil.example"}],
    ids=["denied", "error", "mix-up"],
)
def test_a_page_that_did_answer_knows_the_client(answer: dict[str, str]) -> None:
    parts = with_client()
    answers = {key: Secret(value) for key, value in answer.items()}
    with pytest.raises(KeyrackError) as caught:
        login(answering(parts, lambda state: {**answers, "state": state}), SERVER)
    assert "anew" not in caught.value.hint
    assert noted(parts) == "" and client_used(parts) == "dyn-0"


def test_a_client_that_is_refused_when_the_code_is_exchanged_is_registered_anew() -> None:
    world = guarded()
    token = world.routes[f"POST {ISSUER}/token"]
    world.routes[f"POST {ISSUER}/token"] = reply({"error": "invalid_client"}, 401)
    parts = with_client(world)
    with pytest.raises(ClientRefused):
        login(parts, SERVER)
    world.routes[f"POST {ISSUER}/token"] = token
    assert client_used(parts) == "dyn-1"


def test_a_client_registered_in_this_very_login_is_not_noted() -> None:
    parts = build(guarded(), answer=None)
    with pytest.raises(LoginNeeded) as caught:
        login(parts, SERVER, QUICK)
    assert parts.rack().record(URL, "default") is None and "anew" not in caught.value.hint


def test_a_note_about_another_client_does_not_count() -> None:
    parts = with_client()
    parts.rack().note(URL, "default", unanswered_client="another")
    assert client_used(parts) == "dyn-0"


def test_auth_that_may_log_in_registers_anew_too() -> None:
    parts = with_client(answer=None)
    times_out(parts)
    urls: list[str] = []
    parts = answering(parts)._replace(browse=lambda url: bool(urls.append(url)) or True)

    def server(request: httpx.Request) -> httpx.Response:
        good = request.headers.get("Authorization") == "Bearer at-1"
        return httpx.Response(200 if good and urls else 401, headers={"WWW-Authenticate": "Bearer"})

    auth = keyrack.Auth(URL, parts=parts, interactive=True)
    with httpx.Client(transport=httpx.MockTransport(server), auth=auth) as client:
        assert client.get(URL).status_code == 200
    assert query(urls[0])["client_id"] == "dyn-1"


# The person asks for it while the login waits


def test_the_wait_goes_on_with_a_new_registration() -> None:
    control, urls = LoginControl(), []
    listeners: list[Listener] = []

    def listen(port: Any, host: str, path: str) -> Listener:
        listeners.append(Listener(approve if listeners else None, host))
        return listeners[-1]

    def browse(url: str) -> bool:
        urls.append(url)
        return control.register_anew() if len(urls) == 1 else True

    parts = with_client()._replace(listen=listen, browse=browse)
    assert login(parts, SERVER, control=control).client_id == "dyn-1"
    assert [query(url)["client_id"] for url in urls] == ["dyn-0", "dyn-1"]
    assert listeners[0].closed.is_set() and noted(parts) == ""


def test_localhost_is_taken_on_the_person_s_word() -> None:
    control, urls = LoginControl(), []

    def browse(url: str) -> bool:
        urls.append(url)
        return control.use_localhost() if len(urls) == 1 else True

    world = guarded()
    world.routes[f"POST {ISSUER}/register"] = lambda request: reply(
        {"client_id": "dyn-1", "redirect_uris": request.json["redirect_uris"]}, 201
    )
    waits: list[Any] = [None, approve]
    parts = build(world, browse=browse)._replace(listen=lambda port, host, path: Listener(waits.pop(0), host))
    login(parts, SERVER, control=control)
    hosts = [query(url)["redirect_uri"].split(":")[1] for url in urls]
    assert hosts == ["//127.0.0.1", "//localhost"]


def test_the_next_login_begins_with_the_host_that_the_issuer_took() -> None:
    def register(request: Any) -> Any:
        asked = request.json["redirect_uris"]
        if "localhost" not in asked[0]:
            return reply({"error": "invalid_redirect_uri"}, 400)
        return reply({"client_id": "dyn-1", "redirect_uris": asked}, 201)

    world = guarded()
    world.routes[f"POST {ISSUER}/register"] = register
    parts = build(world)
    login(parts, SERVER)
    login(parts, SERVER)
    assert len(world.to(ISSUER + "/register")) == 2  # both of the first login
    times_out(answering(parts, None))
    login(parts, SERVER)
    assert len(world.to(ISSUER + "/register")) == 3  # 127.0.0.1 was not tried again


def test_what_is_not_offered_is_not_done() -> None:
    control, answers = LoginControl(), []

    def browse(url: str) -> bool:
        answers.append((control.register_anew(), control.use_localhost()))
        return True

    assert not control.register_anew() and not control.use_localhost()
    parts = build(guarded(), browse=browse)
    parts = parts._replace(listen=lambda port, host, path: Listener(None, "localhost"))
    server = SERVER._replace(client=SERVER.client._replace(client_id="mine", redirect_host="localhost"))
    with pytest.raises(LoginNeeded):
        login(parts, server, QUICK, control=control)
    assert answers == [(False, False)]
    assert not control.register_anew() and not control.use_localhost()


# The record


def test_the_note_is_in_the_record_and_records_without_it_are_read() -> None:
    record = Record(URL, credential=grant().credential, unanswered_client="dyn-0")
    ident = record_id(URL, "default")
    text = encode(Stored(record))
    assert decode(text, ident).record == record
    older = text.replace(b', "unanswered_client": "dyn-0"', b"")
    assert older != text and decode(older, ident).record == record._replace(unanswered_client="")

"""After a sign-in without a response, the next login registers again; nothing else changes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

import keyrack
from keyrack.domain.errors import Cancelled, ClientRefused, KeyrackError, LoginNeeded
from keyrack.domain.model import CredentialKey, Record
from keyrack.domain.secret import Secret
from keyrack.oauth.effects import SignIn
from keyrack.operations.login.control import LoginControl
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.tokens.refresh import refresh
from keyrack.store.records.naming import record_id
from keyrack.store.records.records import StoredRecord, decode, encode
from support.canned import ISSUER, URL, World, query, reply, rpc, unauthorized
from support.workbench import SERVER, Listener, approve, build, stored_credential

QUICK = LoginOptions(wait=0.01)


def guarded() -> World:
    return World(
        **{f"POST {URL}": lambda request: rpc() if "Authorization" in request.headers else unauthorized()}
    )


def with_client(world: World | None = None, **changes: Any) -> Any:
    """Parts with the credential of an earlier login."""
    adapters = build(world or guarded(), **changes)
    adapters.credentials().save(stored_credential())
    return adapters


def answering(adapters: Any, answer: Any = approve) -> Any:
    return adapters._replace(listen=lambda port, host, path: Listener(answer, host))


def noted(adapters: Any) -> str:
    return adapters.credentials().record(CredentialKey.of(URL)).unanswered_client


def client_used(adapters: Any) -> str:
    """Log in with a person who agrees; which client was it?"""
    urls: list[str] = []
    login(answering(adapters)._replace(browse=lambda url: bool(urls.append(url)) or True), SERVER)
    return query(urls[-1])["client_id"]


def times_out(adapters: Any) -> None:
    with pytest.raises(LoginNeeded, match="Nobody signed in") as caught:
        login(adapters, SERVER, QUICK)
    assert "registers it again" in caught.value.hint


def is_cancelled(adapters: Any) -> None:
    control = LoginControl()
    with pytest.raises(Cancelled) as caught:
        login(
            adapters, SERVER, control=control, on_event=lambda e: isinstance(e, SignIn) and control.cancel()
        )
    assert "registers it again" in caught.value.hint


@pytest.mark.parametrize("ends", [times_out, is_cancelled])
def test_the_next_login_registers_anew_and_the_one_after_that_does_not(ends: Any) -> None:
    adapters = with_client(answer=None)
    ends(adapters)
    assert client_used(adapters) == "dyn-1"
    assert noted(adapters) == "" and client_used(adapters) == "dyn-1"
    assert len(adapters.http_client().to(ISSUER + "/register")) == 1


@pytest.mark.parametrize("ends", [times_out, is_cancelled])
def test_the_stored_credential_and_its_registration_stay(ends: Any) -> None:
    adapters = with_client(answer=None)
    before = adapters.credentials().load(CredentialKey.of(URL))
    ends(adapters)
    assert adapters.credentials().load(CredentialKey.of(URL)) == before
    refresh(adapters, SERVER)
    form = adapters.http_client().to(ISSUER + "/token")[-1].form
    assert form["client_id"] == "dyn-0" and form["refresh_token"] == Secret("rt-0")
    assert noted(adapters) == "dyn-0"  # that the issuer still refreshes tells nothing of its sign-in page


def test_it_is_noted_before_the_browser_opens_so_that_a_kill_changes_nothing() -> None:
    seen: list[str] = []
    adapters = with_client(answer=None)
    adapters = adapters._replace(browse=lambda url: bool(seen.append(noted(adapters))) or True)
    times_out(adapters)
    assert seen == ["dyn-0"]


@pytest.mark.parametrize(
    "answer",
    [{"error": "access_denied"}, {"error": "server_error"}, {"code": "c", "iss": "https://evil.example"}],
    ids=["denied", "error", "mix-up"],
)
def test_a_page_that_did_answer_knows_the_client(answer: dict[str, str]) -> None:
    adapters = with_client()
    answers = {key: Secret(value) for key, value in answer.items()}
    with pytest.raises(KeyrackError) as caught:
        login(answering(adapters, lambda state: {**answers, "state": state}), SERVER)
    assert "anew" not in caught.value.hint
    assert noted(adapters) == "" and client_used(adapters) == "dyn-0"


def test_a_client_that_is_refused_when_the_code_is_exchanged_is_registered_anew() -> None:
    world = guarded()
    token = world.routes[f"POST {ISSUER}/token"]
    world.routes[f"POST {ISSUER}/token"] = reply({"error": "invalid_client"}, 401)
    adapters = with_client(world)
    with pytest.raises(ClientRefused):
        login(adapters, SERVER)
    world.routes[f"POST {ISSUER}/token"] = token
    assert client_used(adapters) == "dyn-1"


def test_a_client_registered_in_this_very_login_is_not_noted() -> None:
    adapters = build(guarded(), answer=None)
    with pytest.raises(LoginNeeded) as caught:
        login(adapters, SERVER, QUICK)
    assert adapters.credentials().record(CredentialKey.of(URL)) is None and "anew" not in caught.value.hint


def test_a_note_about_another_client_does_not_count() -> None:
    adapters = with_client()
    adapters.credentials().note(CredentialKey.of(URL), unanswered_client="another")
    assert client_used(adapters) == "dyn-0"


def test_auth_that_may_log_in_registers_anew_too() -> None:
    adapters = with_client(answer=None)
    times_out(adapters)
    urls: list[str] = []
    adapters = answering(adapters)._replace(browse=lambda url: bool(urls.append(url)) or True)

    def server(request: httpx.Request) -> httpx.Response:
        good = request.headers.get("Authorization") == "Bearer at-1"
        return httpx.Response(200 if good and urls else 401, headers={"WWW-Authenticate": "Bearer"})

    auth = keyrack.Auth(URL, adapters=adapters, interactive=True)
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
        return control.register_again() if len(urls) == 1 else True

    adapters = with_client()._replace(listen=listen, browse=browse)
    assert login(adapters, SERVER, control=control).client_id == "dyn-1"
    assert [query(url)["client_id"] for url in urls] == ["dyn-0", "dyn-1"]
    assert listeners[0].closed.is_set() and noted(adapters) == ""


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
    adapters = build(world, browse=browse)._replace(
        listen=lambda port, host, path: Listener(waits.pop(0), host)
    )
    login(adapters, SERVER, control=control)
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
    adapters = build(world)
    login(adapters, SERVER)
    login(adapters, SERVER)
    assert len(world.to(ISSUER + "/register")) == 2  # both of the first login
    times_out(answering(adapters, None))
    login(adapters, SERVER)
    assert len(world.to(ISSUER + "/register")) == 3  # 127.0.0.1 was not tried again


def test_what_is_not_offered_is_not_done() -> None:
    control, answers = LoginControl(), []

    def browse(url: str) -> bool:
        answers.append((control.register_again(), control.use_localhost()))
        return True

    assert not control.register_again() and not control.use_localhost()
    adapters = build(guarded(), browse=browse)
    adapters = adapters._replace(listen=lambda port, host, path: Listener(None, "localhost"))
    server = SERVER._replace(client=SERVER.client._replace(client_id="mine", redirect_host="localhost"))
    with pytest.raises(LoginNeeded):
        login(adapters, server, QUICK, control=control)
    assert answers == [(False, False)]
    assert not control.register_again() and not control.use_localhost()


# The record


def test_the_note_is_in_the_record_and_records_without_it_are_read() -> None:
    record = Record(URL, credential=stored_credential().credential, unanswered_client="dyn-0")
    ident = record_id(CredentialKey.of(URL))
    text = encode(StoredRecord(record))
    assert decode(text, ident).record == record
    older = text.replace(b', "unanswered_client": "dyn-0"', b"")
    assert older != text and decode(older, ident).record == record._replace(unanswered_client="")

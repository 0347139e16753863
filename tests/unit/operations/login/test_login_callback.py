"""A redirect URI that was given once is used again at the next login."""

from __future__ import annotations

from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings, CredentialKey
from keyrack.oauth.http import Request, Response
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from support.canned import ISSUER, URL, World, metadata, query, reply, rpc, unauthorized
from support.workbench import NOW, SERVER, Listener, approve, build

OWN = LoginOptions(client_id="my-app", callback_port=9111, redirect_host="localhost", callback_path="/cb")


def guarded(request: Request) -> Response:
    return rpc() if request.headers.get("Authorization") else unauthorized()


class Desk:
    """Logs in, and tells what was listened at."""

    def __init__(self, **routes: Any) -> None:
        self.world = World(**{f"POST {URL}": guarded, **routes})
        self.asked: list[tuple[Any, ...]] = []
        self.pages: list[dict[str, str]] = []
        self.adapters: Adapters = build(self.world)._replace(listen=self._listen, browse=self._browse)

    def _listen(self, *place: Any) -> Listener:
        self.asked.append(place)
        listener = Listener(approve)
        listener.redirect_uri = f"http://{place[1]}:{place[0] or 8085}{place[2]}"
        return listener

    def _browse(self, url: str) -> bool:
        self.pages.append(query(url))
        return True

    def login(self, options: LoginOptions = LoginOptions(), client: ClientSettings = ClientSettings()) -> Any:
        login(self.adapters, SERVER._replace(client=client), options)
        return self.asked[-1]


@pytest.fixture
def desk() -> Desk:
    return Desk(**{f"POST {ISSUER}/register": lambda request: reply({"client_id": "dyn-1"}, 201)})


def test_a_client_s_port_host_and_path_are_used_again(desk: Desk) -> None:
    assert desk.login(OWN) == (9111, "localhost", "/cb")
    assert desk.login() == (9111, "localhost", "/cb")
    assert desk.login(LoginOptions(client_id="my-app")) == (9111, "localhost", "/cb")
    assert [page["redirect_uri"] for page in desk.pages] == ["http://localhost:9111/cb"] * 3
    assert {page["client_id"] for page in desk.pages} == {"my-app"}


def test_what_was_not_given_is_not_kept(desk: Desk) -> None:
    desk.login(LoginOptions(client_id="my-app", redirect_host="localhost"))
    assert desk.login() == (None, "localhost", "/callback")


def test_what_is_given_anew_counts_and_is_kept_in_its_place(desk: Desk) -> None:
    desk.login(OWN)
    assert desk.login(LoginOptions(callback_port=9222)) == (9222, "localhost", "/cb")
    assert desk.login() == (9222, "localhost", "/cb")


def test_the_configuration_counts_before_what_was_kept(desk: Desk) -> None:
    desk.login(OWN)
    settings = ClientSettings(client_id="my-app", callback_port=9333)
    assert desk.login(client=settings) == (9333, "localhost", "/cb")


@pytest.mark.parametrize("place", ["options", "configuration"])
def test_another_client_has_another_callback(desk: Desk, place: str) -> None:
    desk.login(OWN)
    if place == "options":
        found = desk.login(LoginOptions(client_id="other"))
    else:
        found = desk.login(client=ClientSettings(client_id="other"))
    assert found == (None, "127.0.0.1", "/callback")


def test_a_login_that_failed_keeps_nothing(desk: Desk) -> None:
    desk.login(LoginOptions(client_id="my-app", callback_port=9111))
    desk.world.routes[f"POST {ISSUER}/token"] = reply({"error": "invalid_grant"}, 400)
    with pytest.raises(KeyrackError):
        desk.login(LoginOptions(callback_port=9222))
    desk.world.routes[f"POST {ISSUER}/token"] = reply({"access_token": "at-2"})
    assert desk.login() == (9111, "127.0.0.1", "/callback")


def test_a_dynamic_client_is_found_again_at_the_port_that_was_given(desk: Desk) -> None:
    desk.login(LoginOptions(callback_port=9111))
    desk.login()
    assert [page["redirect_uri"] for page in desk.pages] == ["http://127.0.0.1:9111/callback"] * 2
    assert len(desk.world.to(f"{ISSUER}/register")) == 1


def test_where_the_issuer_may_have_forgotten_a_dynamic_client_the_port_is_kept_all_the_same(
    desk: Desk,
) -> None:
    desk.login(LoginOptions(callback_port=9111))
    desk.adapters.credentials().note(CredentialKey.of(URL), refusal=(NOW, "No."))
    assert desk.login() == (9111, "127.0.0.1", "/callback")
    assert len(desk.world.to(f"{ISSUER}/register")) == 2


def test_it_lies_in_the_keychain_with_the_registration(desk: Desk) -> None:
    desk.world.routes[f"GET {ISSUER}/.well-known/oauth-authorization-server"] = reply(
        metadata(registration_endpoint=None)
    )
    desk.login(OWN)
    stored_credential = desk.adapters.credentials().load(CredentialKey.of(URL))
    assert stored_credential is not None and stored_credential.registration is not None
    kept = stored_credential.registration
    assert (kept.callback_port, kept.redirect_host, kept.callback_path) == (9111, "localhost", "/cb")

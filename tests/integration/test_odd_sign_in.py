"""Whole logins over real sockets, with an unusual sign-in page or registration."""

from __future__ import annotations

import base64
import json
import re
import socket
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from keyrack.domain.errors import ClientNeeded, LoginNeeded, Temporary
from keyrack.domain.model import CredentialInfo, CredentialKey, Server, Source
from keyrack.oauth.effects import SignIn, Step
from keyrack.operations.login.control import LoginControl
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.refresh import refresh
from support.odd_server import META, Answer, Asked, OddServer, odd_server
from support.signing_in import sign_in

PAGE = Answer(400, b"<h1>Unknown client</h1>", {"Content-Type": "text/html"})
FIRST, BRIEF = LoginOptions(wait=20), LoginOptions(wait=1)


def named(server: OddServer) -> Server:
    return Server("odd", server.url, sources=(Source("keyrack", "config.toml", "odd"),))


def log_in(world: Adapters, server: OddServer, options: LoginOptions = FIRST, **more: Any) -> CredentialInfo:
    """A login; the token must be one that the server takes."""
    credential = login(world, named(server), options, **more)
    stored_credential = world.credentials().load(CredentialKey.of(server.url))
    assert stored_credential and stored_credential.tokens.access_token.reveal() in server.tokens
    return credential


class Registry:
    """Registers clients, and shows a page to those that it does not know."""

    def __init__(self, server: OddServer, takes: Callable[[str], bool] = lambda uri: True) -> None:
        self.server, self.takes = server, takes
        self.clients: dict[str, list[str]] = {}
        self.count = 0
        server.routes |= {"POST /register": self.register, "GET /authorize": self.authorize}
        server.routes["POST /token"] = self.token

    def register(self, asked: Asked) -> Answer:
        wanted = json.loads(asked.body)
        if not all(map(self.takes, wanted["redirect_uris"])):
            return Answer(400, {"error": "invalid_redirect_uri"})
        self.count += 1
        self.clients[f"c-{self.count}"] = wanted["redirect_uris"]
        return Answer(201, {**wanted, "client_id": f"c-{self.count}"})

    def authorize(self, asked: Asked) -> Answer:
        known = asked.query["redirect_uri"] in self.clients.get(asked.query["client_id"], ())
        return self.server.authorize(asked) if known else PAGE

    def token(self, asked: Asked) -> Answer:
        answer = self.server.token(asked)
        return answer._replace(body={**answer.body, "refresh_token": "rt"})


def test_after_a_page_that_did_not_know_the_client_the_next_login_registers_anew(world: Adapters) -> None:
    with odd_server() as server:
        registry = Registry(server)
        log_in(world, server)
        registry.clients.clear()
        with pytest.raises(LoginNeeded) as caught:
            log_in(world, server, BRIEF)
        assert "registers it again" in caught.value.hint
        refresh(world, named(server))  # the credential of the first login is as good as before
        assert log_in(world, server).client_id == "c-2"


def test_while_the_login_waits_the_client_is_registered_anew_on_demand(world: Adapters) -> None:
    with odd_server() as server:
        registry = Registry(server)
        log_in(world, server)
        registry.clients.clear()
        control, waits = LoginControl(), []

        def browse(url: str) -> bool:
            sign_in(url)
            waits.append(url)
            return control.register_again() or True

        credential = log_in(world._replace(browse=browse), server, control=control)
        assert credential.client_id == "c-2" and len(waits) == 2


def test_a_registration_that_takes_localhost_alone_gets_it_and_the_browser_comes_back(
    world: Adapters,
) -> None:
    with odd_server() as server:
        Registry(server, lambda uri: urlsplit(uri).hostname == "localhost")
        log_in(world, server)
        log_in(world, server)
        asked = [json.loads(each.body)["redirect_uris"][0] for each in server.to("/register")]
        assert [urlsplit(uri).hostname for uri in asked] == ["127.0.0.1", "localhost"]


def test_a_registration_that_takes_neither_ends_the_login(world: Adapters) -> None:
    with odd_server() as server:
        Registry(server, lambda uri: False)
        with pytest.raises(ClientNeeded):
            log_in(world, server)
        assert len(server.to("/register")) == 2 and not world.credentials().records()


def test_a_page_that_takes_localhost_alone_gets_it_on_demand_by_ipv6_too(world: Adapters) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with odd_server() as server:
        registry = Registry(server)
        control = LoginControl()

        def authorize(asked: Asked) -> Answer:
            uri = asked.query["redirect_uri"]
            if "localhost" not in uri:
                return PAGE
            answer = registry.authorize(asked)
            place = answer.headers["Location"].replace("localhost", "[::1]", 1)  # a browser's choice
            return answer._replace(headers={"Location": place})

        def browse(url: str) -> bool:
            sign_in(url)
            return control.use_localhost() or True

        server.routes["GET /authorize"] = authorize
        log_in(world._replace(browse=browse), server, control=control)
        hosts = [urlsplit(each.query["redirect_uri"]).hostname for each in server.to("/authorize")]
        assert hosts == ["127.0.0.1", "localhost"]


def test_a_refusal_without_a_state_is_told_and_the_login_goes_on(world: Adapters) -> None:
    with odd_server() as server:
        told: list[Any] = []

        def authorize(asked: Asked) -> Answer:
            if len(server.to("/authorize")) > 1:
                return server.authorize(asked)
            refusal = urlencode({"error": "invalid_scope", "error_description": "No such scope"})
            return Answer(302, headers={"Location": f"{asked.query['redirect_uri']}?{refusal}"})

        def browse(url: str) -> bool:
            assert "Return to the terminal" in sign_in(url)
            sign_in(url)
            return True

        server.routes["GET /authorize"] = authorize
        log_in(world._replace(browse=browse), server, on_event=told.append)
        [stray] = [event for event in told if isinstance(event, Step) and event.key == "stray"]
        assert "invalid_scope: No such scope" in stray.detail
        assert len([event for event in told if isinstance(event, SignIn)]) == 1


@pytest.mark.parametrize("methods", [["client_secret_post", "client_secret_basic"],
                                     ["client_secret_basic", "client_secret_post"],
                                     ["none", "client_secret_post", "client_secret_basic"]])  # fmt: skip
def test_a_silent_registration_s_secret_goes_in_the_first_way_of_the_issuer_s_list(
    world: Adapters, methods: list[str]
) -> None:
    """The server takes a secret in that one way."""
    way = next(method for method in methods if method != "none")
    with odd_server() as server:
        server.routes[f"GET {META}"] = lambda _: Answer(
            body=server.metadata(token_endpoint_auth_methods_supported=methods)
        )
        server.routes["POST /register"] = Answer(201, {"client_id": "c-1", "client_secret": "a-secret"})

        def token(asked: Asked) -> Answer:
            form = {key: value for key, [value] in parse_qs(asked.body.decode()).items()}
            basic = "Basic " + base64.b64encode(b"c-1:a-secret").decode()
            ways = {
                "client_secret_post": form.get("client_secret") == "a-secret",
                "client_secret_basic": asked.headers.get("authorization") == basic,
            }
            used = [name for name, good in ways.items() if good]
            return server.token(asked) if used == [way] else Answer(401, {"error": "invalid_client"})

        server.routes["POST /token"] = token
        log_in(world, server)


@pytest.mark.parametrize("place", ["POST /mcp", "POST /register", "POST /token"])
def test_whoever_asks_to_wait_is_heard(place: str, world: Adapters) -> None:
    later = formatdate(time.time() + 47, usegmt=True)
    with odd_server() as server:
        for header in ("47", later):
            server.routes[place] = Answer(429, headers={"Retry-After": header})
            with pytest.raises(Temporary) as caught:
                log_in(world, server)
            # A date is told by the server's own clock, of whole seconds.
            assert re.search(r"\b4[5-8] s\b", f"{caught.value} {caught.value.hint}")
            server.tokens.clear()
        assert not world.credentials().records()

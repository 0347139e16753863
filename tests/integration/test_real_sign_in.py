"""What can happen between the browser and keyrack during a sign-in at a real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from keyrack.domain.secret import Secret
from keyrack.oauth.effects import Step
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from keyrack.store.credential_store import memory_credential_store
from keyrack.wiring import adapters
from support import authserver
from support.authserver import AuthServer
from support.signing_in import Person, sign_in, walk


@pytest.fixture(scope="module")
def par_server() -> Iterator[AuthServer]:
    """An authorization server that takes pushed requests only (RFC 9126)."""
    with authserver.oidc(par=True) as server:
        yield server


def query(url: str) -> dict[str, str]:
    """Each parameter of an address once."""
    return {key: value for key, [value] in parse_qs(urlsplit(url).query).items()}


def get(url: str, **parameters: str) -> httpx.Response:
    return httpx.get(url, params=parameters or None, trust_env=False)


@pytest.mark.parametrize("forgery", ["another state", "no state"])
def test_a_forged_callback_does_not_end_the_wait_and_the_real_one_does(
    authority: AuthServer, forgery: str
) -> None:
    answers: list[httpx.Response] = []

    def attacked(url: str) -> None:
        state = {"state": "forged"} if forgery == "another state" else {}
        answers.append(get(query(url)["redirect_uri"], code="forged", iss=authority.issuer, **state))
        sign_in(url)

    person = Person(attacked)
    world = adapters(credentials=memory_credential_store(time.time), browse=person)
    login(world, authority.server)
    person.leave()

    assert [answer.status_code for answer in answers] == [400]
    assert authority.accepts(get_token(world, authority.server).token.reveal())


def test_a_second_callback_is_turned_away_and_the_first_one_counts(authority: AuthServer) -> None:
    """The code is exchanged once: used twice, it would end the grant (RFC 6749, section 4.1.2)."""
    statuses: list[int] = []
    both_came = threading.Event()

    def impatient(url: str) -> None:
        page = walk(url)
        statuses.extend([page.status_code, get(str(page.url)).status_code])
        both_came.set()

    def wait_for_both(event: Any) -> None:
        if isinstance(event, Step) and (event.key, event.state) == ("exchange", "running"):
            assert both_came.wait(20)

    person = Person(impatient)
    world = adapters(credentials=memory_credential_store(time.time), browse=person)
    login(world, authority.server, on_event=wait_for_both)
    person.leave()

    assert statuses == [200, 400]
    assert authority.accepts(get_token(world, authority.server).token.reveal())


@pytest.mark.parametrize(
    "options",
    [
        LoginOptions(),
        LoginOptions(client_id="by-hand-basic", client_secret=Secret("basic: +/%&=")),
    ],
    ids=["dynamic client", "client with a secret"],
)
def test_where_requests_must_be_pushed_the_browser_carries_a_reference_only(
    par_server: AuthServer, world: Adapters, person: Person, options: LoginOptions
) -> None:
    credential = login(world, par_server.server, options)

    [url] = person.urls
    assert query(url).keys() == {"client_id", "request_uri"}
    assert query(url)["client_id"] == credential.client_id
    refresh(world, par_server.server)
    assert par_server.accepts(get_token(world, par_server.server).token.reveal())

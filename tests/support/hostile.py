"""A login against hostile servers: the real HTTP client's rules and canned replies, all recorded."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialInfo, CredentialKey, StoredCredential
from keyrack.domain.resource import inert
from keyrack.domain.secret import Secret
from keyrack.net import http_client as http_client
from keyrack.net.exchange import Route
from keyrack.net.limits import Limits
from keyrack.oauth.effects import SignIn, Step
from keyrack.oauth.http import Failed, Request, Response
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from support.canned import URL, World, rpc, unauthorized
from support.workbench import SERVER, approve, build

PUBLIC = "93.184.215.14"
# What acts on a terminal, turns the reading direction, or is markup for the screen.
NASTY = "[@click=app.quit]x[/] [b\x1b[35m\x9b2J\x1b]0;t\x07\u202eevil\u2066\u200b\r\n\t$text-error"
SHOWN = "[@click=app.quit]x[/] [b[35m2J]0;tevil"  # how that begins where it is shown


def protected(request: Request) -> Response:
    """The server that is logged in to: it takes every token."""
    return rpc({"tools": []}) if "Authorization" in request.headers else unauthorized()


class Net(World):
    """A canned world behind the real wire: what its rules let through gets the canned reply.

    `names` says which addresses a name has; others have a public one. Nothing is sent.
    """

    def __init__(
        self, names: Mapping[str, str] | None = None, inside: bool = False, /, **routes: Any
    ) -> None:
        super().__init__(**{f"POST {URL}": protected, **routes})
        self.names = names or {}
        self.inside = inside  # the server that is logged in to lies in a private network
        self.dialled: list[str] = []  # the addresses that would have been connected to
        self._http_client = http_client.HttpxClient(Limits(), self._resolve)

    def send(self, request: Request, *, server_url: str = URL) -> Response | Failed:
        return self._http_client.send(request, server_url=server_url)

    def exchange(self, request: Request, ready: Any, route: Route, *_: Any) -> Response | Failed:
        assert route.address is not None
        self.dialled.append(route.address)
        return super().send(request)

    def _resolve(self, host: str, port: Any, **_: Any) -> list[Any]:
        if not re.fullmatch(r"[a-z0-9._-]+", host):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        found = self.names.get(host, PUBLIC).split()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in found]


class Attempt:
    """What one login did."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.events: list[Any] = []
        self.opened: list[str] = []
        self.error: KeyrackError | None = None
        self.credential: CredentialInfo | None = None
        self.stored_credential: StoredCredential | None = None

    @property
    def failed(self) -> Step | None:
        steps = [event for event in self.events if isinstance(event, Step)]
        return steps[-1] if steps and steps[-1].state == "failed" else None

    def asked(self) -> set[str]:
        return {request.url for request in self.world.asked}


@pytest.fixture
def no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process may be started."""
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("a program was started"))


def attempt(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    *,
    answer: Callable[[Secret], dict[str, Secret]] = approve,
    options: LoginOptions = LoginOptions(wait=1.0),
    server: Any = SERVER,
) -> Attempt:
    """Log in; a KeyrackError is part of what came of it, anything else goes through."""
    made = Attempt(world)
    if isinstance(world, Net):
        monkeypatch.setattr(http_client, "exchange", world.exchange)
        monkeypatch.setattr(http_client, "trust", lambda *_: True)

    def browse(url: str) -> bool:
        made.opened.append(url)
        return True

    adapters = build(world, answer=answer, browse=browse)
    try:
        made.credential = login(adapters, server, options, on_event=made.events.append)
    except KeyrackError as error:
        made.error = error
    made.stored_credential = adapters.credentials().load(CredentialKey.of(URL))
    _check(made)
    return made


def _check(made: Attempt) -> None:
    """What holds for every login, however it ended."""
    if isinstance(made.world, Net) and not made.world.inside:
        assert set(made.world.dialled) <= {PUBLIC}
    for url in made.opened:
        assert url.startswith("https://") and inert(url) == url, url
        assert any(isinstance(event, SignIn) and event.url == url for event in made.events)
    if made.error is None:
        assert made.stored_credential is not None and made.stored_credential.credential == made.credential
        return
    assert made.stored_credential is None, "something was stored"
    sentence = str(made.error)
    assert sentence.endswith((".", "!")) and not sentence.endswith(".."), sentence
    assert len(sentence) < 1000
    if made.failed is not None:
        assert made.failed.detail == sentence

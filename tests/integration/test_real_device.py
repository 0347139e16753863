"""The device authorization grant (RFC 8628) at a real authorization server, in parallel with the browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialKey, Server
from keyrack.oauth.effects import ShowCode, Step
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from keyrack.store.credential_store import memory_credential_store
from keyrack.wiring import adapters
from support import authserver
from support.authserver import AuthServer
from support.signing_in import Person, sign_in

PATIENCE = 20.0  # seconds: more than any of this takes
BY_CODE = LoginOptions(device=True, open_browser=False, wait=PATIENCE)
BOTH_WAYS = LoginOptions(device=True, wait=PATIENCE)


@pytest.fixture(scope="module")
def device_server() -> Iterator[AuthServer]:
    """An authorization server that gives codes for other devices."""
    with authserver.oidc(device_seconds=600) as server:
        yield server


@pytest.fixture(scope="module")
def hasty_server() -> Iterator[AuthServer]:
    """The same, with codes that have run out when keyrack asks for the first time."""
    with authserver.oidc(device_seconds=1) as server:
        yield server


class Watcher:
    """`on_event` of a login: remembers its steps, and lets somebody act when a code is shown."""

    def __init__(self, act: Callable[[ShowCode], object] = lambda code: None) -> None:
        self.someone = Person(lambda _: act(self.codes[-1]))
        self.codes: list[ShowCode] = []
        self.steps: list[Step] = []
        self.shown, self.no_code = threading.Event(), threading.Event()

    def __call__(self, event: Any) -> None:
        if isinstance(event, ShowCode):
            self.codes.append(event)
            self.shown.set()
            self.someone(event.verification_uri)
        elif isinstance(event, Step):
            self.steps.append(event)
            if (event.key, event.state) == ("device", "failed"):
                self.no_code.set()

    @property
    def done(self) -> list[str]:
        """The keys of the steps that were done, in order."""
        return [step.key for step in self.steps if step.state == "done"]


def type_code(code: ShowCode) -> None:
    sign_in(code.verification_uri, code=code.user_code)


def follow_address(code: ShowCode) -> None:
    assert code.verification_uri_complete is not None
    sign_in(code.verification_uri_complete)


def refuse(code: ShowCode) -> None:
    sign_in(code.verification_uri, code=code.user_code, deny=True)


def log_in(world: Adapters, server: Server, options: LoginOptions, watcher: Watcher) -> None:
    """Log in and wait until everybody has gone."""
    try:
        login(world, server, options, on_event=watcher)
    finally:
        watcher.someone.leave()


@pytest.mark.parametrize("act", [type_code, follow_address])
def test_a_code_on_another_device_logs_in_and_the_login_is_refreshable(
    device_server: AuthServer, world: Adapters, act: Callable[[ShowCode], object]
) -> None:
    watcher = Watcher(act)
    log_in(world, device_server.server, BY_CODE, watcher)

    before = get_token(world, device_server.server).token
    assert device_server.accepts(before.reveal())
    assert "exchange" not in watcher.done  # there was no code from a browser
    assert refresh(world, device_server.server).refreshable
    after = get_token(world, device_server.server).token
    assert after != before and device_server.accepts(after.reveal())


def test_where_no_browser_opens_a_code_is_shown_unasked(device_server: AuthServer) -> None:
    world = adapters(credentials=memory_credential_store(time.time), browse=lambda url: False)
    log_in(world, device_server.server, LoginOptions(wait=PATIENCE), Watcher(type_code))

    assert device_server.accepts(get_token(world, device_server.server).token.reveal())


def test_a_no_on_another_device_ends_the_login_and_leaves_the_old_credential(
    device_server: AuthServer, world: Adapters
) -> None:
    login(world, device_server.server)
    before = world.credentials().load(CredentialKey.of(device_server.mcp_url))
    with pytest.raises(KeyrackError, match="Access was denied"):
        log_in(world, device_server.server, BY_CODE, Watcher(refuse))

    assert world.credentials().load(CredentialKey.of(device_server.mcp_url)) == before


def test_a_code_that_ran_out_is_told_and_the_browsers_way_stays_open(
    hasty_server: AuthServer,
) -> None:
    def late(url: str) -> None:
        assert watcher.no_code.wait(PATIENCE)
        sign_in(url)

    watcher, person = Watcher(), Person(late)
    world = adapters(credentials=memory_credential_store(time.time), browse=person)
    log_in(world, hasty_server.server, BOTH_WAYS, watcher)
    person.leave()

    [told] = [step.detail for step in watcher.steps if step.key == "device"]
    assert "expired before anyone entered it" in told
    assert hasty_server.accepts(get_token(world, hasty_server.server).token.reveal())


def test_a_browser_that_is_faster_than_the_code_wins_and_nobody_asks_for_the_code_again(
    device_server: AuthServer,
) -> None:
    def when_the_code_is_there(url: str) -> None:
        assert watcher.shown.wait(PATIENCE)
        sign_in(url)

    watcher, person = Watcher(), Person(when_the_code_is_there)
    world = adapters(credentials=memory_credential_store(time.time), browse=person)
    log_in(world, device_server.server, BOTH_WAYS, watcher)
    person.leave()

    assert "exchange" in watcher.done
    for thread in [each for each in threading.enumerate() if each.name == "device"]:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert device_server.accepts(get_token(world, device_server.server).token.reveal())


def test_a_code_that_is_faster_than_the_browser_wins(device_server: AuthServer) -> None:
    opened, person = threading.Event(), Person(lambda url: opened.set())  # a tab that nobody looks at
    world = adapters(credentials=memory_credential_store(time.time), browse=person)
    watcher = Watcher(type_code)
    log_in(world, device_server.server, BOTH_WAYS, watcher)

    assert opened.wait(PATIENCE) and "exchange" not in watcher.done
    assert device_server.accepts(get_token(world, device_server.server).token.reveal())


def test_a_client_that_may_not_have_codes_logs_in_by_the_browser(device_server: AuthServer) -> None:
    def when_there_is_none(url: str) -> None:
        assert watcher.no_code.wait(PATIENCE)
        sign_in(url)

    watcher, person = Watcher(), Person(when_there_is_none)
    world = adapters(credentials=memory_credential_store(time.time), browse=person)
    log_in(world, device_server.server, BOTH_WAYS._replace(client_id="registered-by-hand"), watcher)
    person.leave()

    assert watcher.codes == [] and "exchange" in watcher.done

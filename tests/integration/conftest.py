"""Fixtures for tests with real authorization servers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from keyrack.net import ports
from keyrack.operations.ports import Adapters
from keyrack.store.credential_store import memory_credential_store
from keyrack.wiring import adapters
from support.authserver import AuthServer
from support.clock import Clock
from support.signing_in import Person


@pytest.fixture(autouse=True)
def own_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Callback ports that no other worker's login takes: where one is taken, keyrack registers again."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    monkeypatch.setattr(ports, "PREFERRED", range(8200 + 20 * worker, 8215 + 20 * worker))


@pytest.fixture(params=["oidc_server", "sdk_server"])
def authority(request: pytest.FixtureRequest) -> AuthServer:
    """Each of the real authorization servers."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def person() -> Iterator[Person]:
    """Somebody who signs in and consents."""
    person = Person()
    yield person
    person.leave()


@pytest.fixture
def clock() -> Clock:
    """keyrack's."""
    return Clock()


@pytest.fixture
def world(person: Person, clock: Clock) -> Adapters:
    """keyrack with a credential store in memory, a clock that stands, and the person at its browser."""
    return adapters(credentials=memory_credential_store(clock), browse=person, now=clock)

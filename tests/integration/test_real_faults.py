"""A real authorization server that fails for a moment."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from keyrack import cli
from keyrack.domain.errors import KeyrackError, StoreUnavailable, Temporary
from keyrack.domain.model import CredentialKey, Server, Source
from keyrack.net.http_client import HttpxClient
from keyrack.net.limits import Limits
from keyrack.operations.login.login import login
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.credential_store import BackendCredentialStore, memory_credential_store
from keyrack.store.records.files import RecordFiles
from keyrack.system import atomic
from keyrack.system.locks import Locks
from keyrack.wiring import adapters
from support.authserver import AuthServer
from support.clock import Clock
from support.signing_in import Person
from support.store_fakes import Backend

MANY = 20  # more than anybody retries
LIFE = 3600.0  # seconds: a token's


@pytest.fixture
def login_result(oidc_server: AuthServer) -> tuple[Adapters, Server]:
    person = Person()
    world = adapters(credentials=memory_credential_store(time.time), browse=person)
    server = Server("guarded", oidc_server.mcp_url, sources=(Source("keyrack", "config.toml", "guarded"),))
    login(world, server)
    person.leave()
    return world, server


def test_a_refresh_gets_over_one_failure(
    oidc_server: AuthServer, login_result: tuple[Adapters, Server]
) -> None:
    world, server = login_result
    oidc_server.fault("/token", "status", status=503, times=1)
    before = world.credentials().load(CredentialKey.of(oidc_server.mcp_url))
    refresh(world, server)

    after = world.credentials().load(CredentialKey.of(oidc_server.mcp_url))
    assert before and after and after.tokens.access_token != before.tokens.access_token


@pytest.mark.parametrize("mode", ["status", "reset"])
def test_a_server_that_stays_broken_costs_no_credential(
    oidc_server: AuthServer, login_result: tuple[Adapters, Server], mode: str
) -> None:
    world, server = login_result
    before = world.credentials().load(CredentialKey.of(oidc_server.mcp_url))
    oidc_server.fault("/token", mode, times=MANY)
    try:
        with pytest.raises(Temporary):
            refresh(world, server)
    finally:
        oidc_server.fault("/token", "", times=0)

    assert world.credentials().load(CredentialKey.of(oidc_server.mcp_url)) == before
    refresh(world, server)


def keyrack(world: Adapters, *words: str) -> int:
    """The command line in this process; its exit code."""

    def unused(*_: Any) -> Any:
        raise AssertionError("neither screen nor demo is wanted")

    return cli.run(list(words), adapters=lambda **_: world, screen=unused, demo=unused)


@pytest.mark.parametrize(
    ("fault", "requests", "said"),
    [
        ({"mode": "status", "status": 503}, 2, "answered 503"),
        ({"mode": "status", "status": 429, "after": "7"}, 1, "Try again in 7 s."),
        ({"mode": "status", "status": 503, "after": "Fri, 31 Dec 2100 23:59:59 GMT"}, 1, "Try again later."),
        ({"mode": "reset"}, 2, "Try again later."),
        ({"mode": "hang"}, 2, "did not answer in time"),
    ],
    ids=["503", "429", "503 until a date", "reset", "time-out"],
)
def test_a_failure_is_told_as_temporary_and_costs_no_credential(
    oidc_server: AuthServer,
    world: Adapters,
    clock: Clock,
    capsys: pytest.CaptureFixture[str],
    fault: dict[str, Any],
    requests: int,
    said: str,
) -> None:
    login(world, oidc_server.server)
    clock.time += LIFE + 1
    before, asked = world.credentials().load(CredentialKey.of(oidc_server.mcp_url)), oidc_server.count().asked
    hasty = world._replace(http_client=lambda: HttpxClient(Limits(read=0.2, total=0.4)))
    oidc_server.fault("/token", times=MANY, **fault)
    try:
        for words in (["token"], ["refresh"]):
            assert keyrack(hasty, *words, oidc_server.mcp_url) == 4
            told = capsys.readouterr()
            assert told.out == "" and said in told.err
    finally:
        oidc_server.fault("/token", "", times=0)

    assert oidc_server.count().asked - asked == 2 * requests
    assert world.credentials().load(CredentialKey.of(oidc_server.mcp_url)) == before
    assert keyrack(world, "token", oidc_server.mcp_url) == 0


def test_the_answer_to_a_refresh_is_waited_for_longer_than_others(
    oidc_server: AuthServer, world: Adapters, clock: Clock
) -> None:
    """The old refresh token is spent: an answer that nobody waits for is lost."""
    login(world, oidc_server.server)
    clock.time += LIFE + 1
    hasty = world._replace(http_client=lambda: HttpxClient(Limits(read=0.2)))
    before = oidc_server.count()
    oidc_server.fault("/token", "slow", times=1, ms=600)
    refresh(hasty, oidc_server.server)
    after = oidc_server.count()
    assert (after.asked - before.asked, after.renewed - before.renewed) == (1, 1)


class Full(Backend):
    """Takes only so many writes, and then fails some, with a complaint or without."""

    def __init__(self) -> None:
        super().__init__()
        self.complains = True
        self.takes, self.fails = MANY, 0

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.takes:
            self.takes -= 1
        elif self.fails:
            self.fails -= 1
            if self.complains:
                raise OSError("no space left")
            return
        super().set_password(service, username, password)


@pytest.fixture
def keychain() -> Full:
    return Full()


@pytest.fixture
def kept(keychain: Full, person: Person, clock: Clock, tmp_path: Path, oidc_server: AuthServer) -> Adapters:
    """keyrack on that keychain, logged in."""
    locks = Locks(str(tmp_path / "locks"))
    records = RecordFiles(str(tmp_path / "records"), locks, clock)
    world = adapters(
        credentials=BackendCredentialStore(KeychainBackend(lambda: keychain), records, locks),
        browse=person,
        now=clock,
    )
    login(world, oidc_server.server)
    clock.time += LIFE + 1
    return world


@pytest.mark.parametrize("complains", [True, False])
def test_a_keychain_that_takes_no_writes_is_found_out_before_the_refresh_token_is_spent(
    oidc_server: AuthServer, kept: Adapters, keychain: Full, complains: bool
) -> None:
    before, asked = kept.credentials().load(CredentialKey.of(oidc_server.mcp_url)), oidc_server.count().asked
    keychain.complains, keychain.takes, keychain.fails = complains, 0, MANY
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            refresh(kept, oidc_server.server)
    assert oidc_server.count().asked == asked

    keychain.fails = 0
    assert kept.credentials().load(CredentialKey.of(oidc_server.mcp_url)) == before
    refresh(kept, oidc_server.server)


def test_a_disk_that_takes_no_records_is_found_out_before_the_refresh_token_is_spent(
    oidc_server: AuthServer, kept: Adapters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on the device")

    asked = oidc_server.count().asked
    with monkeypatch.context() as patch, pytest.raises(KeyrackError, match="can't be written"):
        patch.setattr(atomic, "replace", full)
        refresh(kept, oidc_server.server)
    assert oidc_server.count().asked == asked
    refresh(kept, oidc_server.server)


def test_a_keychain_that_fails_after_the_issuers_answer_is_tried_again(
    oidc_server: AuthServer, kept: Adapters, keychain: Full
) -> None:
    keychain.takes, keychain.fails = 1, 1  # it takes the probe
    refresh(kept, oidc_server.server)
    refresh(kept, oidc_server.server)
    assert oidc_server.accepts(get_token(kept, oidc_server.server).token.reveal())


def test_a_new_token_that_the_keychain_does_not_take_is_given_out_all_the_same(
    oidc_server: AuthServer, kept: Adapters, keychain: Full, capsys: pytest.CaptureFixture[str]
) -> None:
    keychain.takes, keychain.fails = 1, MANY
    assert keyrack(kept, "token", oidc_server.mcp_url) == 0
    told = capsys.readouterr()
    assert oidc_server.accepts(told.out.strip())
    assert "could not be stored" in told.err and "Using the stored token anyway" in told.err

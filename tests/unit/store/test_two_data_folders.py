"""What one data folder can do to a credential that another one uses too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from keyrack.domain.errors import LoginNeeded, StoreLocked
from keyrack.domain.model import CredentialKey
from keyrack.operations.clearing.stale import clear_stale, find_stale
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.overview import overview
from keyrack.operations.storage.recover import find_again, recover
from keyrack.operations.storage.repair import repair
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.system.locks import Locks
from support.canned import ISSUER, URL, World, reply
from support.store_fakes import Watched
from support.workbench import NOW, SERVER, build, stored_credential

DEAD = {"refresh": None, "expires_at": NOW - 5}
Home = Callable[..., Adapters]


@pytest.fixture
def store() -> Watched:
    return Watched(listable=True)


@pytest.fixture
def home(store: Watched, tmp_path: Path) -> Home:
    """The parts of a new process in the data folder of that name."""

    def adapters(name: str, *, configured: bool = True, world: World | None = None) -> Adapters:
        locks = Locks(str(tmp_path / name / "locks"))
        files = RecordFiles(str(tmp_path / name / "records"), locks, lambda: NOW)
        servers = (SERVER,) if configured else ()
        return build(world, credentials=BackendCredentialStore(store, files, locks), servers=servers)

    return adapters


def token(adapters: Adapters) -> str:
    return get_token(adapters, SERVER).token.reveal()


def test_a_credential_of_another_data_folder_is_not_stale(home: Home, store: Watched) -> None:
    home("a").credentials().save(stored_credential(**DEAD))
    there = dict(store.texts)
    nothing_configured = home("b", configured=False)
    recover(nothing_configured)
    assert find_stale(nothing_configured, ask_issuers=False) == ()
    assert store.texts == there


@pytest.mark.parametrize("find", [repair, find_again])
def test_nor_is_it_an_orphan_where_its_record_was_made_anew(
    find: Callable[[Adapters], object], home: Home
) -> None:
    home("a").credentials().save(stored_credential())
    find(home("b", configured=False))
    here = home("b", configured=False)
    [row] = overview(here).rows
    assert row.status.state == "valid"
    assert find_stale(here, ask_issuers=False) == ()
    # Also after the other one has refreshed it, and this one has seen that.
    home("a").credentials().save(stored_credential(access="at-1", expires_at=NOW + 3601))
    assert token(here) == "at-1"
    assert find_stale(here, ask_issuers=False) == ()
    assert token(home("a")) == "at-1"


def test_a_credential_that_was_stored_from_here_still_becomes_an_orphan(home: Home) -> None:
    home("a").credentials().save(stored_credential())
    [stale] = find_stale(home("a", configured=False), ask_issuers=False)
    assert stale.why == "No program lists this server any more."


def test_one_that_was_logged_in_to_elsewhere_since_is_not_stale(home: Home) -> None:
    home("a").credentials().save(stored_credential(**DEAD))
    assert token_needs_login(home("b"))
    home("a").credentials().save(stored_credential(access="at-1"))
    assert find_stale(home("b"), ask_issuers=False) == ()


def test_nor_is_it_cleared_where_that_happened_after_the_list_was_made(home: Home) -> None:
    home("a").credentials().save(stored_credential(**DEAD))
    here = home("b")
    assert token_needs_login(here)
    [stale] = find_stale(here, ask_issuers=False)
    home("a").credentials().save(stored_credential(access="at-1"))
    [(_, receipt)] = clear_stale(here, [stale])
    assert [line.outcome for line in receipt.lines] == ["nothing to do"]
    assert token(home("a")) == token(home("b")) == "at-1"


def test_a_refusal_that_was_noted_here_does_not_outlive_a_login_there(home: Home, store: Watched) -> None:
    home("a").credentials().save(stored_credential())
    assert token(home("b")) == "at-0"
    home("b").credentials().note(CredentialKey.of(URL), refusal=(NOW, "It was revoked."))
    with pytest.raises(LoginNeeded, match="revoked"):
        token(home("b"))
    store.is_locked = True
    with pytest.raises(LoginNeeded, match="revoked"):
        token(home("b"))
    store.is_locked = False
    home("a").credentials().save(stored_credential(access="at-1", expires_at=NOW + 3601))
    assert token(home("b")) == "at-1"


def test_without_a_refusal_a_locked_store_is_reported(home: Home, store: Watched) -> None:
    home("a").credentials().save(stored_credential())
    store.is_locked = True
    with pytest.raises(StoreLocked):
        token(home("a"))


def test_what_one_refreshed_the_other_does_not_refresh_again(home: Home) -> None:
    home("a").credentials().save(stored_credential(expires_at=NOW - 5))
    fresh = {"access_token": "at-1", "refresh_token": "rt-1", "token_type": "Bearer", "expires_in": 3600}
    world = World(**{f"POST {ISSUER}/token": reply(fresh)})
    here, there = home("b", world=world), home("a", world=world)
    assert overview(here).rows[0].credential is None
    here.credentials().load(CredentialKey.of(URL))  # its record says: expired
    refresh(there, SERVER)
    assert token(here) == "at-1"
    assert len(world.to(ISSUER + "/token")) == 1


def token_needs_login(adapters: Adapters) -> bool:
    try:
        token(adapters)
    except LoginNeeded:
        return True
    return False

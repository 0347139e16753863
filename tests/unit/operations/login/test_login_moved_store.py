"""Logging in while another process moves the credentials to another store."""

import pytest

from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.tokens.set_token import Typed, set_token
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.system.locks import Locks
from support.canned import ISSUER, URL, World, reply
from support.some import some
from support.store_fakes import Watched
from support.workbench import NOW, SERVER, Listener, accepts, approve, build, stored_credential, stored_token

TOKEN, REVOKE = ISSUER + "/token", ISSUER + "/revoke"
INVALID_GRANT = reply({"error": "invalid_grant"}, 400)


@pytest.fixture
def moved(tmp_path):
    """Parts over two stores with records in common, and a function that chooses the second one."""
    locks = Locks(str(tmp_path / "locks"))
    files = RecordFiles(str(tmp_path / "records"), locks, lambda: NOW)
    stores = [BackendCredentialStore(named(name), files, locks) for name in ("first", "second")]
    adapters = build(World(**accepts("at-1", "mine")))._replace(credentials=lambda: stores[0])
    adapters.credentials().save(stored_credential())

    def choose():
        if len(stores) == 2:
            stores[1].save(stored_credential())
            stores.pop(0).delete_copy(CredentialKey.of(URL))

    return adapters, choose


def named(name):
    store = Watched(listable=True)
    store.name = name
    return store


def test_a_login_goes_to_the_store_that_all_were_moved_to_meanwhile(moved):
    adapters, choose = moved
    events = []

    def approve_later(state):
        choose()
        return approve(state)

    adapters = adapters._replace(listen=lambda port, host, path: Listener(approve_later))
    assert login(adapters, SERVER, on_event=events.append).store == "second"
    assert (
        stored_token(adapters) == "at-1"
        and some(some(adapters.credentials().record(CredentialKey.of(URL))).credential).store == "second"
    )
    assert events[-1].title == "Saved to second and verified"
    assert [line.outcome for line in clear(adapters, SERVER).lines] == ["done", "done", "stays"]
    assert stored_token(adapters) is None


def test_so_does_a_token_by_hand(moved):
    adapters, choose = moved
    world = World(**accepts("mine"))
    send = world.send
    world.send = lambda request, **rest: choose() or send(request, **rest)
    adapters = adapters._replace(http_client=lambda: world)
    saved = set_token(adapters, SERVER, Typed({"token": Secret("mine")}, expires_at=NOW + 86400))
    assert saved.credential.store == "second" and stored_token(adapters) == "mine"


def test_a_login_where_another_store_holds_the_old_credential_takes_its_place(moved):
    adapters, _ = moved
    third = BackendCredentialStore(
        named("third"), adapters.credentials()._records, adapters.credentials()._locks
    )
    adapters = adapters._replace(credentials=lambda: third)
    line = clear(adapters, SERVER).lines[-1]
    assert line.outcome == "failed" and "is in the first" in line.detail and "still there" in line.detail
    assert login(adapters, SERVER).store == "third"
    assert stored_token(adapters) == "at-1"

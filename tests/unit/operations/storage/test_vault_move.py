"""Every credential is copied, read back, and only then deleted; a kill at any moment loses none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import StoreAbsent, StoreLocked, StoreUnavailable
from keyrack.domain.model import Check, CredentialKey, Server
from keyrack.domain.reading import Reading
from keyrack.domain.secret import Secret
from keyrack.domain.storage import StoreKind
from keyrack.operations.ports import Adapters
from keyrack.operations.storage.move import move
from keyrack.store.backends.base import SecretBackend
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.chunked import ChunkedBackend
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import entry_name, record_id
from keyrack.store.vault import age as vault_age
from keyrack.store.vault.backend import VaultBackend
from keyrack.system.locks import Locks
from support.store_fakes import (
    URL,
    Backend,
    DeleteThenAdd,
    Dropping,
    Undeletable,
    stored_credential,
    word_of,
)
from support.sudden_end import Killed
from support.vaults import vault
from support.workbench import build

IDENTITY = vault_age.new_identity()
OTHER = "https://other.example/mcp"
KEYS = (CredentialKey(URL), CredentialKey(URL, "work"), CredentialKey(OTHER))


class Counted:
    """A store whose writes and deletes tick, before and after."""

    persistent = True

    def __init__(self, store: SecretBackend, tick: Callable[[], None]) -> None:
        self._store, self._tick = store, tick

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def set(self, entry: str, secret: Secret) -> None:
        self._tick()
        self._store.set(entry, secret)
        self._tick()

    def delete(self, entry: str) -> bool:
        self._tick()
        done = self._store.delete(entry)
        self._tick()
        return done


def counted(store: SecretBackend, tick: Callable[[], None]) -> Any:
    """Any: `__getattr__` gives it the rest of a SecretBackend."""
    return Counted(store, tick)


class Machine:
    """A keychain, a vault and a disk; `stores.Stores` for the processes that come and go on it."""

    def __init__(self, folder: Path, backend: Backend | None = None) -> None:
        self.folder = folder
        self.backend = backend or DeleteThenAdd()
        self.setting: StoreKind = "keychain"
        self.left: int | None = None
        self.begin()
        vault(folder, identity=IDENTITY).create(None)

    def begin(self) -> None:
        """A new process."""
        locks = Locks(str(self.folder / "locks"))
        files = RecordFiles(str(self.folder / "records"), locks, lambda: 0.0)
        self.keychain = ChunkedBackend(KeychainBackend(lambda: self.backend))
        self.vault_store = vault(self.folder, identity=IDENTITY)
        self.stores = {
            "keychain": BackendCredentialStore(counted(self.keychain, self.tick), files, locks),
            "vault": BackendCredentialStore(counted(self.vault_store, self.tick), files, locks),
        }

    def tick(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed

    # operations.ports.Stores

    def chosen(self) -> StoreKind:
        return self.setting

    def choose(self, kind: StoreKind) -> None:
        self.tick()
        self.setting = kind
        self.tick()

    def credentials(self, kind: StoreKind) -> BackendCredentialStore:
        return self.stores[kind]

    def vault(self, identity_file: str = "") -> VaultBackend:
        return self.vault_store

    @property
    def adapters(self) -> Adapters:
        servers = (Server("linear", URL),)
        return build()._replace(
            credentials=lambda: self.stores[self.setting],
            stores=lambda: self,
            read=lambda: Reading(servers, (), ()),
        )  # type: ignore[arg-type]

    def fill(self) -> None:
        """One credential in each slot, and one refused and checked, in the store of the setting."""
        credentials = self.stores[self.setting]
        for word, key in zip(("zero", "one", "two"), KEYS, strict=True):
            credentials.save(stored_credential(word, url=key.url, account=key.account))
        credentials.save(stored_credential("two-again", url=OTHER))
        credentials.note(
            CredentialKey.of(URL, "work"), check=Check(5.0, "refused"), refusal=(9.0, "The issuer refused.")
        )

    def words(self) -> list[str | None]:
        """What the credential store in use gives out."""
        return [word_of(self.stores[self.setting].load(key)) for key in KEYS]

    def held(self, kind: StoreKind) -> list[str | None]:
        return [word_of(self.stores[kind].held(key)) for key in KEYS]


@pytest.fixture(params=["keychain", "vault"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """With credentials in one store."""
    machine = Machine(tmp_path)
    machine.setting = request.param
    machine.fill()
    return machine


def other(kind: StoreKind) -> StoreKind:
    return "vault" if kind == "keychain" else "keychain"


FULL, EMPTY = ["zero", "one", "two"], [None] * 3


def test_everything_is_carried_and_the_source_is_empty(machine: Machine) -> None:
    source = machine.setting
    target = other(source)
    told: list[str] = []
    receipt = move(machine.adapters, target, on_line=lambda line: told.append(line.what))
    assert receipt.ok
    assert told == [line.what for line in receipt.lines]
    assert sorted(told[1:]) == sorted(["linear", "linear, account work", OTHER.removeprefix("https://")])
    assert told[0].startswith("Use the ")
    assert machine.setting == target
    assert (machine.held(target), machine.held(source)) == (FULL, EMPTY)
    assert machine.words() == FULL
    if source == "keychain":
        assert set(machine.backend.entries) <= {"index.a", "index.b"}  # its list, which names nothing now
    else:
        assert machine.vault_store.entries() == ()
    records = machine.credentials(target).records()
    assert {record.credential.store for record in records.values() if record.credential} == {
        machine.credentials(target).state().name
    }


def test_what_the_record_knows_stays_known(machine: Machine) -> None:
    target = other(machine.setting)
    before = machine.credentials(target).record(CredentialKey.of(URL, "work"))
    move(machine.adapters, target)
    after = machine.credentials(target).record(CredentialKey.of(URL, "work"))
    assert before is not None and after is not None and before.credential and after.credential
    assert after.check == before.check == Check(5.0, "refused")
    assert (after.credential.refused_at, after.credential.refusal) == (9.0, "The issuer refused.")
    found = machine.credentials(target).load(CredentialKey.of(URL, "work"))
    assert found is not None and found.credential.refused_at == 9.0


def test_there_and_back_again(machine: Machine) -> None:
    source = machine.setting
    assert move(machine.adapters, other(source)).ok
    assert move(machine.adapters, source).ok
    assert machine.setting == source
    assert (machine.held(source), machine.held(other(source))) == (FULL, EMPTY)


def test_a_second_time_there_is_nothing_to_do(machine: Machine) -> None:
    target = other(machine.setting)
    move(machine.adapters, target)
    (line,) = move(machine.adapters, target).lines
    assert line.outcome == "nothing to do"


def test_lost_records_lose_nothing(machine: Machine) -> None:
    source = machine.setting
    for path in (machine.folder / "records").iterdir():
        path.unlink()
    machine.begin()
    if source == "keychain":  # which another data folder may share, so that they may be somebody else's
        receipt = move(machine.adapters, other(source))
        assert receipt.ok and "3 more in the" in receipt.lines[-1].what
        assert machine.held(source) == FULL
        machine.stores[source].repair()
    assert move(machine.adapters, other(source)).ok
    assert machine.words() == FULL
    assert machine.held(source) == EMPTY


@pytest.mark.parametrize("source", ["keychain", "vault"])
@pytest.mark.slow("a move is killed after each of its effects")
def test_a_kill_anywhere_loses_nothing_and_a_second_run_finishes(source: StoreKind, tmp_path: Path) -> None:
    for after in count():
        machine = Machine(tmp_path / str(after))
        machine.setting = source
        machine.fill()
        machine.left = after
        died = True
        try:
            move(machine.adapters, other(source))
            died = False
        except Killed:
            pass
        machine.left = None
        machine.begin()
        # Whichever store is in use, it holds everything, and the person notices nothing.
        assert machine.held(machine.setting) == FULL, after
        assert machine.words() == FULL, after
        assert move(machine.adapters, other(source)).ok
        assert (machine.setting, machine.held(source)) == (other(source), EMPTY)
        assert machine.words() == FULL
        if not died:
            break
    assert after > 30


@pytest.mark.slow("a move is killed after each of its effects")
def test_what_was_refreshed_between_a_kill_and_the_second_run_is_not_lost(tmp_path: Path) -> None:
    for after in count():
        machine = Machine(tmp_path / str(after))
        machine.fill()
        machine.left = after
        died = True
        try:
            move(machine.adapters, "vault")
            died = False
        except Killed:
            pass
        machine.left = None
        machine.begin()
        fresh = stored_credential("fresh")
        fresh = fresh._replace(credential=fresh.credential._replace(refreshed_at=50.0))
        machine.stores[machine.setting].save(fresh)
        assert move(machine.adapters, "vault").ok
        assert machine.words() == ["fresh", "one", "two"], after
        assert machine.held("keychain") == EMPTY
        if not died:
            break


class TestNothingIsDeletedWhere:
    """…something is not as it should be."""

    def is_unchanged(self, machine: Machine) -> None:
        assert machine.setting == "keychain"
        assert machine.held("keychain") == FULL

    def test_the_target_keeps_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        machine = Machine(tmp_path)
        machine.setting = "vault"
        machine.fill()
        machine.backend = Dropping()
        machine.begin()
        with pytest.raises(StoreUnavailable, match="could not be read back"):
            move(machine.adapters, "keychain")
        assert (machine.setting, machine.held("vault")) == ("vault", FULL)

    def test_the_target_gives_back_something_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        machine = Machine(tmp_path)
        machine.fill()
        target = machine.stores["vault"]
        monkeypatch.setattr(target, "held", lambda *key: stored_credential("another"))
        receipt = move(machine.adapters, "vault")
        assert not receipt.ok
        self.is_unchanged(machine)

    def test_the_vault_is_locked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        machine = Machine(tmp_path)
        machine.fill()
        machine.vault_store._keys._sources = machine.vault_store._keys._sources._replace(identity=None)
        machine.vault_store.lock()
        with pytest.raises(StoreLocked):
            move(machine.adapters, "vault")
        self.is_unchanged(machine)

    def test_there_is_no_vault(self, tmp_path: Path) -> None:
        machine = Machine(tmp_path)
        machine.fill()
        Path(machine.vault_store.path).unlink()
        with pytest.raises(StoreAbsent, match="There is no sealed vault"):
            move(machine.adapters, "vault")
        self.is_unchanged(machine)

    def test_one_of_them_is_damaged(self, tmp_path: Path) -> None:
        machine = Machine(tmp_path)
        machine.fill()
        for slot in "ab":
            machine.backend.entries[entry_name(record_id(CredentialKey.of(URL, "work")), slot)] = "{"
        receipt = move(machine.adapters, "vault")
        failed = [line for line in receipt.lines if line.outcome == "failed"]
        assert [line.what for line in failed] == ["linear, account work", "Use the Sealed vault"]
        assert "damaged" in failed[0].detail
        assert machine.setting == "keychain"
        for key, word in ((KEYS[0], "zero"), (KEYS[2], "two")):
            assert word_of(machine.stores["keychain"].load(key)) == word
            assert machine.stores["vault"].held(key) is None
            record = machine.stores["keychain"].record(key)
            assert record is not None and record.credential is not None
            assert record.credential.store == machine.keychain.name


def test_a_copy_that_cannot_be_deleted_makes_the_move_fail_with_its_place(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.fill()
    stuck = Undeletable(silent=False)
    stuck.entries = machine.backend.entries
    machine.backend = stuck
    machine.begin()
    receipt = move(machine.adapters, "vault")
    assert not receipt.ok
    assert all("a copy remains in the" in line.detail for line in receipt.lines if line.outcome == "failed")
    assert machine.setting == "vault"
    assert machine.words() == FULL


def test_a_machine_without_a_keychain_has_nothing_to_bring(tmp_path: Path) -> None:
    class NoKeychain(Backend):
        def get_password(self, service: str, username: str) -> str | None:
            from keyring.errors import NoKeyringError

            raise NoKeyringError

    machine = Machine(tmp_path, NoKeychain())
    assert move(machine.adapters, "vault").ok
    assert machine.setting == "vault"


def test_credentials_of_a_keychain_that_is_gone_are_not_passed_over(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.fill()

    class NoKeychain(Backend):
        def get_password(self, service: str, username: str) -> str | None:
            from keyring.errors import NoKeyringError

            raise NoKeyringError

    machine.backend = NoKeychain()
    machine.begin()
    with pytest.raises(StoreAbsent):
        move(machine.adapters, "vault")
    assert machine.setting == "keychain"

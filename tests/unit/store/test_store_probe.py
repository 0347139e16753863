"""Testing a store with an entry that no other process touches and nobody leaves behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from keyrack.domain.errors import StoreAbsent, StoreLocked, StoreSlow, StoreUnavailable
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import PROBE_URL, entry_name, record_id
from keyrack.store.transaction.write_test import OLD
from keyrack.system.locks import Locks
from support.store_fakes import Watched
from support.sudden_end import Killed


@pytest.fixture(params=[True, False], ids=["listable", "with an index"])
def store(request: pytest.FixtureRequest) -> Watched:
    return Watched(listable=request.param)


def home(store: Watched, folder: Path) -> BackendCredentialStore:
    """A new process with this data folder."""
    locks = Locks(str(folder / "locks"))
    return BackendCredentialStore(store, RecordFiles(str(folder / "records"), locks, lambda: 0.0), locks)


def killed_in_between(store: Watched, credentials: BackendCredentialStore) -> None:
    """A probe that was written and not deleted."""
    store.left = 1
    with pytest.raises(Killed):
        credentials.prove_writable()
    store.left = -1


def test_two_data_folders_try_one_store_at_the_same_time(
    store: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, others = Watched.set, [home(store, tmp_path / name) for name in ("b", "c")]

    def and_meanwhile_others(self: Watched, entry: str, secret: Secret) -> None:
        put(self, entry, secret)
        if others:
            others.pop().prove_writable()

    monkeypatch.setattr(Watched, "set", and_meanwhile_others)
    home(store, tmp_path / "a").prove_writable()
    assert others == [] and store.texts == {}


def test_what_a_killed_process_left_goes_at_the_next_start_or_the_next_probe(
    store: Watched, tmp_path: Path
) -> None:
    for clean in (BackendCredentialStore.recover, BackendCredentialStore.prove_writable):
        killed_in_between(store, home(store, tmp_path))
        assert len(store.texts) == 1
        clean(home(store, tmp_path))
        assert store.texts == {}
        assert home(store, tmp_path)._records.unfinished() == ()


def test_the_probe_of_a_living_process_is_left_to_it(
    store: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Watched.set
    kept: list[bool] = []

    def and_meanwhile_others_tidy(self: Watched, entry: str, secret: Secret) -> None:
        put(self, entry, secret)
        for other in (home(store, tmp_path / "a"), home(store, tmp_path / "b")):
            other.recover()
            other.survey()
            other.repair()
            kept.append(entry in self.texts)

    monkeypatch.setattr(Watched, "set", and_meanwhile_others_tidy)
    home(store, tmp_path / "a").prove_writable()
    assert kept == [True, True] and store.texts == {}


def test_what_was_left_where_the_data_folder_is_gone_goes_when_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Watched(listable=True)
    killed_in_between(store, home(store, tmp_path / "a"))
    [left] = store.texts
    here = home(store, tmp_path / "b")
    assert here.survey() == (0, 0) and here.repair() == (), "it is no credential"
    assert list(store.texts) == [left], "somebody may be at it"
    monkeypatch.setattr(
        "keyrack.store.transaction.write_test.time.time", lambda now=time.time() + OLD + 2: now
    )
    assert here.survey() == (0, 0)
    assert store.texts == {}


@pytest.mark.parametrize("error", [StoreLocked, StoreAbsent, StoreSlow])
def test_one_that_could_not_be_read_back_is_taken_away_later(
    store: Watched, tmp_path: Path, error: type[StoreUnavailable], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon died, or somebody locked it, between the write and the look."""

    def gone(entry: str) -> Secret | None:
        raise error("Gone.")

    monkeypatch.setattr(store, "get", gone)
    with pytest.raises(error):
        home(store, tmp_path).prove_writable()
    monkeypatch.undo()
    assert len(store.texts) == 1
    assert home(store, tmp_path).survey() == (0, 0)
    assert home(store, tmp_path).repair() == ()
    assert home(store, tmp_path).recover() == ()
    assert store.texts == {} and home(store, tmp_path).records() == {}


def test_one_that_could_not_be_written_leaves_no_record(store: Watched, tmp_path: Path) -> None:
    store.is_locked = True
    with pytest.raises(StoreLocked):
        home(store, tmp_path).prove_writable()
    assert home(store, tmp_path)._records.unfinished() == ()


def test_its_name_is_never_a_credentials() -> None:
    assert entry_name(record_id(CredentialKey(PROBE_URL, "66f2-1a")), "a") == "probe-66f2-1a.a"
    assert len(record_id(CredentialKey.of("https://mcp.example/mcp", ""))) == 32

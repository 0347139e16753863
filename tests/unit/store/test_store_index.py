"""The list of credentials for stores that can't list their entries."""

from __future__ import annotations

import json
import threading
from itertools import count
from pathlib import Path

import pytest

from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.records import MemoryRecords
from keyrack.store.transaction.index import ENTRIES, Index
from keyrack.store.transaction.shared_locks import SharedLocks
from keyrack.system.locks import Locks
from support.store_fakes import URL, Watched, stored_credential, word_of
from support.sudden_end import Killed

OTHER = "https://other.example/mcp"
ONE, TWO = CredentialKey(URL), CredentialKey(OTHER)


@pytest.fixture
def store() -> Watched:
    return Watched()


def store_over(store: Watched, folder: Path) -> BackendCredentialStore:
    locks = Locks(str(folder / "locks"))
    return BackendCredentialStore(store, RecordFiles(str(folder / "records"), locks, lambda: 0.0), locks)


def listed(store: Watched) -> set[CredentialKey]:
    return set(Index(store, MemoryRecords(), SharedLocks(Locks(None), store)).keys())


def test_a_login_puts_a_name_in_and_a_clear_takes_it_out(store: Watched, tmp_path: Path) -> None:
    credentials = store_over(store, tmp_path)
    credentials.save(stored_credential(url="https://MCP.example:443/mcp/"))
    credentials.save(stored_credential(url=OTHER))
    assert listed(store) == {ONE, TWO}
    credentials.delete(CredentialKey.of(URL))
    assert listed(store) == {TWO}


def test_neither_a_load_nor_a_refresh_nor_a_note_touches_it(store: Watched, tmp_path: Path) -> None:
    store_over(store, tmp_path).save(stored_credential("one"))
    store.asked.clear()
    credentials = store_over(store, tmp_path)
    credentials.load(CredentialKey.of(URL))
    credentials.save(stored_credential("two"))
    credentials.note(CredentialKey.of(URL), refusal=(1.0, "No."))
    credentials.delete(CredentialKey.of(OTHER))
    assert store.asked and not set(ENTRIES) & set(store.asked)


def test_a_store_that_can_be_asked_needs_none(tmp_path: Path) -> None:
    store = Watched(listable=True)
    store_over(store, tmp_path).save(stored_credential())
    store_over(store, tmp_path).delete(CredentialKey.of(URL))
    assert not set(ENTRIES) & set(store.asked)


def test_a_kill_at_any_instant_leaves_every_stored_credential_listed(tmp_path: Path) -> None:
    for after in count():
        store, folder = Watched(), tmp_path / str(after)
        store_over(store, folder).save(stored_credential())
        store.left = after
        try:
            store_over(store, folder).save(stored_credential("two", url=OTHER))
        except Killed:
            store.left = -1
        found = store_over(store, folder).load(CredentialKey.of(OTHER))
        assert {ONE, TWO} >= listed(store) >= ({ONE} if found is None else {ONE, TWO})
        if store.left > 0:
            break
    assert after > 8


@pytest.mark.parametrize("text", [None, "", "{}", '{"format":1,"sequence":9,"credentials":[["a"]]}'])
def test_a_list_that_is_lost_or_damaged_is_made_anew_from_the_records(
    text: str | None, store: Watched, tmp_path: Path
) -> None:
    store_over(store, tmp_path).save(stored_credential())
    for entry in ENTRIES:
        if text is None:
            store.texts.pop(entry, None)
        else:
            store.texts[entry] = Secret(text)
    store_over(store, tmp_path).save(stored_credential(url=OTHER))
    assert listed(store) == {ONE, TWO}


def test_of_two_lists_the_newer_counts(store: Watched) -> None:
    for entry, sequence, url in zip(ENTRIES, (4, 5), (URL, OTHER), strict=True):
        store.texts[entry] = Secret(
            json.dumps({"format": 1, "sequence": sequence, "credentials": [[url, "default"]]})
        )
    assert listed(store) == {TWO}
    Index(store, MemoryRecords(), SharedLocks(Locks(None), store)).change(add=[ONE])
    assert listed(store) == {ONE, TWO}
    assert [entry in store.texts for entry in ENTRIES] == [True, False]


def test_a_list_of_a_newer_keyrack_is_left_alone_and_keeps_nothing_from_being_stored(
    store: Watched, tmp_path: Path
) -> None:
    newer = Secret('{"format": 2}')
    store.texts[ENTRIES[1]] = newer
    credentials = store_over(store, tmp_path)
    credentials.save(stored_credential())
    assert word_of(credentials.load(CredentialKey.of(URL))) == "one"
    assert [store.texts.get(entry) for entry in ENTRIES] == [None, newer]
    assert any("out of date" in warning and "newer" in warning for warning in credentials.warnings)


def test_a_list_that_cannot_be_written_keeps_nothing_from_being_stored_or_cleared(
    store: Watched, tmp_path: Path
) -> None:
    store.breaking = "index"
    credentials = store_over(store, tmp_path)
    credentials.save(stored_credential())
    assert word_of(credentials.load(CredentialKey.of(URL))) == "one"
    assert credentials.delete(CredentialKey.of(URL)).verified
    assert any("out of date" in warning for warning in credentials.warnings)


def test_no_name_is_lost_among_processes(store: Watched, tmp_path: Path) -> None:
    def login(number: int) -> None:
        store_over(store, tmp_path).save(stored_credential(url=f"https://{number}.example/mcp"))

    threads = [threading.Thread(target=login, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert listed(store) == {CredentialKey(f"https://{number}.example/mcp") for number in range(8)}


def test_two_never_change_it_at_once(store: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyrack.store.transaction.index.WAIT", 0)
    credentials = store_over(store, tmp_path)
    with Locks(str(tmp_path / "locks")).hold("index", timeout=0):
        credentials.save(stored_credential())
        assert listed(store) == set()
    assert any("out of date" in warning for warning in credentials.warnings)

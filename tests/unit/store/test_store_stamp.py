"""One look at the folder tells whether records have changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from keyrack.domain.model import Check, CredentialKey
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.credential_store import BackendCredentialStore, memory_credential_store
from keyrack.store.records.files import TICK, RecordFiles
from keyrack.system.locks import Locks
from support.store_fakes import URL, stored_credential

OLD = 1_000_000_000_000_000_000  # nanoseconds: long past


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "records"


@pytest.fixture
def credentials(tmp_path: Path, folder: Path) -> BackendCredentialStore:
    locks = Locks(str(tmp_path / "locks"))
    return BackendCredentialStore(MemoryBackend(), RecordFiles(str(folder), locks, lambda: 0.0), locks)


def test_each_change_leaves_another_stamp_and_looking_leaves_the_same(
    credentials: BackendCredentialStore, folder: Path
) -> None:
    seen = [credentials.stamp()]
    for change in (
        lambda: credentials.save(stored_credential("one")),
        lambda: credentials.note(CredentialKey.of(URL), check=Check(1.0, "accepted")),
        lambda: credentials.delete(CredentialKey.of(URL)),
    ):
        change()
        # As if it had been a while ago, each time another one.
        os.utime(folder, ns=(OLD + len(seen), os.stat(folder).st_mtime_ns - 10**12))
        seen.append(credentials.stamp())
        credentials.records()
        assert credentials.stamp() == seen[-1]
    assert len(set(seen)) == 4 and None not in seen and seen[0] == 0


def test_just_after_a_change_it_is_not_known_whether_another_one_follows(
    credentials: BackendCredentialStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials.save(stored_credential("one"))
    changed = os.stat(folder).st_mtime_ns
    monkeypatch.setattr(time, "time_ns", lambda: changed + TICK // 2)
    assert credentials.stamp() is None
    monkeypatch.setattr(time, "time_ns", lambda: changed + TICK * 2)
    assert credentials.stamp() == changed


def test_in_memory_the_disk_s_records_are_watched(
    credentials: BackendCredentialStore, folder: Path, tmp_path: Path
) -> None:
    memory = memory_credential_store(lambda: 0.0, str(tmp_path))
    assert memory.stamp() == 0
    credentials.save(stored_credential("one"))
    os.utime(folder, ns=(OLD, OLD))
    assert memory.stamp() == OLD
    assert memory_credential_store(lambda: 0.0).stamp() == 0

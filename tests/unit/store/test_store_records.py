"""Records on disk: private, atomic, independent of each other."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from keyrack.domain.errors import NewerFormat
from keyrack.domain.model import Check, CredentialInfo, CredentialKey, Record
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import record_id
from keyrack.store.records.records import MemoryRecords, StoredRecord
from keyrack.system.locks import Locks

URL = "https://mcp.example/mcp"
IDENT = record_id(CredentialKey.of(URL))
STORED = StoredRecord(
    Record(URL, "default", CredentialInfo("oauth", scopes=("a",)), Check(1.0, "accepted", "fine")), 3
)
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX modes and links")


def files(folder: Path) -> RecordFiles:
    return RecordFiles(str(folder / "records"), Locks(str(folder / "locks")), lambda: 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of STORED, written."""
    files(tmp_path).change(IDENT, lambda now: STORED)
    return tmp_path / "records" / f"{IDENT}.json"


def test_a_record_comes_back_in_another_process(path: Path, tmp_path: Path) -> None:
    assert files(tmp_path).read(IDENT) == STORED
    assert files(tmp_path).all() == {CredentialKey(URL): STORED.record}


@posix
def test_records_are_for_their_owner_alone(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_empty_record_leaves_no_file(path: Path, tmp_path: Path) -> None:
    files(tmp_path).change(IDENT, lambda now: StoredRecord(Record(URL)))
    assert list(path.parent.iterdir()) == []


def test_reading_a_folder_that_is_not_there_creates_nothing(tmp_path: Path) -> None:
    assert files(tmp_path).all() == {}
    assert files(tmp_path).read(IDENT) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"\xff\xfe",
        b'{"format": 1}',
        b'{"format": 1, "url": 3, "account": "x"}',
        b"[" * 200_000,
    ],
    ids=["empty", "half", "null", "bytes", "bare", "types", "deep"],
)
def test_a_damaged_file_is_set_aside_and_named_and_the_others_stand(
    content: bytes, path: Path, tmp_path: Path
) -> None:
    other = Record("https://other.example/mcp", "default", None, Check(1.0, "open"))
    files(tmp_path).change(record_id(CredentialKey.of(other.url)), lambda now: StoredRecord(other))
    path.write_bytes(content)
    records = files(tmp_path)
    assert list(records.all().values()) == [other]
    aside = path.with_name(f"{path.name}.damaged-19700101T000000Z")
    assert aside.read_bytes() == content
    assert records.warnings() == (f"A record was damaged, and was renamed to {aside}.",)
    records.change(IDENT, lambda now: STORED)
    assert records.read(IDENT) == STORED
    assert aside.read_bytes() == content


def test_two_damages_in_one_second_keep_both(path: Path, tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        path.write_bytes(content)
        assert files(tmp_path).read(IDENT) is None
    assert sorted(file.read_bytes() for file in path.parent.iterdir()) == [b"one", b"two"]


def test_a_record_under_another_records_name_is_not_believed(path: Path, tmp_path: Path) -> None:
    other = record_id(CredentialKey.of("https://other.example/mcp"))
    path.rename(path.with_name(f"{other}.json"))
    assert files(tmp_path).read(other) is None


def test_a_newer_format_is_left_alone(path: Path, tmp_path: Path) -> None:
    content = json.dumps(json.loads(path.read_text()) | {"format": 99, "new": [1]}).encode()
    path.write_bytes(content)
    records = files(tmp_path)
    assert records.all() == {}
    assert "newer keyrack" in records.warnings()[0] and str(path) in records.warnings()[0]
    with pytest.raises(NewerFormat):
        records.read(IDENT)
    with pytest.raises(NewerFormat):
        records.change(IDENT, lambda now: STORED)
    assert [file.read_bytes() for file in path.parent.iterdir()] == [content]


@posix
def test_a_pipe_or_a_folder_under_a_records_name_holds_nothing_up(path: Path, tmp_path: Path) -> None:
    path.unlink()
    os.mkfifo(path)
    assert files(tmp_path).all() == {}
    path.mkdir()
    assert files(tmp_path).all() == {}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="modes do not hold this user back")
def test_an_unreadable_record_is_reported_and_stays(path: Path, tmp_path: Path) -> None:
    path.chmod(0)
    records = files(tmp_path)
    assert records.all() == {}
    assert "can't be read" in records.warnings()[0]
    assert path.exists()


def test_a_reader_sees_the_old_or_the_new_record_never_less(tmp_path: Path) -> None:
    records = files(tmp_path)
    records.change(IDENT, lambda now: STORED)
    done = threading.Event()

    def write() -> None:
        for number in range(100):
            records.change(IDENT, lambda now, number=number: STORED._replace(sequence=number))
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        assert files(tmp_path).read(IDENT) is not None
    thread.join()
    assert records.warnings() == ()


@pytest.mark.parametrize("kind", ["memory", "files"])
def test_no_change_is_lost_among_threads(kind: str, tmp_path: Path) -> None:
    records = MemoryRecords() if kind == "memory" else files(tmp_path)
    records.change(IDENT, lambda now: STORED._replace(sequence=0))

    def count() -> None:
        for _ in range(20):
            records.change(IDENT, lambda now: now and now._replace(sequence=now.sequence + 1))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    after = records.read(IDENT)
    assert after is not None and after.sequence == 80


def test_memory_covers_what_it_only_reads(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    memory = MemoryRecords(files(tmp_path))
    memory.change(IDENT, lambda now: now and now._replace(sequence=9))
    other = record_id(CredentialKey.of("https://other.example/"))
    memory.change(
        other, lambda now: StoredRecord(Record("https://other.example", "default", None, Check(1.0, "open")))
    )
    found = memory.read(IDENT)
    assert found is not None and found.sequence == 9
    assert set(memory.all()) == {CredentialKey(URL), CredentialKey("https://other.example")}
    assert path.read_bytes() == before
    memory.change(IDENT, lambda now: None)
    assert memory.read(IDENT) == STORED

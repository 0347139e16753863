"""Rules of the credential store that can be tested without a kill."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from keyrack.domain.errors import BadUrl, DamagedData, KeyrackError, NewerFormat, StoreUnavailable, Temporary
from keyrack.domain.model import Check, CredentialKey, Record
from keyrack.domain.secret import Secret
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.credential_store import BackendCredentialStore, memory_credential_store
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import SLOTS, entry_name, other_slot, record_id
from keyrack.store.transaction.shared_locks import SharedLocks
from keyrack.system.locks import Locks
from support.store_fakes import URL, stored_credential, word_of

IDENT = record_id(CredentialKey.of(URL))


class Kept:
    """A store in memory with records on disk, so that each can be spoiled."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryBackend()
        self.folder = folder

    def credentials(self) -> BackendCredentialStore:
        locks = Locks(str(self.folder / "locks"))
        return BackendCredentialStore(
            self.store, RecordFiles(str(self.folder / "records"), locks, lambda: 0.0), locks
        )


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_nothing_secret_is_in_any_file(kept: Kept, tmp_path: Path) -> None:
    kept.credentials().save(stored_credential("hidden"))
    kept.credentials().note(CredentialKey.of(URL), check=Check(1.0, "accepted"), refusal=(2.0, "Refused."))
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert written and not any(b"hidden" in text for text in written)


@pytest.mark.parametrize("saves", [1, 2])
def test_a_failed_renewal_spares_the_slot_that_a_load_in_between_has_kept(
    saves: int, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials, key = kept.credentials(), CredentialKey.of(URL)
    for _ in range(saves):
        credentials.save(stored_credential("old"))
    stored = credentials.load(key)
    assert stored is not None

    def lost(entry: str, secret: Secret) -> None:
        kept.store.delete(entry)
        raise StoreUnavailable("The keychain went away in the middle of a write.")

    with credentials.lock(key), credentials.renewing(stored) as save:
        credentials.load(key)  # takes the two copies for a killed save, and deletes one
        assert credentials.warnings == ()
        monkeypatch.setattr(kept.store, "set", lost)
        with pytest.raises(StoreUnavailable):
            save(stored_credential("new"))
        monkeypatch.undo()
    found = kept.credentials().load(key)
    assert found is not None and word_of(found) == "old"


def test_a_damaged_entry_is_reported_and_not_deleted_by_a_load(kept: Kept) -> None:
    credential = kept.credentials().save(stored_credential("one"))
    entry = entry_name(IDENT, credential.slot)
    kept.store.set(entry, Secret("{broken"))
    with pytest.raises(DamagedData, match="damaged") as caught:
        kept.credentials().load(CredentialKey.of(URL))
    assert caught.value.hint
    assert kept.store.get(entry) == Secret("{broken")


def test_a_damaged_entry_beside_a_complete_one_is_deleted_with_a_warning(kept: Kept) -> None:
    credential = kept.credentials().save(stored_credential("one"))
    entry = entry_name(IDENT, other_slot(credential.slot))
    kept.store.set(entry, Secret("{broken"))
    credentials = kept.credentials()
    found = credentials.load(CredentialKey.of(URL))
    assert found is not None and word_of(found) == "one" and kept.store.get(entry) is None
    assert credentials.warnings == ("A damaged entry was deleted; the credential's other entry is complete.",)


def test_a_damaged_entry_is_reported_beside_a_process_that_holds_the_credential(kept: Kept) -> None:
    credential = kept.credentials().save(stored_credential("one"))
    kept.store.set(entry_name(IDENT, credential.slot), Secret("{broken"))
    with kept.credentials().lock(CredentialKey.of(URL)):
        with pytest.raises(DamagedData, match="damaged") as caught:
            kept.credentials().load(CredentialKey.of(URL))
        assert caught.value.hint


def test_the_complete_entry_is_found_beside_a_damaged_one_and_a_process_that_holds_them(kept: Kept) -> None:
    credential = kept.credentials().save(stored_credential("one"))
    kept.store.set(entry_name(IDENT, other_slot(credential.slot)), Secret("{broken"))
    with kept.credentials().lock(CredentialKey.of(URL)):
        assert word_of(kept.credentials().load(CredentialKey.of(URL))) == "one"


def test_nothing_is_found_beside_a_process_that_has_just_deleted_it(kept: Kept) -> None:
    credential = kept.credentials().save(stored_credential("one"))
    with kept.credentials().lock(CredentialKey.of(URL)):
        kept.store.delete(entry_name(IDENT, credential.slot))
        assert kept.credentials().load(CredentialKey.of(URL)) is None


@pytest.mark.parametrize("leftover", ["an older one", "damaged"])
def test_a_load_deletes_what_lies_beside_the_newest_entry(leftover: str, kept: Kept) -> None:
    """As where a synchronized keychain brings a deleted entry back, which the record knows nothing of."""
    older = entry_name(IDENT, kept.credentials().save(stored_credential("older")).slot)
    text = kept.store.get(older)
    newest = entry_name(IDENT, kept.credentials().save(stored_credential("newest")).slot)
    assert text is not None and older != newest
    kept.store.set(older, text if leftover == "an older one" else Secret("{broken"))
    assert word_of(kept.credentials().load(CredentialKey.of(URL))) == "newest"
    assert kept.store.get(older) is None and kept.store.get(newest) is not None


def test_a_load_that_finds_nothing_deletes_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with another data folder may be storing a new one at this very moment."""
    credential = kept.credentials().save(stored_credential("one"))
    kept.store.delete(entry_name(IDENT, credential.slot))
    deleted: list[str] = []
    monkeypatch.setattr(kept.store, "delete", lambda entry: bool(deleted.append(entry)))
    assert kept.credentials().load(CredentialKey.of(URL)) is None
    assert deleted == []


def test_what_could_not_be_read_again_never_replaces_what_can(kept: Kept) -> None:
    kept.credentials().save(stored_credential("one"))
    new = stored_credential("two")
    assert new.registration is not None
    with pytest.raises(DamagedData):
        kept.credentials().save(new._replace(registration=new.registration._replace(kind=cast("Any", "odd"))))
    assert word_of(kept.credentials().load(CredentialKey.of(URL))) == "one"


def test_a_store_that_does_not_keep_what_is_written_is_found_out(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.credentials().save(stored_credential("one"))
    with monkeypatch.context() as patch:
        patch.setattr(kept.store, "set", lambda entry, secret: None)
        with pytest.raises(StoreUnavailable, match="could not be read back"):
            kept.credentials().save(stored_credential("two"))
    assert word_of(kept.credentials().load(CredentialKey.of(URL))) == "one"


def test_a_store_that_only_says_that_it_deletes_is_found_out(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.credentials().save(stored_credential("one"))
    monkeypatch.setattr(kept.store, "delete", lambda entry: True)
    assert not kept.credentials().delete(CredentialKey.of(URL)).verified


def test_a_new_login_replaces_a_damaged_entry_and_says_so(kept: Kept) -> None:
    credential = kept.credentials().save(stored_credential("one"))
    kept.store.set(entry_name(IDENT, credential.slot), Secret("{broken"))
    credentials = kept.credentials()
    credentials.save(stored_credential("two"))
    assert word_of(credentials.load(CredentialKey.of(URL))) == "two"
    assert any("damaged" in warning for warning in credentials.warnings)


def test_a_damaged_entry_stands_until_its_replacement_is_safe(kept: Kept) -> None:
    kept.store.set(entry_name(IDENT, "a"), Secret("{broken"))
    assert kept.credentials().save(stored_credential("one")).slot == "b"


@pytest.mark.parametrize("slot", ["a", "b"])
def test_an_entry_of_a_newer_keyrack_is_neither_read_nor_replaced(kept: Kept, slot: str) -> None:
    newer = Secret(json.dumps({"format": 99}))
    kept.store.set(entry_name(IDENT, slot), newer)
    with pytest.raises(NewerFormat):
        kept.credentials().load(CredentialKey.of(URL))
    with pytest.raises(NewerFormat):
        kept.credentials().save(stored_credential())
    assert kept.store.get(entry_name(IDENT, slot)) == newer


def test_an_entry_of_another_server_is_not_handed_out(kept: Kept) -> None:
    credential = kept.credentials().save(stored_credential("one", url="https://evil.example/mcp"))
    stolen = kept.store.get(
        entry_name(record_id(CredentialKey.of("https://evil.example/mcp")), credential.slot)
    )
    assert stolen is not None
    kept.store.set(entry_name(IDENT, "a"), stolen)
    with pytest.raises(DamagedData, match="belongs to another server"):
        kept.credentials().load(CredentialKey.of(URL))


def test_a_credential_deleted_elsewhere_is_dropped_from_the_record(kept: Kept) -> None:
    credential = kept.credentials().save(stored_credential())
    kept.credentials().note(CredentialKey.of(URL), check=Check(1.0, "accepted"))
    kept.store.delete(entry_name(IDENT, credential.slot))
    credentials = kept.credentials()
    assert credentials.load(CredentialKey.of(URL)) is None
    assert any("no longer holds" in warning for warning in credentials.warnings)
    record = credentials.record(CredentialKey.of(URL))
    assert record is not None and (record.credential, record.check) == (None, Check(1.0, "accepted"))


def test_a_note_needs_no_credential_and_leaves_one_alone(kept: Kept) -> None:
    kept.credentials().note(CredentialKey.of(URL), check=Check(1.0, "open"))
    kept.credentials().note(CredentialKey.of(URL), refusal=(1.0, "No credential to refuse."))
    record = kept.credentials().record(CredentialKey.of(URL))
    assert record is not None and (record.credential, record.check) == (None, Check(1.0, "open"))
    credential = kept.credentials().save(stored_credential())
    kept.credentials().note(CredentialKey.of(URL), check=Check(2.0, "accepted"))
    assert kept.credentials().records() == {
        CredentialKey(URL): Record(URL, "default", credential, Check(2.0, "accepted"))
    }


def test_whose_it_is_beside_others_outlasts_a_killed_write(kept: Kept) -> None:
    kept.credentials().save(stored_credential())
    kept.credentials().note(CredentialKey.of(URL), names=("a", "a (Cursor, user)"))
    kept.credentials()._reconciler.intend(IDENT, "writing")
    found = kept.credentials().load(CredentialKey.of(URL))
    record = kept.credentials().record(CredentialKey.of(URL))
    assert found is not None and record is not None and record.credential is not None
    for facts in (found.credential, record.credential):
        assert (facts.names, facts.apart) == (("a", "a (Cursor, user)"), True)


def test_notes_and_saves_side_by_side_lose_nothing(kept: Kept) -> None:
    def note() -> None:
        for number in range(30):
            kept.credentials().note(CredentialKey.of(URL), check=Check(float(number), "accepted"))

    thread = threading.Thread(target=note)
    thread.start()
    for number in range(10):
        kept.credentials().save(stored_credential(str(number)))
    thread.join()
    record = kept.credentials().record(CredentialKey.of(URL))
    assert record is not None and record.check == Check(29.0, "accepted")
    assert word_of(kept.credentials().load(CredentialKey.of(URL))) == "9"


def test_loads_during_saves_find_a_credential_each_time(kept: Kept) -> None:
    kept.credentials().save(stored_credential("0"))

    def save() -> None:
        for number in range(1, 40):
            kept.credentials().save(stored_credential(str(number)))

    last = 0
    with ThreadPoolExecutor() as threads:
        saves = threads.submit(save)
        while not saves.done():
            word = word_of(kept.credentials().load(CredentialKey.of(URL)))
            assert word is not None and int(word) >= last
            last = int(word)
        saves.result()


@pytest.mark.parametrize("misses", [1, 2, 3])
def test_a_credential_that_changes_slots_between_two_reads_is_found(
    kept: Kept, misses: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (entry_name(IDENT, slot) for slot in SLOTS)
    writer, reader = kept.credentials(), kept.credentials()
    assert [writer.save(stored_credential("old")).slot for _ in range(2)] == list(SLOTS)
    get, read = kept.store.get, list[str]()

    def then_the_writer_gets_on(entry: str) -> Secret | None:
        found = get(entry)
        read.append(entry)
        if read.count(first) <= misses and (entry == first or read.count(second) < misses):
            with monkeypatch.context() as patch:
                patch.setattr(kept.store, "get", get)
                writer.save(stored_credential("new"))
        return found

    with writer.lock(CredentialKey.of(URL)):
        writer._reconciler.intend(IDENT, "writing")
        monkeypatch.setattr(kept.store, "get", then_the_writer_gets_on)
        assert word_of(reader.load(CredentialKey.of(URL))) == "new"
    assert read == [first, second] * (misses + 1)


def test_a_credential_that_was_replaced_twice_while_it_was_read_is_not_loaded(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slot read first still held the credential before the last, and the other was freed since."""
    writer, reader = kept.credentials(), kept.credentials()
    writer.save(stored_credential("one"))
    get = kept.store.get

    def unavailable(entry: str) -> bool:
        raise StoreUnavailable("Not now.")

    def then_the_writer_gets_on(entry: str) -> Secret | None:
        found = get(entry)
        monkeypatch.setattr(kept.store, "get", get)
        writer.save(stored_credential("three"))
        return found

    with writer.lock(CredentialKey.of(URL)):
        with monkeypatch.context() as patch:
            patch.setattr(kept.store, "delete", unavailable)
            writer.save(stored_credential("two"))
        monkeypatch.setattr(kept.store, "get", then_the_writer_gets_on)
        assert word_of(reader.load(CredentialKey.of(URL))) == "three"


def test_a_save_right_after_a_load_has_put_the_slots_in_order_takes_nothing_from_it(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = kept.credentials(), kept.credentials()
    writer.save(stored_credential("one"))
    writer._reconciler.intend(IDENT, "writing")
    hold = SharedLocks.hold

    @contextmanager
    def then_the_writer_gets_on(self: SharedLocks, name: str, *, timeout: float) -> Generator[None]:
        with hold(self, name, timeout=timeout):
            yield
        monkeypatch.undo()
        writer.save(stored_credential("two"))

    monkeypatch.setattr(SharedLocks, "hold", then_the_writer_gets_on)
    assert word_of(reader.load(CredentialKey.of(URL))) == "one"


def test_a_save_waits_for_whoever_holds_the_credential(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keyrack.store.credential_store.WAIT", 0)
    holder = kept.credentials()
    with holder.lock(CredentialKey.of(URL)):
        holder.save(stored_credential("holder"))
        other = kept.credentials()
        with pytest.raises(Temporary), other.lock(CredentialKey.of(URL), timeout=0):
            pass
        assert word_of(other.load(CredentialKey.of(URL))) == "holder"
    other.save(stored_credential("other"))


def test_a_disk_that_takes_nothing_is_found_out_before_the_keychain_is_written(
    kept: Kept, tmp_path: Path
) -> None:
    kept.credentials().save(stored_credential("old"))
    before = dict(kept.store._entries)
    for path in (tmp_path / "records").iterdir():
        path.unlink()
    (tmp_path / "records").rmdir()
    (tmp_path / "records").write_text("a file")
    with pytest.raises(KeyrackError, match="record"):
        kept.credentials().save(stored_credential("new"))
    assert kept.store._entries == before


def test_an_address_that_is_none_is_refused(kept: Kept) -> None:
    with pytest.raises(BadUrl):
        kept.credentials().load(CredentialKey.of("javascript:alert(1)"))


def test_a_rack_in_memory_touches_no_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    credentials = memory_credential_store(lambda: 0.0)
    credentials.save(stored_credential())
    credentials.prove_writable()
    credentials.note(CredentialKey.of(URL), check=Check(1.0, "open"))
    assert word_of(credentials.load(CredentialKey.of(URL))) == "one"
    assert credentials.delete(CredentialKey.of(URL)).verified
    assert list(tmp_path.iterdir()) == []


def test_listing_imports_neither_keyring_nor_anything_heavy(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom keyrack.store.credential_store import keychain_credential_store\n"
        "keychain_credential_store(sys.argv[1], lambda: 0.0).records()\n"
        "heavy = {'keyring', 'secretstorage', 'asyncio', 'dataclasses', 'httpx', 'textual'}\n"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []

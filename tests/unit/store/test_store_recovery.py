"""Lost records are rebuilt from the store, and unfinished changes are completed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from keyrack.domain.errors import StoreLocked
from keyrack.domain.model import Check, CredentialKey
from keyrack.domain.secret import Secret
from keyrack.domain.storage import Finding
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import entry_name, record_id
from keyrack.store.transaction.index import ENTRIES
from keyrack.system.locks import Locks
from support.store_fakes import URL, Watched, as_found, stored_credential, word_of
from support.sudden_end import Killed

OTHER = "https://other.example/mcp"
IDENT = record_id(CredentialKey.of(URL))


class World:
    """A store and a disk that outlive the credential stores over them."""

    def __init__(self, store: Watched, folder: Path) -> None:
        self.store = store
        self.folder = folder

    def credentials(self) -> BackendCredentialStore:
        locks = Locks(str(self.folder / "locks"))
        return BackendCredentialStore(
            self.store, RecordFiles(str(self.folder / "records"), locks, lambda: 0.0), locks
        )

    def lose_records(self) -> None:
        shutil.rmtree(self.folder / "records")

    def half_done(self, word: str, url: str = URL) -> None:
        """A save that was killed when the new credential was in the store, and the old one too."""
        credentials = self.credentials()
        with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
            patch.setattr(credentials._reconciler, "adopt", _die)
            credentials.save(stored_credential(word, url=url))


def _die(*_: object) -> None:
    raise Killed


@pytest.fixture(params=[True, False], ids=["listable", "with an index"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return World(Watched(listable=request.param), tmp_path)


def test_every_lost_record_is_rebuilt_and_none_is_an_orphan(world: World) -> None:
    world.credentials().save(stored_credential("one"))
    world.credentials().save(stored_credential("two"))
    world.credentials().save(stored_credential("other", url=OTHER))
    world.credentials().save(stored_credential("work", account="work"))
    before = world.credentials().records()
    world.lose_records()
    assert world.credentials().records() == {}
    assert world.credentials().survey() == (3, 0)
    found = world.credentials().repair()
    assert sorted(found) == [Finding(URL, "default"), Finding(URL, "work"), Finding(OTHER, "default")]
    assert world.credentials().records() == as_found(before)
    assert world.credentials().survey() == (0, 0)
    assert world.credentials().repair() == ()
    assert world.credentials().recover() == ()
    assert word_of(world.credentials().load(CredentialKey.of(URL))) == "two"


def test_one_record_that_was_lost_is_rebuilt_and_the_others_are_left_as_they_are(world: World) -> None:
    world.credentials().save(stored_credential("one"))
    world.credentials().save(stored_credential("other", url=OTHER))
    world.credentials().note(CredentialKey.of(OTHER), check=Check(5.0, "accepted"))
    (world.folder / "records" / f"{IDENT}.json").write_text("{")
    credentials = world.credentials()
    assert list(credentials.records()) == [CredentialKey(OTHER)]
    assert len(credentials.warnings) == 1 and "renamed to" in credentials.warnings[0]
    assert credentials.repair() == (Finding(URL, "default"),)
    records = world.credentials().records()
    assert records[CredentialKey(OTHER)].check == Check(5.0, "accepted")
    assert records[CredentialKey(URL)].credential is not None


def test_a_check_without_its_credential_stays_in_the_rebuilt_record(world: World) -> None:
    world.credentials().save(stored_credential("one"))
    world.lose_records()
    world.credentials().note(CredentialKey.of(URL), check=Check(5.0, "required"))
    world.credentials().repair()
    record = world.credentials().record(CredentialKey.of(URL))
    assert record is not None and record.credential is not None and record.check == Check(5.0, "required")


def test_a_repair_deletes_nothing_and_the_next_start_tidies(world: World) -> None:
    world.credentials().save(stored_credential("old"))
    world.half_done("new")
    world.lose_records()
    before = {name: text for name, text in world.store.texts.items() if name not in ENTRIES}
    assert world.credentials().repair() == (Finding(URL, "default"),)
    assert {name: text for name, text in world.store.texts.items() if name not in ENTRIES} == before
    assert len(before) == 2
    assert world.credentials().recover() == (Finding(URL, "default"),)
    assert [name for name in world.store.texts if name not in ENTRIES] == [entry_name(IDENT, "b")]
    assert word_of(world.credentials().load(CredentialKey.of(URL))) == "new"


@pytest.mark.parametrize("text", ["{broken", json.dumps({"format": 99})], ids=["damaged", "newer"])
def test_an_entry_that_cannot_be_read_is_named_and_left(text: str, world: World) -> None:
    world.credentials().save(stored_credential("other", url=OTHER))
    slot = world.credentials().save(stored_credential("one")).slot
    entry = entry_name(IDENT, slot)
    world.store.texts[entry] = Secret(text)
    world.lose_records()
    assert world.credentials().survey().strays == 2
    damaged, rebuilt = sorted(world.credentials().repair())
    assert rebuilt == Finding(OTHER, "default")
    assert "damaged" in damaged.problem or "newer" in damaged.problem
    # Only a list knows whose it was; the entry itself can't be asked.
    assert (damaged.url, damaged.name) == (
        ("", "a credential of an unknown server") if world.store.listable else (URL, URL)
    )
    assert world.store.texts[entry] == Secret(text)


def test_an_entry_with_an_address_that_is_none_is_damaged(world: World) -> None:
    slot = world.credentials().save(stored_credential("one")).slot
    entry = entry_name(IDENT, slot)
    text = world.store.texts[entry].reveal()
    world.store.texts[entry] = Secret(text.replace(f'"url":"{URL}"', '"url":"javascript:alert(1)"'))
    world.lose_records()
    (finding,) = world.credentials().repair()
    assert "belongs to another server" in finding.problem


def test_with_the_list_lost_too_it_is_looked_for_under_the_names_that_are_known(tmp_path: Path) -> None:
    world = World(Watched(), tmp_path)
    world.credentials().save(stored_credential("one"))
    world.lose_records()
    for entry in ENTRIES:
        world.store.texts.pop(entry, None)
    assert world.credentials().repair() == ()
    assert world.credentials().repair([CredentialKey(URL), CredentialKey(OTHER)]) == (
        Finding(URL, "default"),
    )
    assert world.credentials().survey() == (0, 0)
    assert world.credentials().repair() == (), "the list is whole again"


def test_credentials_of_a_keyrack_without_a_list_are_put_into_one(tmp_path: Path) -> None:
    world = World(Watched(), tmp_path)
    world.credentials().save(stored_credential("one"))
    for entry in ENTRIES:
        world.store.texts.pop(entry, None)
    assert world.credentials().survey() == (0, 1)
    assert world.credentials().repair() == ()
    assert world.credentials().survey() == (0, 0)
    world.lose_records()
    assert world.credentials().repair() == (Finding(URL, "default"),)


def test_a_name_without_a_credential_is_taken_from_the_list(tmp_path: Path) -> None:
    world = World(Watched(), tmp_path)
    world.credentials().save(stored_credential("one"))
    world.lose_records()
    world.store.texts.pop(entry_name(IDENT, "a"))
    assert world.credentials().survey() == (0, 0)
    assert world.credentials().repair() == ()
    assert world.credentials()._index.keys() == frozenset()


def test_what_another_process_is_at_is_left_to_it(world: World) -> None:
    world.credentials().save(stored_credential("one"))
    world.half_done("new")
    holder = world.credentials()
    with holder.lock(CredentialKey.of(URL)):
        assert world.credentials().recover() == ()
    world.lose_records()
    with holder.lock(CredentialKey.of(URL)):
        (finding,) = world.credentials().repair()
        assert "Another keyrack" in finding.problem
    assert world.credentials().repair() == (Finding(URL, "default"),)


def test_a_locked_store_is_reported_by_a_repair_and_not_asked_by_the_next_start(world: World) -> None:
    world.credentials().save(stored_credential("one"))
    world.half_done("new")
    world.store.is_locked = True
    world.store.asked.clear()
    assert world.credentials().recover() == ()
    assert world.store.asked == []
    if not world.store.listable:
        with pytest.raises(StoreLocked):
            world.credentials().repair()


def test_where_all_is_done_the_next_start_asks_the_store_for_nothing(world: World) -> None:
    world.credentials().save(stored_credential("one"))
    world.store.asked.clear()
    assert world.credentials().recover() == ()
    assert world.store.asked == []


def test_one_credential_that_cannot_be_settled_stops_no_other(world: World) -> None:
    for url in (URL, OTHER):
        world.credentials().save(stored_credential("old", url=url))
        world.half_done("new", url)
    for slot in "ab":
        world.store.texts[entry_name(IDENT, slot)] = Secret("{broken")
    found = {finding.url: finding.problem for finding in world.credentials().recover()}
    assert "damaged" in found[URL] and found[OTHER] == ""
    assert word_of(world.credentials().load(CredentialKey.of(OTHER))) == "new"
    assert {finding.url for finding in world.credentials().recover()} == {URL}


def test_an_entry_of_another_program_is_not_a_credential(world: World) -> None:
    world.store.texts.update({name: Secret("x") for name in ("probe", "one", f"{IDENT}.c", f"{IDENT}.a.1")})
    assert world.credentials().survey() == (0, 0)
    assert world.credentials().repair() == ()


def test_a_record_of_a_newer_keyrack_stands_and_is_not_rewritten(world: World) -> None:
    world.credentials().save(stored_credential("one"))
    path = world.folder / "records" / f"{IDENT}.json"
    content = json.dumps(json.loads(path.read_text()) | {"format": 99})
    path.write_text(content)
    assert world.credentials().survey() == (0, 0)
    assert world.credentials().repair() == ()
    assert world.credentials().recover() == ()
    assert path.read_text() == content

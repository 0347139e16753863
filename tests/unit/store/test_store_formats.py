"""Data from earlier versions can be read, and unknown data is left alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import record_id
from keyrack.system.locks import Locks
from support.store_fakes import as_found, stored_credential, word_of

# Written by keyrack at the commit before names became part of keys, into a store that can't be asked
# for its entries: records/, and entries.json with what lay in the store.
STORED_1 = Path(__file__).parents[2] / "support" / "stored_1"
URL = "https://mcp.example/mcp"


class Kept(MemoryBackend):
    """A store that outlives the process, as far as anyone can tell, and can't be asked for its entries."""

    name = "keychain"
    persistent = True

    def entries(self) -> None:  # type: ignore[override]
        return None

    def read(self, entry: str) -> dict[str, object]:
        text = self.get(entry)
        assert text is not None
        return json.loads(text.reveal())


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Kept()
        self.records = RecordFiles(str(folder / "records"), Locks(None), lambda: 0.0)
        self.credentials = BackendCredentialStore(self.store, self.records, Locks(None))

    def record(self, ident: str) -> dict[str, object]:
        return json.loads((self.folder / "records" / f"{ident}.json").read_text())

    def index(self) -> dict[str, object]:
        [entry] = [each for each in ("index.a", "index.b") if self.store.get(each) is not None]
        return self.store.read(entry)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """With what the earlier version left."""
    shutil.copytree(STORED_1 / "records", tmp_path / "records")
    home = Home(tmp_path)
    for entry, text in json.loads((STORED_1 / "entries.json").read_text()).items():
        home.store.set(entry, Secret(text))
    return home


def test_what_an_earlier_version_stored_is_listed_and_handed_out(home: Home) -> None:
    assert set(home.credentials.records()) == {CredentialKey(URL), CredentialKey(URL, "work")}
    tokens = [home.credentials.load(CredentialKey.of(URL, account)) for account in ("default", "work")]
    assert [each and each.tokens.access_token.reveal() for each in tokens] == ["at-1", "key-1"]
    record = home.credentials.record(CredentialKey.of(URL))
    assert record is not None and record.check is not None and record.check.verdict == "accepted"
    assert home.credentials.warnings == ()


def test_it_is_found_again_where_its_records_are_lost(home: Home) -> None:
    before = as_found(home.credentials.records())
    shutil.rmtree(home.folder / "records")
    assert len(home.credentials.repair()) == 2
    checked = {key: record._replace(check=None) for key, record in before.items()}
    assert home.credentials.records() == checked


def test_it_is_renewed_under_the_same_id_in_the_same_format(home: Home) -> None:
    old = home.credentials.load(CredentialKey.of(URL))
    assert old is not None
    home.credentials.save(old._replace(tokens=old.tokens._replace(access_token=Secret("at-2"))))
    ident = record_id(CredentialKey.of(URL))
    assert ident == "609de0df18ba61b7870fc1dec9385010"
    assert home.record(ident)["format"] == 1 and "name" not in home.record(ident)
    entry = home.store.read(f"{ident}.b")
    assert entry["format"] == 1 and "name" not in entry


def test_a_fact_keeps_its_name_and_its_place_on_disk(home: Home) -> None:
    """An earlier version reads the same names, and a record that did not change has the same bytes."""
    old = home.credentials.load(CredentialKey.of(URL))
    assert old is not None
    home.credentials.save(old)
    ident = record_id(CredentialKey.of(URL))
    for stored in (home.record(ident), home.store.read(f"{ident}.b")):
        facts = stored["credential"]
        assert isinstance(facts, dict)
        assert list(facts)[-6:] == ["store", "slot", "unlisted", "names", "apart", "added_scopes"]


def test_a_credential_with_a_name_lies_beside_the_one_without(home: Home) -> None:
    home.credentials.save(stored_credential("b", url=URL)._replace(name="wiki-b"))
    home.credentials.save(stored_credential("c", url=URL)._replace(name="wiki-c"))
    found = [home.credentials.load(CredentialKey.of(URL, "default", name)) for name in ("wiki-b", "wiki-c")]
    assert [word_of(each) for each in found] == ["b", "c"]
    first = home.credentials.load(CredentialKey.of(URL))
    assert first is not None and first.tokens.access_token.reveal() == "at-1"
    assert home.credentials.delete(CredentialKey.of(URL, "default", "wiki-b")).verified
    assert home.credentials.load(CredentialKey.of(URL, "default", "wiki-b")) is None
    assert word_of(home.credentials.load(CredentialKey.of(URL, "default", "wiki-c"))) == "c"


def test_an_earlier_version_is_told_to_leave_a_name_alone(home: Home) -> None:
    """It knows format 1, and neither reads nor replaces what says that it is newer."""
    home.credentials.save(stored_credential("b", url=URL)._replace(name="wiki-b"))
    ident = record_id(CredentialKey.of(URL, "default", "wiki-b"))
    assert home.record(ident)["format"] == home.store.read(f"{ident}.a")["format"] == 2
    index = home.index()
    assert index["format"] == 1
    assert index["credentials"] == [[URL, "default"], [URL, "work"]]
    assert index["named"] == [[URL, "default", "wiki-b"]]


def test_a_name_is_found_again_by_the_list_in_the_store(home: Home) -> None:
    home.credentials.save(stored_credential("b", url=URL)._replace(name="wiki-b"))
    shutil.rmtree(home.folder / "records")
    home.credentials.repair()
    assert CredentialKey(URL, "default", "wiki-b") in home.credentials.records()
    assert word_of(home.credentials.load(CredentialKey.of(URL, "default", "wiki-b"))) == "b"


def test_no_two_keys_have_the_same_id() -> None:
    keys = [(URL, "a\nb"), (URL, "a", "b"), (URL, "a", "b\n"), (URL, 'a", "b'), (URL + "/a", "b")]
    assert len({record_id(CredentialKey(*key)) for key in keys}) == len(keys)


def test_the_secrets_of_a_local_process_have_a_format_of_their_own(home: Home) -> None:
    """So that a keyrack that takes every key for a URL leaves them alone."""
    key = CredentialKey.of_secrets("local")
    plain = stored_credential(url=URL)
    facts = plain.credential._replace(kind="secrets", secrets=("A_TOKEN",))
    fields = (("A_TOKEN", Secret("a")),)
    home.credentials.save(plain._replace(url=key.url, account=key.account, credential=facts, fields=fields))
    ident = record_id(key)
    record = home.record(ident)
    assert record["format"] == 3
    loaded = home.credentials.load(key)
    assert loaded is not None and loaded.fields == fields and loaded.key == key
    assert home.credentials.records()[key].credential is not None
    home.credentials.save(plain)
    assert home.record(record_id(plain.key))["format"] == 1

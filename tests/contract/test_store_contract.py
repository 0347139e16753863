"""What every backend, and every credential store on top of one, must do, real or fake."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keyrack.domain.model import Check, CredentialKey
from keyrack.domain.secret import Secret
from keyrack.domain.storage import Finding
from keyrack.store.backends.base import SecretBackend
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.chunked import ChunkedBackend
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import entry_name, record_id
from keyrack.store.records.records import MemoryRecords
from keyrack.system.locks import Locks
from support import vaults, win_vault
from support.keychain import private_keychain
from support.pass_store import password_store
from support.store_fakes import URL, Backend, DeleteThenAdd, as_found, stored_credential, word_of
from support.win_vault import windows_keyring

NewRack = Callable[[], BackendCredentialStore]
KINDS = ("memory", "keyring", "delete-then-add", "windows", "gnome-keyring", "vault", "pass")


@pytest.fixture(scope="session")
def keychain() -> Iterator[dict[str, str]]:
    with private_keychain() as env:
        yield env


@pytest.fixture(scope="session")
def password_store_env() -> Iterator[dict[str, str]]:
    with password_store() as env:
        yield env


@pytest.fixture(params=KINDS)
def store(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[SecretBackend]:
    if request.param == "memory":
        yield MemoryBackend()
    elif request.param == "gnome-keyring":
        for name, value in request.getfixturevalue("keychain").items():
            monkeypatch.setenv(name, value)
        real = ChunkedBackend(KeychainBackend())
        yield real
        for entry in ("probe", "one", "two"):
            real.delete(entry)
    elif request.param == "vault":
        yield vaults.made(tmp_path / "vault", monkeypatch)
    elif request.param == "pass":
        for name, value in request.getfixturevalue("password_store_env").items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("keyring.core._keyring_backend", None)  # its choice is for the whole process
        real = ChunkedBackend(KeychainBackend())
        yield real
        for entry in ("probe", "one", "two", "index.a", "index.b"):
            real.delete(entry)
    elif request.param == "windows":
        win_vault.install(monkeypatch)
        yield ChunkedBackend(KeychainBackend(windows_keyring))
    else:
        backend = Backend() if request.param == "keyring" else DeleteThenAdd()
        yield ChunkedBackend(KeychainBackend(lambda: backend))


@pytest.fixture
def new_rack(store: SecretBackend, tmp_path: Path) -> Iterator[NewRack]:
    """Each call is a new process's credential store over the same store and the same disk."""

    def make() -> BackendCredentialStore:
        if isinstance(store, MemoryBackend):
            return BackendCredentialStore(store, records, Locks(None))
        locks = Locks(str(tmp_path / "locks"))
        return BackendCredentialStore(
            store, RecordFiles(str(tmp_path / "records"), locks, lambda: 0.0), locks
        )

    records = MemoryRecords()
    yield make
    for key in make().records():
        make().delete(key)


def test_an_entry_that_is_not_there_is_none(store: SecretBackend) -> None:
    assert store.get("one") is None
    assert store.delete("one") is False


@pytest.mark.parametrize(
    "text", ["plain", "with\nlines", "ünïcode ✓", "x" * 16_384, "y" * 200_000],
    # pytest puts the name into the environment, where it has no room for the longest.
    ids=["plain", "lines", "unicode", "16 KB", "200 KB"],
)  # fmt: skip
def test_what_is_set_can_be_read_and_deleted(store: SecretBackend, text: str) -> None:
    if store.state().name == "pass" and "\n" in text:
        pytest.skip("pass keeps the first line alone; what keyrack stores has one line")
    store.set("one", Secret(text))
    assert store.get("one") == Secret(text)
    assert store.delete("one") is True
    assert store.get("one") is None


def test_a_second_set_replaces_the_first_and_no_other_entry(store: SecretBackend) -> None:
    store.set("one", Secret("old"))
    store.set("two", Secret("other"))
    store.set("one", Secret("new"))
    assert (store.get("one"), store.get("two")) == (Secret("new"), Secret("other"))


@pytest.mark.parametrize("length", [1279, 1280, 1281, 2560, 2561, 16_384])
def test_a_shorter_text_takes_the_place_of_a_longer_one(length: int, store: SecretBackend) -> None:
    store.set("one", Secret("x" * length))
    assert store.get("one") == Secret("x" * length)
    store.set("one", Secret("y"))
    assert store.get("one") == Secret("y")
    assert store.entries() in (None, ("one",))
    assert store.delete("one") is True


def test_a_store_that_tells_its_entries_tells_them_all(store: SecretBackend) -> None:
    store.set("one", Secret("x"))
    store.set("two", Secret("y"))
    listed = store.entries()
    assert listed is None or sorted(listed) == ["one", "two"]


def test_a_working_store_says_that_it_is_ready(store: SecretBackend) -> None:
    state = store.state()
    assert (state.ready, state.locked, state.reason) == (True, False, "")
    assert state.name == store.name
    assert state.persistent == store.persistent


def test_a_saved_grant_comes_back_complete(new_rack: NewRack) -> None:
    credential = new_rack().save(stored_credential(size=16_384))
    found = new_rack().load(CredentialKey.of(URL))
    assert found == stored_credential(size=16_384)._replace(credential=credential)
    assert credential.store == new_rack().state().name
    assert new_rack().records()[CredentialKey(URL)].credential == credential


def test_saves_replace_each_other_and_leave_one_entry(new_rack: NewRack, store: SecretBackend) -> None:
    for word in ("one", "two", "three"):
        credential = new_rack().save(stored_credential(word))
        assert word_of(new_rack().load(CredentialKey.of(URL))) == word
        held = [
            slot for slot in "ab" if store.get(entry_name(record_id(CredentialKey.of(URL)), slot)) is not None
        ]
        assert held == [credential.slot]
    assert new_rack().warnings == ()


def test_accounts_and_servers_are_apart(new_rack: NewRack) -> None:
    other = "https://other.example/mcp"
    new_rack().save(stored_credential("one"))
    new_rack().save(stored_credential("two", account="work"))
    new_rack().save(stored_credential("three", url=other))
    assert new_rack().delete(CredentialKey.of(URL)).verified
    assert new_rack().load(CredentialKey.of(URL)) is None
    assert word_of(new_rack().load(CredentialKey.of(URL, "work"))) == "two"
    assert word_of(new_rack().load(CredentialKey.of(other))) == "three"


def test_two_spellings_of_a_url_are_one_credential(new_rack: NewRack) -> None:
    new_rack().save(stored_credential("one", url="https://MCP.example:443/mcp/"))
    assert word_of(new_rack().load(CredentialKey.of(URL))) == "one"
    assert list(new_rack().records()) == [CredentialKey(URL)]


def test_a_removal_is_verified_and_keeps_the_check(new_rack: NewRack) -> None:
    new_rack().save(stored_credential())
    new_rack().note(CredentialKey.of(URL), check=Check(5.0, "accepted"))
    assert new_rack().delete(CredentialKey.of(URL)) == (True, True, "")
    record = new_rack().record(CredentialKey.of(URL))
    assert record is not None and record.credential is None and record.check == Check(5.0, "accepted")
    assert new_rack().load(CredentialKey.of(URL)) is None
    assert new_rack().delete(CredentialKey.of(URL)) == (False, True, "")


def test_proving_that_it_can_be_written_leaves_nothing(
    new_rack: NewRack, store: SecretBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    put = type(store).set

    def noting(self: SecretBackend, entry: str, secret: Secret) -> None:
        written.append(entry)
        put(self, entry, secret)

    monkeypatch.setattr(type(store), "set", noting)
    credentials = new_rack()
    credentials.prove_writable()
    [entry] = [entry for entry in written if entry.startswith("probe-")]
    assert store.get(entry) is None
    assert credentials.records() == {}


def test_lost_records_are_rebuilt_by_a_load(new_rack: NewRack, store: SecretBackend, tmp_path: Path) -> None:
    if isinstance(store, MemoryBackend):
        pytest.skip("memory has no records to lose")
    new_rack().save(stored_credential("one"))
    credential = new_rack().save(stored_credential("two"))
    shutil.rmtree(tmp_path / "records")
    assert word_of(new_rack().load(CredentialKey.of(URL))) == "two"
    record = new_rack().record(CredentialKey.of(URL))
    assert record is not None and record.credential == credential._replace(ad_hoc=True)
    new_rack().save(stored_credential("three"))
    assert word_of(new_rack().load(CredentialKey.of(URL))) == "three"


def test_lost_records_are_all_found_again(new_rack: NewRack, store: SecretBackend, tmp_path: Path) -> None:
    if isinstance(store, MemoryBackend):
        pytest.skip("memory has no records to lose")
    new_rack().save(stored_credential("one", size=16_384))
    new_rack().save(stored_credential("two", account="work"))
    before = new_rack().records()
    shutil.rmtree(tmp_path / "records")
    assert new_rack().survey() == (2, 0)
    assert sorted(new_rack().repair()) == [Finding(URL, "default"), Finding(URL, "work")]
    assert new_rack().records() == as_found(before)
    assert new_rack().survey() == (0, 0)


def test_a_noted_refusal_comes_with_the_grant_and_ends_with_a_save(new_rack: NewRack) -> None:
    new_rack().save(stored_credential())
    new_rack().note(CredentialKey.of(URL), refresh_refusal=(8.0, "Not now."))
    found = new_rack().load(CredentialKey.of(URL))
    assert found is not None
    noted = found.credential
    assert (noted.refused_at, noted.refusal, noted.refresh_refused_at) == (None, "Not now.", 8.0)
    new_rack().note(CredentialKey.of(URL), refusal=(9.0, "The issuer refused."))
    found = new_rack().load(CredentialKey.of(URL))
    assert found is not None
    assert (found.credential.refused_at, found.credential.refusal) == (9.0, "The issuer refused.")
    new_rack().save(stored_credential("two"))
    record = new_rack().record(CredentialKey.of(URL))
    assert record is not None and record.credential is not None and record.credential.refused_at is None

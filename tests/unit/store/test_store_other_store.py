"""Two stores with the same records: an older credential never replaces a newer one."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from keyrack.domain.errors import StoreAbsent
from keyrack.domain.model import CredentialKey, StoredCredential
from keyrack.store.backends.memory import MemoryBackend
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import SLOTS, entry_name, record_id
from keyrack.store.transaction.reconcile import Reconciler
from keyrack.system.locks import Locks
from support import store_fakes
from support.store_fakes import URL, word_of
from support.sudden_end import Killed

IDENT = record_id(CredentialKey.of(URL))


class Named(MemoryBackend):
    persistent = True

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    @property
    def texts(self) -> dict[str, object]:
        return dict(self._entries)


class Machine:
    """Two keychains and one disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.one, self.two = Named("one"), Named("two")

    def credentials(self, store: MemoryBackend) -> BackendCredentialStore:
        """As a new process would build it."""
        locks = Locks(str(self.folder / "locks"))
        return BackendCredentialStore(
            store, RecordFiles(str(self.folder / "records"), locks, lambda: 0.0), locks
        )

    def recorded(self) -> tuple[str, float]:
        record = self.credentials(self.one).record(CredentialKey.of(URL))
        assert record is not None and record.credential is not None
        return record.credential.store, record.credential.obtained_at


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def stored_credential(word: str, at: float) -> StoredCredential:
    made = store_fakes.stored_credential(word)
    return made._replace(credential=made.credential._replace(obtained_at=at))


def older_here_and_newer_there(machine: Machine) -> None:
    """As after a login whose process had another store than the one that is used now."""
    machine.credentials(machine.one).save(stored_credential("older", 1.0))
    machine.credentials(machine.two).save(stored_credential("newer", 2.0))


class TestANewerOneLiesElsewhere:
    def test_the_older_one_is_not_given_out(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        for _ in range(2):
            with pytest.raises(StoreAbsent, match="is in the two, but the one is in use now"):
                machine.credentials(machine.one).load(CredentialKey.of(URL))
        assert machine.recorded() == ("two", 2.0)
        assert word_of(machine.credentials(machine.two).load(CredentialKey.of(URL))) == "newer"

    def test_nor_beside_a_process_that_is_at_it(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        credentials, held, done = machine.credentials(machine.one), threading.Event(), threading.Event()

        def work() -> None:
            with machine.credentials(machine.one).lock(CredentialKey.of(URL)):
                held.set()
                done.wait(10)

        thread = threading.Thread(target=work)
        thread.start()
        held.wait(10)
        try:
            with pytest.raises(StoreAbsent):
                credentials.load(CredentialKey.of(URL))
        finally:
            done.set()
            thread.join()

    def test_a_clear_says_that_it_is_still_there(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        credentials = machine.credentials(machine.one)
        with pytest.raises(StoreAbsent):
            credentials.load(CredentialKey.of(URL))
        removal = credentials.delete(CredentialKey.of(URL))
        assert not removal.verified and "It is still there." in removal.reason
        assert word_of(machine.credentials(machine.two).load(CredentialKey.of(URL))) == "newer"

    def test_the_next_start_leaves_it_alone(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        credentials = machine.credentials(machine.one)
        credentials._reconciler.intend(IDENT, "writing")
        others = [f"https://other-{number}.example/mcp" for number in range(3)]
        for url in others:
            credentials.save(store_fakes.stored_credential("word", url=url))
            credentials._reconciler.intend(record_id(CredentialKey.of(url)), "writing")
        problems = {finding.url: finding.problem for finding in credentials.recover()}
        assert "is in the two" in problems.pop(URL)
        assert problems == dict.fromkeys(others, "")
        assert machine.recorded() == ("two", 2.0)

    def test_a_login_takes_its_place(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        machine.credentials(machine.one).save(stored_credential("newest", 3.0))
        assert machine.recorded() == ("one", 3.0)
        assert word_of(machine.credentials(machine.one).load(CredentialKey.of(URL))) == "newest"
        assert len(machine.one.entries()) == 1

    def test_a_killed_login_does_not_let_the_record_name_the_older_one(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        older_here_and_newer_there(machine)
        credentials = machine.credentials(machine.one)

        def killed(*arguments: object) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(credentials._slots, "write", killed)
            with pytest.raises(Killed):
                credentials.save(stored_credential("newest", 3.0))
        assert machine.recorded() == ("two", 2.0)
        assert word_of(machine.credentials(machine.two).load(CredentialKey.of(URL))) == "newer"

    def test_a_removal_that_was_killed_there_is_not_finished_here(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        machine.credentials(machine.two)._reconciler.intend(IDENT, "removing")
        credentials = machine.credentials(machine.one)
        [finding] = credentials.recover()
        assert "is in the two" in finding.problem
        machine.credentials(machine.two).recover()
        assert machine.two.entries() == ()
        assert credentials.record(CredentialKey.of(URL)) is None


def test_a_copy_that_a_killed_move_left_is_as_good(machine: Machine) -> None:
    machine.credentials(machine.one).save(stored_credential("word", 1.0))
    machine.credentials(machine.two).save(stored_credential("word", 1.0))
    machine.credentials(machine.two).note(CredentialKey.of(URL), refusal=(5.0, "Refused."))
    found = machine.credentials(machine.one).load(CredentialKey.of(URL))
    assert found is not None and word_of(found) == "word"
    assert found.credential.refused_at == 5.0
    assert machine.recorded() == ("one", 1.0)


class TestRecordsFromABackup:
    """The data folder is older than the keychain."""

    @pytest.fixture(autouse=True)
    def restored(self, machine: Machine) -> None:
        credentials, copy = machine.credentials(machine.one), machine.folder / "copy"
        credentials.save(stored_credential("one", 1.0))
        shutil.copytree(machine.folder / "records", copy)
        credentials.save(stored_credential("two", 2.0))
        credentials.save(stored_credential("three", 3.0))
        credentials.note(CredentialKey.of(URL), refusal=(9.0, "Refused."))
        shutil.rmtree(machine.folder / "records")
        copy.rename(machine.folder / "records")

    def test_a_load_sets_them_right(self, machine: Machine) -> None:
        assert word_of(machine.credentials(machine.one).load(CredentialKey.of(URL))) == "three"
        assert machine.recorded() == ("one", 3.0)

    def test_a_killed_refresh_keeps_the_new_token(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        credentials = machine.credentials(machine.one)
        stored = machine.credentials(machine.one).held(CredentialKey.of(URL))
        assert stored is not None

        def killed(*arguments: object) -> None:
            raise Killed

        with (
            pytest.raises(Killed),
            credentials.lock(CredentialKey.of(URL)),
            credentials.renewing(stored) as save,
        ):
            monkeypatch.setattr(credentials._reconciler, "adopt", killed)  # written, and not yet recorded
            save(stored_credential("new", 4.0))
        assert len(machine.one.entries()) == 2
        assert word_of(machine.credentials(machine.one).load(CredentialKey.of(URL))) == "new"

    def test_a_refusal_of_the_older_one_is_not_the_newer_ones(self, machine: Machine) -> None:
        machine.credentials(machine.one).note(CredentialKey.of(URL), refusal=(9.0, "Refused."))
        found = machine.credentials(machine.one).load(CredentialKey.of(URL))
        assert found is not None and found.credential.refused_at is None


@pytest.mark.parametrize("saves", [1, 2])
def test_a_refusal_outlives_a_killed_refresher(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, saves: int
) -> None:
    """Its copy in the other slot is as good, and may be the one that is found first."""
    credentials = machine.credentials(machine.one)
    for number in range(saves):
        credentials.save(stored_credential("word", float(number)))
    stored = credentials.load(CredentialKey.of(URL))
    assert stored is not None

    def killed(*arguments: object) -> None:
        raise Killed

    monkeypatch.setattr(Reconciler, "delete_replaced", killed)
    with pytest.raises(Killed), credentials.lock(CredentialKey.of(URL)), credentials.renewing(stored):
        credentials.note(CredentialKey.of(URL), refusal=(9.0, "Refused."))  # by a check that needs no lock
        raise Killed
    monkeypatch.undo()
    assert {entry_name(IDENT, slot) for slot in SLOTS} == set(machine.one.texts)
    found = machine.credentials(machine.one).load(CredentialKey.of(URL))
    assert found is not None and found.credential.refused_at == 9.0


@pytest.mark.parametrize(("saves", "there"), [(1, 3), (2, 4), (5, 1), (6, 2)])
def test_what_is_saved_here_surpasses_an_older_one_of_any_count(
    saves: int, there: int, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older one, which another data folder has saved here so often, stays where a kill comes first."""
    beside = Machine(tmp_path / "beside")
    beside.one = machine.one
    for _ in range(saves):
        beside.credentials(machine.one).save(stored_credential("older", 1.0))
    for _ in range(there):
        machine.credentials(machine.two).save(stored_credential("newer", 2.0))

    def killed(_: str) -> bool:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(machine.one, "delete", killed)
        machine.credentials(machine.one).save(stored_credential("newest", 3.0))
    found = machine.credentials(machine.one).load(CredentialKey.of(URL))
    assert found is not None and word_of(found) == "newest"

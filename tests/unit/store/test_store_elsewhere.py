"""Two stores over the same records: an older credential never takes the place of a newer one."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from keyrack.domain.errors import StoreAbsent
from keyrack.domain.model import Grant
from keyrack.store.backends.memory import MemoryStore
from keyrack.store.credential_store import StoreRack
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import SLOTS, entry_name, record_id
from keyrack.store.transaction.reconcile import Settler
from keyrack.system.locks import Locks
from support import store_fakes
from support.store_fakes import URL, Killed, word_of

IDENT = record_id(URL, "default")


class Named(MemoryStore):
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

    def rack(self, store: MemoryStore) -> StoreRack:
        """As a new process would build it."""
        locks = Locks(str(self.folder / "locks"))
        return StoreRack(store, RecordFiles(str(self.folder / "records"), locks, lambda: 0.0), locks)

    def recorded(self) -> tuple[str, float]:
        record = self.rack(self.one).record(URL, "default")
        assert record is not None and record.credential is not None
        return record.credential.store, record.credential.obtained_at


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def grant(word: str, at: float) -> Grant:
    made = store_fakes.grant(word)
    return made._replace(credential=made.credential._replace(obtained_at=at))


def older_here_and_newer_there(machine: Machine) -> None:
    """As after a login whose process had another store than the one that is used now."""
    machine.rack(machine.one).save(grant("older", 1.0))
    machine.rack(machine.two).save(grant("newer", 2.0))


class TestANewerOneLiesElsewhere:
    def test_the_older_one_is_not_given_out(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        for _ in range(2):
            with pytest.raises(StoreAbsent, match="is in the two, but the one is in use now"):
                machine.rack(machine.one).load(URL, "default")
        assert machine.recorded() == ("two", 2.0)
        assert word_of(machine.rack(machine.two).load(URL, "default")) == "newer"

    def test_nor_beside_a_process_that_is_at_it(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        rack, held, done = machine.rack(machine.one), threading.Event(), threading.Event()

        def work() -> None:
            with machine.rack(machine.one).lock(URL, "default"):
                held.set()
                done.wait(10)

        thread = threading.Thread(target=work)
        thread.start()
        held.wait(10)
        try:
            with pytest.raises(StoreAbsent):
                rack.load(URL, "default")
        finally:
            done.set()
            thread.join()

    def test_a_clear_says_that_it_is_still_there(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        rack = machine.rack(machine.one)
        with pytest.raises(StoreAbsent):
            rack.load(URL, "default")
        removal = rack.remove(URL, "default")
        assert not removal.verified and "It is still there." in removal.reason
        assert word_of(machine.rack(machine.two).load(URL, "default")) == "newer"

    def test_the_next_start_leaves_it_alone(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        rack = machine.rack(machine.one)
        rack._settler.intend(IDENT, "writing")
        others = [f"https://other-{number}.example/mcp" for number in range(3)]
        for url in others:
            rack.save(store_fakes.grant("word", url=url))
            rack._settler.intend(record_id(url, "default"), "writing")
        problems = {finding.url: finding.problem for finding in rack.tidy()}
        assert "is in the two" in problems.pop(URL)
        assert problems == dict.fromkeys(others, "")
        assert machine.recorded() == ("two", 2.0)

    def test_a_login_takes_its_place(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        machine.rack(machine.one).save(grant("newest", 3.0))
        assert machine.recorded() == ("one", 3.0)
        assert word_of(machine.rack(machine.one).load(URL, "default")) == "newest"
        assert len(machine.one.entries()) == 1

    def test_a_killed_login_does_not_let_the_record_name_the_older_one(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        older_here_and_newer_there(machine)
        rack = machine.rack(machine.one)

        def killed(*arguments: object) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(rack._slots, "write", killed)
            with pytest.raises(Killed):
                rack.save(grant("newest", 3.0))
        assert machine.recorded() == ("two", 2.0)
        assert word_of(machine.rack(machine.two).load(URL, "default")) == "newer"

    def test_a_removal_that_was_killed_there_is_not_finished_here(self, machine: Machine) -> None:
        older_here_and_newer_there(machine)
        machine.rack(machine.two)._settler.intend(IDENT, "removing")
        rack = machine.rack(machine.one)
        [finding] = rack.tidy()
        assert "is in the two" in finding.problem
        machine.rack(machine.two).tidy()
        assert machine.two.entries() == ()
        assert rack.record(URL, "default") is None


def test_a_copy_that_a_killed_move_left_is_as_good(machine: Machine) -> None:
    machine.rack(machine.one).save(grant("word", 1.0))
    machine.rack(machine.two).save(grant("word", 1.0))
    machine.rack(machine.two).note(URL, "default", refusal=(5.0, "Refused."))
    found = machine.rack(machine.one).load(URL, "default")
    assert found is not None and word_of(found) == "word"
    assert found.credential.refused_at == 5.0
    assert machine.recorded() == ("one", 1.0)


class TestRecordsFromABackup:
    """The data folder is older than the keychain."""

    @pytest.fixture(autouse=True)
    def restored(self, machine: Machine) -> None:
        rack, copy = machine.rack(machine.one), machine.folder / "copy"
        rack.save(grant("one", 1.0))
        shutil.copytree(machine.folder / "records", copy)
        rack.save(grant("two", 2.0))
        rack.save(grant("three", 3.0))
        rack.note(URL, "default", refusal=(9.0, "Refused."))
        shutil.rmtree(machine.folder / "records")
        copy.rename(machine.folder / "records")

    def test_a_load_sets_them_right(self, machine: Machine) -> None:
        assert word_of(machine.rack(machine.one).load(URL, "default")) == "three"
        assert machine.recorded() == ("one", 3.0)

    def test_a_killed_refresh_keeps_the_new_token(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rack = machine.rack(machine.one)
        stored = machine.rack(machine.one).held(URL, "default")
        assert stored is not None

        def killed(*arguments: object) -> None:
            raise Killed

        with pytest.raises(Killed), rack.lock(URL, "default"), rack.renewing(stored) as keep:
            monkeypatch.setattr(rack._settler, "adopt", killed)  # written, and not yet recorded
            keep(grant("new", 4.0))
        assert len(machine.one.entries()) == 2
        assert word_of(machine.rack(machine.one).load(URL, "default")) == "new"

    def test_a_refusal_of_the_older_one_is_not_the_newer_ones(self, machine: Machine) -> None:
        machine.rack(machine.one).note(URL, "default", refusal=(9.0, "Refused."))
        found = machine.rack(machine.one).load(URL, "default")
        assert found is not None and found.credential.refused_at is None


@pytest.mark.parametrize("saves", [1, 2])
def test_a_refusal_outlives_a_killed_refresher(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, saves: int
) -> None:
    """Its copy in the other slot is as good, and may be the one that is found first."""
    rack = machine.rack(machine.one)
    for number in range(saves):
        rack.save(grant("word", float(number)))
    stored = rack.load(URL, "default")
    assert stored is not None

    def killed(*arguments: object) -> None:
        raise Killed

    monkeypatch.setattr(Settler, "tidy", killed)
    with pytest.raises(Killed), rack.lock(URL, "default"), rack.renewing(stored):
        rack.note(URL, "default", refusal=(9.0, "Refused."))  # by a check that needs no lock
        raise Killed
    monkeypatch.undo()
    assert {entry_name(IDENT, slot) for slot in SLOTS} == set(machine.one.texts)
    found = machine.rack(machine.one).load(URL, "default")
    assert found is not None and found.credential.refused_at == 9.0

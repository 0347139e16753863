"""Two data folders with one store: each finds what the other has stored, and neither undoes it.

Each has records of its own, which say in which slot the credential lies; what the slots hold
decides. `Killed` in one folder stands for its process's end.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from keyrack.domain.model import CredentialKey, StoredCredential
from keyrack.domain.storage import Finding
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import entry_name, record_id
from keyrack.system.locks import Locks
from support import store_fakes
from support.store_fakes import URL, Watched, word_of
from support.sudden_end import Killed

IDENT = record_id(CredentialKey.of(URL))


def stored_credential(word: str, at: float) -> StoredCredential:
    """Issued at that time."""
    made = store_fakes.stored_credential(word)
    return made._replace(credential=made.credential._replace(obtained_at=at))


class Homes:
    """One store, and a new process in each of its data folders."""

    def __init__(self, folder: Path) -> None:
        self.store = Watched(listable=True)
        self._folder = folder

    def credentials(self, name: str) -> BackendCredentialStore:
        locks = Locks(str(self._folder / name / "locks"))
        files = RecordFiles(str(self._folder / name / "records"), locks, lambda: 0.0)
        return BackendCredentialStore(self.store, files, locks)

    @property
    def a(self) -> BackendCredentialStore:
        return self.credentials("a")

    @property
    def b(self) -> BackendCredentialStore:
        return self.credentials("b")

    def word(self, name: str) -> str | None:
        return word_of(self.credentials(name).load(CredentialKey.of(URL)))

    def slots(self) -> list[str]:
        return sorted(name for name in self.store.texts if name.startswith(IDENT))

    def killed(self, name: str, action: Callable[[BackendCredentialStore], object], after: int) -> bool:
        """In that folder, after so many changes of the store."""
        self.store.left = after
        try:
            action(self.credentials(name))
        except Killed:
            return True
        finally:
            self.store.left = -1
        return False


@pytest.fixture
def homes(tmp_path: Path) -> Homes:
    """Both know the credential "one"."""
    homes = Homes(tmp_path)
    homes.a.save(stored_credential("one", 1))
    assert homes.word("b") == "one"
    return homes


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_one_stored_is_what_the_other_loads(homes: Homes, times: int) -> None:
    for number in range(times):
        homes.a.save(stored_credential(f"new{number}", 2 + number))
    assert homes.word("b") == homes.word("a") == f"new{times - 1}"
    assert len(homes.slots()) == 1


def test_saves_by_turns_never_bring_an_older_one_back(homes: Homes) -> None:
    for number in range(6):
        homes.credentials("ab"[number % 2]).save(stored_credential(f"new{number}", 2 + number))
        assert homes.word("a") == homes.word("b") == f"new{number}"
    assert len(homes.slots()) == 1


def test_an_old_one_that_a_kill_left_beside_the_new_one_is_not_loaded(homes: Homes) -> None:
    # Its slot and sequence are the ones that the other folder's record names.
    seen: set[str | None] = set()
    for after in range(20):
        homes.a.save(stored_credential("old", 10 * after + 2))
        assert homes.word("b") == "old"
        if not homes.killed(
            "a", lambda credentials, at=10 * after + 3: credentials.save(stored_credential("new", at)), after
        ):
            break
        held = [homes.store.texts[name].reveal() for name in homes.slots()]
        newest = "new" if any("access-new" in text for text in held) else "old"
        assert homes.word("b") == newest
        assert homes.word("a") == newest and len(homes.slots()) == 1
        seen.add(newest)
    assert seen == {"old", "new"}


def test_a_renewal_in_one_begins_with_what_the_other_stored(homes: Homes) -> None:
    homes.a.save(stored_credential("new", 2))
    credentials = homes.b
    with credentials.lock(CredentialKey.of(URL)):
        stored = credentials.load(CredentialKey.of(URL))
        assert stored is not None and word_of(stored) == "new"
        with credentials.renewing(stored) as save:
            save(stored_credential("newer", 3))
    assert homes.word("a") == "newer"


def test_what_is_stored_here_surpasses_what_the_other_stored_anew_with_the_same_times(homes: Homes) -> None:
    """The record of b has the slot and the times of what is stored, but an older count of saves."""
    seen: set[str | None] = set()
    for after in range(20):
        for _ in range(2):
            homes.a.save(stored_credential("one", 1))
        if not homes.killed("b", lambda credentials: credentials.save(stored_credential("new", 2)), after):
            break
        held = [homes.store.texts[name].reveal() for name in homes.slots()]
        newest = "new" if any("access-new" in text for text in held) else "one"
        assert homes.word("b") == homes.word("a") == newest
        seen.add(newest)
        homes.a.delete(CredentialKey.of(URL))
        homes.a.save(stored_credential("one", 1))
        assert homes.word("b") == "one"
    assert seen == {"one", "new"}


def test_what_one_cleared_is_gone_for_the_other(homes: Homes) -> None:
    assert homes.a.delete(CredentialKey.of(URL)).verified
    assert homes.word("b") is None
    assert homes.b.records() == {}


def test_a_refusal_that_one_noted_is_not_said_of_what_the_other_stored_since(homes: Homes) -> None:
    homes.b.note(CredentialKey.of(URL), refusal=(9.0, "The issuer refused."))
    # After a clear the count of saves begins anew: same slot, same number, another credential.
    homes.a.delete(CredentialKey.of(URL))
    homes.a.save(stored_credential("new", 2))
    found = homes.b.load(CredentialKey.of(URL))
    assert found is not None and word_of(found) == "new"
    assert (found.credential.refused_at, found.credential.refusal) == (None, "")


def test_a_killed_clear_does_not_delete_what_the_other_stored_since(homes: Homes) -> None:
    """After any change of the clear; the other one logs in with a new count, or on top."""
    for cleared_first in (True, False):
        for after in range(20):
            homes.a.save(stored_credential("old", 2))
            assert homes.word("b") == "old"
            killed = homes.killed("b", lambda credentials: credentials.delete(CredentialKey.of(URL)), after)
            if cleared_first:
                homes.a.delete(CredentialKey.of(URL))
            homes.a.save(stored_credential("new", 3))
            homes.b.recover()
            assert homes.word("b") == homes.word("a") == "new", after
            homes.a.delete(CredentialKey.of(URL))
            homes.b.load(CredentialKey.of(URL))
            if not killed:
                break


def test_a_killed_clear_goes_on_where_nobody_stored_since(homes: Homes) -> None:
    homes.a.save(stored_credential("new", 2))  # which the record of b does not know of
    assert homes.killed("b", lambda credentials: credentials.delete(CredentialKey.of(URL)), 0)
    homes.b.recover()
    assert homes.slots() == []


def test_a_killed_save_of_one_is_finished_by_the_other(homes: Homes) -> None:
    for after in range(20):
        killed = homes.killed(
            "a", lambda credentials, at=2 + after: credentials.save(stored_credential("new", at)), after
        )
        word = homes.word("b")
        homes.b.recover()
        assert homes.word("b") == homes.word("a") == word
        assert len(homes.slots()) == 1
        if not killed:
            break


def test_what_was_found_is_no_orphan_here_and_stays_what_it_was_there(homes: Homes) -> None:
    def ad_hoc(credentials: BackendCredentialStore) -> bool:
        record = credentials.record(CredentialKey.of(URL))
        assert record is not None and record.credential is not None
        return record.credential.ad_hoc

    assert (ad_hoc(homes.a), ad_hoc(homes.b)) == (False, True)
    stored = homes.b.load(CredentialKey.of(URL))
    assert stored is not None
    homes.b.save(stored._replace(credential=stored.credential._replace(obtained_at=5.0)))  # a refresh
    assert homes.word("a") == "one"
    assert (ad_hoc(homes.a), ad_hoc(homes.b)) == (False, True)
    homes.b.save(stored_credential("login", 6))
    assert not ad_hoc(homes.b)


def test_what_no_record_names_is_rebuilt_on_request_and_never_deleted(tmp_path: Path) -> None:
    homes = Homes(tmp_path)
    homes.a.save(stored_credential("one", 1))
    before = dict(homes.store.texts)
    assert homes.b.recover() == ()
    assert homes.b.survey().strays == 1
    assert homes.b.repair() == (Finding(URL, "default"),)
    record = homes.b.record(CredentialKey.of(URL))
    assert record is not None and record.credential is not None and record.credential.ad_hoc
    assert homes.store.texts == before
    assert list(before) == [entry_name(IDENT, "a")]

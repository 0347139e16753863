"""A kill before or after any effect of a save or a delete: nothing is lost, and the next start cleans up.

An effect is a change of the keychain (a delete + add counts as two, a piece as one) or of
the disk. The kill is an exception that nothing in the store catches.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from keyring.backends.Windows import WinVaultKeyring

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialKey, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.domain.storage import Finding, StoreState
from keyrack.store.backends.chunked import MARK, ChunkedBackend
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.records.naming import SLOTS, entry_name, record_id
from keyrack.system import atomic
from keyrack.system.locks import Locks
from support import store_fakes, win_vault
from support.store_fakes import URL, Backend, DeleteThenAdd, word_of
from support.sudden_end import Killed

IDENT = record_id(CredentialKey.of(URL))
KINDS = ("delete-then-add", "windows")


def stored_credential(word: str) -> StoredCredential:
    """One that fills three entries where they are short."""
    return store_fakes.stored_credential(word, size=2000)


class Direct:
    """A backend as a store without a thread in between, so that a kill goes all the way up."""

    name = "fake"
    persistent = True

    def __init__(self, backend: Backend | WinVaultKeyring, tick: Callable[[], None]) -> None:
        self._backend = backend
        self._tick = tick

    def get(self, entry: str) -> Secret | None:
        backend: Any = self._backend  # keyring types its Windows backend in another way than its base class
        text = backend.get_password("keyrack", entry)
        return None if text is None else Secret(text)

    def set(self, entry: str, secret: Secret) -> None:
        self._tick()
        self._backend.set_password("keyrack", entry, secret.reveal())
        self._tick()

    def delete(self, entry: str) -> bool:
        if self.get(entry) is None:
            return False
        self._tick()
        self._backend.delete_password("keyrack", entry)
        self._tick()
        return True

    def entries(self) -> None:
        return None

    def capacity(self) -> int | None:
        return 1280 if isinstance(self._backend, WinVaultKeyring) else None

    def staying_open(self) -> AbstractContextManager[None]:
        return nullcontext()

    def shared_lock(self, name: str, *, timeout: float) -> AbstractContextManager[None]:
        return nullcontext()

    def state(self) -> StoreState:
        return StoreState(self.name, ready=True)


class World:
    """A keychain and a disk that outlive the credential stores over them."""

    def __init__(self, kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.left: int | None = None
        if kind == "windows":
            manager = win_vault.install(monkeypatch)
            manager.tick = self.tick
            self.backend: Backend | WinVaultKeyring = WinVaultKeyring()
            self.texts = manager.texts
        else:
            self.backend = fake = DeleteThenAdd()
            fake.between = self.tick
            self.texts = lambda: fake.entries
        # A process is killed here, not the machine: what it wrote is there.
        monkeypatch.setattr(os, "fsync", lambda fd: None)
        for name in ("replace", "unlink"):
            monkeypatch.setattr(os, name, self._counted(getattr(os, name)))

    def tick(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed

    def _counted(self, real: Callable[..., None]) -> Callable[..., None]:
        def effect(*arguments: object) -> None:
            self.tick()
            real(*arguments)
            self.tick()

        return effect

    @property
    def store(self) -> ChunkedBackend:
        return ChunkedBackend(Direct(self.backend, self.tick))

    def credentials(self) -> BackendCredentialStore:
        locks = Locks(str(self.folder / "locks"))
        files = RecordFiles(str(self.folder / "records"), locks, lambda: 0.0)
        return BackendCredentialStore(self.store, files, locks)

    def dies(self, action: Callable[[BackendCredentialStore], object], after: int) -> bool:
        """Do it, killed at its `after`th chance; False when it lived to its end."""
        self.left = after
        try:
            action(self.credentials())
        except Killed:
            return True
        finally:
            self.left = None
        return False

    def held(self) -> list[str]:
        """The names of the entries that hold credentials, or pieces of them."""
        return sorted(name for name in self.texts() if not name.startswith("index."))


class Worlds:
    """Worlds of one kind, each with a folder of its own."""

    def __init__(self, kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._kind = kind
        self._folder = folder
        self._monkeypatch = monkeypatch
        self._count = count()

    def least(self, effects: int, *, pieces: int) -> int:
        """How many effects there are at least, without pieces and with them."""
        return pieces if self._kind == "windows" else effects

    @contextmanager
    def new(self) -> Iterator[World]:
        with self._monkeypatch.context() as patch:
            yield World(self._kind, self._folder / str(next(self._count)), patch)

    def every_kill(
        self,
        prepare: Callable[[BackendCredentialStore], object],
        action: Callable[[BackendCredentialStore], object],
        check: Callable[[World], object],
    ) -> int:
        """Run `check` on the world after each kill; returns how many kills there were."""
        for after in count():
            with self.new() as world:
                prepare(world.credentials())
                died = world.dies(action, after)
                check(world)
            if not died:
                return after
        raise AssertionError


@pytest.fixture(params=KINDS)
def worlds(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worlds:
    return Worlds(request.param, tmp_path, monkeypatch)


def is_tidy(world: World) -> None:
    """Keychain and record agree, nothing is left over, and the list names what is there."""
    record = world.credentials().record(CredentialKey.of(URL))
    if record is None:
        assert world.held() == []
    else:
        assert record.credential is not None
        entry = entry_name(IDENT, record.credential.slot)
        assert world.held() == sorted([entry, *pieces_of(entry, world.texts()[entry])])
        assert world.credentials()._index.keys() == {CredentialKey(URL)}
    stored = world.credentials()._records.read(IDENT)
    assert stored is None or stored.intent == ""


def pieces_of(entry: str, text: str) -> list[str]:
    if not text.startswith(MARK):
        return []
    return [f"{entry}.{number}" for number in range(1, int(text.removeprefix(MARK).split()[0]) + 1)]


def test_a_killed_first_save_leaves_the_new_credential_or_none(worlds: Worlds) -> None:
    seen: set[str | None] = set()

    def check(world: World) -> None:
        seen.add(word_of(world.credentials().load(CredentialKey.of(URL))))
        is_tidy(world)
        world.credentials().save(stored_credential("next"))
        assert word_of(world.credentials().load(CredentialKey.of(URL))) == "next"
        is_tidy(world)

    kills = worlds.every_kill(
        lambda credentials: None, lambda credentials: credentials.save(stored_credential("new")), check
    )
    assert kills >= worlds.least(6, pieces=14)
    assert seen == {None, "new"}


@pytest.mark.parametrize("saves", [1, 2])
def test_a_killed_save_leaves_the_old_or_the_new_credential(saves: int, worlds: Worlds) -> None:
    seen: set[str | None] = set()

    def prepare(credentials: BackendCredentialStore) -> None:
        for _ in range(saves):
            credentials.save(stored_credential("old"))

    def check(world: World) -> None:
        seen.add(word_of(world.credentials().load(CredentialKey.of(URL))))
        is_tidy(world)

    kills = worlds.every_kill(prepare, lambda credentials: credentials.save(stored_credential("new")), check)
    assert kills >= worlds.least(8, pieces=24)
    assert seen == {"old", "new"}


def test_a_save_after_a_killed_save_needs_no_load_in_between(worlds: Worlds) -> None:
    def check(world: World) -> None:
        world.credentials().save(stored_credential("next"))
        assert word_of(world.credentials().load(CredentialKey.of(URL))) == "next"
        is_tidy(world)

    worlds.every_kill(
        lambda credentials: credentials.save(stored_credential("old")),
        lambda credentials: credentials.save(stored_credential("new")),
        check,
    )


def test_what_reached_the_keychain_is_not_lost_to_the_kill(worlds: Worlds) -> None:
    # A rotated token that is in the keychain must be found, for the old one is spent.
    def check(world: World) -> None:
        whole = [world.store.get(entry_name(IDENT, slot)) for slot in SLOTS]
        expected = "new" if any(text and "access-new" in text.reveal() for text in whole) else "old"
        assert word_of(world.credentials().load(CredentialKey.of(URL))) == expected

    worlds.every_kill(
        lambda credentials: credentials.save(stored_credential("old")),
        lambda credentials: credentials.save(stored_credential("new")),
        check,
    )


def test_a_killed_removal_leaves_the_credential_or_nothing(worlds: Worlds) -> None:
    seen: set[str | None] = set()

    def check(world: World) -> None:
        seen.add(word_of(world.credentials().load(CredentialKey.of(URL))))
        is_tidy(world)

    kills = worlds.every_kill(
        lambda credentials: credentials.save(stored_credential("old")),
        lambda credentials: credentials.delete(CredentialKey.of(URL)),
        check,
    )
    assert kills >= worlds.least(4, pieces=12)
    assert None in seen


def test_a_killed_removal_never_brings_an_older_credential_back(worlds: Worlds) -> None:
    def prepare(credentials: BackendCredentialStore) -> None:
        # The newest in the slot that is deleted first, and the one before it still there.
        credentials.save(stored_credential("middle"))
        credentials.save(stored_credential("old"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(credentials._reconciler, "delete_replaced", lambda ident, slot: None)
            credentials.save(stored_credential("new"))

    seen: set[str | None] = set()

    def check(world: World) -> None:
        seen.add(word_of(world.credentials().load(CredentialKey.of(URL))))
        is_tidy(world)

    worlds.every_kill(prepare, lambda credentials: credentials.delete(CredentialKey.of(URL)), check)
    assert seen == {"new", None}


def test_a_kill_while_tidying_is_tidied_too(worlds: Worlds) -> None:
    for first in count(step=worlds.least(1, pieces=3)):
        for second in count():
            with worlds.new() as world:
                world.credentials().save(stored_credential("old"))
                saving = world.dies(lambda credentials: credentials.save(stored_credential("new")), first)
                tidying = world.dies(lambda credentials: credentials.load(CredentialKey.of(URL)), second)
                assert word_of(world.credentials().load(CredentialKey.of(URL))) in ("old", "new")
                is_tidy(world)
            if not tidying:
                break
        if not saving:
            break
    assert second == 0, "after a save that was not killed there is nothing to tidy"


def test_the_next_start_settles_what_was_begun(worlds: Worlds) -> None:
    seen: set[str | None] = set()

    def check(world: World) -> None:
        findings = world.credentials().recover()
        assert findings in ((), (Finding(URL, "default"),))
        is_tidy(world)
        seen.add(word_of(world.credentials().load(CredentialKey.of(URL))))
        assert world.credentials().recover() == ()

    def prepare(credentials: BackendCredentialStore) -> None:
        credentials.save(stored_credential("old"))

    worlds.every_kill(prepare, lambda credentials: credentials.save(stored_credential("new")), check)
    assert seen == {"old", "new"}
    seen.clear()
    worlds.every_kill(prepare, lambda credentials: credentials.delete(CredentialKey.of(URL)), check)
    assert seen == {"old", None}


def test_a_killed_probe_is_taken_away_at_the_next_start(worlds: Worlds) -> None:
    def check(world: World) -> None:
        assert world.credentials().recover() == ()  # nothing of the user's was half done
        assert world.held() == []
        assert world.credentials().records() == {}

    kills = worlds.every_kill(
        lambda credentials: None, lambda credentials: credentials.prove_writable(), check
    )
    assert kills >= 8


def renew(credentials: BackendCredentialStore, before_keeping: Callable[[], None] = lambda: None) -> None:
    """A save in two parts, as a refresh does it."""
    with credentials.lock(CredentialKey.of(URL)), credentials.renewing(stored(credentials)) as save:
        before_keeping()
        save(stored_credential("new"))


def stored(credentials: BackendCredentialStore) -> StoredCredential:
    found = credentials.load(CredentialKey.of(URL))
    assert found is not None
    return found


@pytest.mark.parametrize("saves", [1, 2])
def test_a_killed_renewal_leaves_the_old_or_the_new_credential(worlds: Worlds, saves: int) -> None:
    seen: set[str | None] = set()

    def prepare(credentials: BackendCredentialStore) -> None:
        for _ in range(saves):
            credentials.save(stored_credential("old"))

    def check(world: World) -> None:
        seen.add(word_of(world.credentials().load(CredentialKey.of(URL))))
        is_tidy(world)
        world.credentials().save(stored_credential("next"))
        assert word_of(world.credentials().load(CredentialKey.of(URL))) == "next"
        is_tidy(world)

    kills = worlds.every_kill(prepare, renew, check)
    assert kills >= worlds.least(12, pieces=24)
    assert seen == {"old", "new"}


def test_a_renewal_that_is_given_up_leaves_all_as_it_was(worlds: Worlds) -> None:
    with worlds.new() as world:
        credentials = world.credentials()
        credentials.save(stored_credential("old"))
        with credentials.lock(CredentialKey.of(URL)), credentials.renewing(stored(credentials)):
            pass
        assert word_of(world.credentials().load(CredentialKey.of(URL))) == "old"
        is_tidy(world)


def test_a_renewal_that_reached_the_slot_but_not_the_record_is_found(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    with worlds.new() as world:
        credentials = world.credentials()
        credentials.save(stored_credential("old"))
        with monkeypatch.context() as patch, pytest.raises(KeyrackError):
            renew(credentials, before_keeping=lambda: patch.setattr(atomic, "replace", full))
        assert word_of(world.credentials().load(CredentialKey.of(URL))) == "new"
        is_tidy(world)


def full(*_: object, **__: object) -> None:
    raise OSError("no space left on the device")


@pytest.mark.parametrize("saves", [1, 2])
@pytest.mark.parametrize("keeps", [True, False])
def test_a_load_in_the_middle_of_a_renewal_costs_nothing(worlds: Worlds, saves: int, keeps: bool) -> None:
    with worlds.new() as world:
        credentials = world.credentials()
        for _ in range(saves):
            credentials.save(stored_credential("old"))
        with credentials.lock(CredentialKey.of(URL)), credentials.renewing(stored(credentials)) as save:
            assert word_of(credentials.load(CredentialKey.of(URL))) == "old"
            if keeps:
                save(stored_credential("new"))
        assert word_of(world.credentials().load(CredentialKey.of(URL))) == ("new" if keeps else "old")
        is_tidy(world)

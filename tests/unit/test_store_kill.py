"""A kill before or after any effect of a save or a removal: nothing is lost, and the next load tidies.

An effect is a change of the keychain (a delete + add counts as two) or of the disk.
The kill is an exception that nothing in the store catches.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from keyrack.store.keychain import KeychainStore
from keyrack.store.locks import Locks
from keyrack.store.naming import entry_name, record_id
from keyrack.store.rack import StoreRack
from keyrack.store.record_files import RecordFiles
from keyrack.store.secrets import SecretStore
from support.store_fakes import URL, Backend, DeleteThenAdd, Killed, grant, word_of

IDENT = record_id(URL, "default")


class Direct:
    """A backend as a store without a thread in between, so that a kill goes all the way up."""

    name = "fake"
    persistent = True

    def __init__(self, backend: Backend, tick: Callable[[], None]) -> None:
        self._inner = KeychainStore(lambda: backend)
        self._backend = backend
        self._tick = tick

    def get(self, entry: str):  # type: ignore[no-untyped-def]
        return self._inner.get(entry)

    def set(self, entry: str, secret) -> None:  # type: ignore[no-untyped-def]
        self._tick()
        self._backend.set_password("keyrack", entry, secret.reveal())
        self._tick()

    def delete(self, entry: str) -> bool:
        if entry not in self._backend.entries:
            return False
        self._tick()
        self._backend.delete_password("keyrack", entry)
        self._tick()
        return True

    def state(self):  # type: ignore[no-untyped-def]
        return self._inner.state()


class World:
    """A keychain and a disk that outlive the racks over them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.backend = DeleteThenAdd()
        self.backend.between = self.tick
        self.left: int | None = None
        for name in ("replace", "unlink"):
            monkeypatch.setattr(f"keyrack.store.record_files.os.{name}", self._counted(getattr(os, name)))

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

    def rack(self, store: SecretStore | None = None) -> StoreRack:
        locks = Locks(str(self.folder / "locks"))
        files = RecordFiles(str(self.folder / "records"), locks, lambda: 0.0)
        return StoreRack(store or Direct(self.backend, self.tick), files, locks)

    def dies(self, action: Callable[[StoreRack], object], after: int) -> bool:
        """Do it, killed at its `after`th chance; False when it lived to its end."""
        self.left = after
        try:
            action(self.rack())
        except Killed:
            return True
        finally:
            self.left = None
        return False

    def held(self) -> list[str]:
        return sorted(self.backend.entries)


def every_kill(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[StoreRack], object],
    action: Callable[[StoreRack], object],
    check: Callable[[World], object],
) -> int:
    """Run `check` on the world after each kill; returns how many kills there were."""
    for after in count():
        with monkeypatch.context() as patch:
            world = World(folder / str(after), patch)
            prepare(world.rack())
            died = world.dies(action, after)
            check(world)
        if not died:
            return after
    raise AssertionError


def is_tidy(world: World) -> None:
    """Keychain and record agree, and nothing is left over."""
    record = world.rack().record(URL, "default")
    if record is None:
        assert world.held() == []
    else:
        assert record.credential is not None
        assert world.held() == [entry_name(IDENT, record.credential.slot)]
    stored = world.rack()._records.read(IDENT)
    assert stored is None or stored.intent == ""


def test_a_killed_first_save_leaves_the_new_credential_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str | None] = set()

    def check(world: World) -> None:
        seen.add(word_of(world.rack().load(URL, "default")))
        is_tidy(world)
        world.rack().save(grant("next"))
        assert word_of(world.rack().load(URL, "default")) == "next"
        is_tidy(world)

    kills = every_kill(tmp_path, monkeypatch, lambda rack: None, lambda rack: rack.save(grant("new")), check)
    assert kills >= 6
    assert seen == {None, "new"}


@pytest.mark.parametrize("saves", [1, 2])
def test_a_killed_save_leaves_the_old_or_the_new_credential(
    saves: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str | None] = set()

    def prepare(rack: StoreRack) -> None:
        for _ in range(saves):
            rack.save(grant("old"))

    def check(world: World) -> None:
        seen.add(word_of(world.rack().load(URL, "default")))
        is_tidy(world)

    kills = every_kill(tmp_path, monkeypatch, prepare, lambda rack: rack.save(grant("new")), check)
    assert kills >= 8
    assert seen == {"old", "new"}


def test_a_save_after_a_killed_save_needs_no_load_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(world: World) -> None:
        world.rack().save(grant("next"))
        assert word_of(world.rack().load(URL, "default")) == "next"
        is_tidy(world)

    every_kill(
        tmp_path,
        monkeypatch,
        lambda rack: rack.save(grant("old")),
        lambda rack: rack.save(grant("new")),
        check,
    )


def test_what_reached_the_keychain_is_not_lost_to_the_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A rotated token that is in the keychain must be found, for the old one is spent.
    def check(world: World) -> None:
        newest = max(world.backend.entries.values(), key=lambda text: "access-new" in text)
        expected = "new" if "access-new" in newest else "old"
        assert word_of(world.rack().load(URL, "default")) == expected

    every_kill(
        tmp_path,
        monkeypatch,
        lambda rack: rack.save(grant("old")),
        lambda rack: rack.save(grant("new")),
        check,
    )


def test_a_killed_removal_leaves_the_credential_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str | None] = set()

    def check(world: World) -> None:
        seen.add(word_of(world.rack().load(URL, "default")))
        is_tidy(world)

    kills = every_kill(
        tmp_path,
        monkeypatch,
        lambda rack: rack.save(grant("old")),
        lambda rack: rack.remove(URL, "default"),
        check,
    )
    assert kills >= 4
    assert None in seen


def test_a_killed_removal_never_brings_an_older_credential_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(rack: StoreRack) -> None:
        # The newest in the slot that is deleted first, and the one before it still there.
        rack.save(grant("middle"))
        rack.save(grant("old"))
        settler = rack._settler
        with monkeypatch.context() as patch:
            patch.setattr(settler, "tidy", lambda ident, slot: None)
            rack.save(grant("new"))

    seen: set[str | None] = set()

    def check(world: World) -> None:
        seen.add(word_of(world.rack().load(URL, "default")))
        is_tidy(world)

    every_kill(tmp_path, monkeypatch, prepare, lambda rack: rack.remove(URL, "default"), check)
    assert seen == {"new", None}


def test_a_kill_while_tidying_is_tidied_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for first in range(12):
        for second in range(8):
            with monkeypatch.context() as patch:
                world = World(tmp_path / f"{first}-{second}", patch)
                world.rack().save(grant("old"))
                world.dies(lambda rack: rack.save(grant("new")), first)
                world.dies(lambda rack: rack.load(URL, "default"), second)
                assert word_of(world.rack().load(URL, "default")) in ("old", "new")
                is_tidy(world)

"""A kill at any write to the disk: the vault, its key and its credentials are the old or the new ones."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from keyrack.domain.errors import StoreLocked
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.credential_store import BackendCredentialStore
from keyrack.store.records.files import RecordFiles
from keyrack.store.vault import age as vault_age
from keyrack.store.vault.backend import VaultBackend
from keyrack.system.locks import Locks
from support import vaults
from support.store_fakes import URL, stored_credential, word_of
from support.sudden_end import Killed
from support.vaults import PASSPHRASE, made, vault

EFFECTS = ("open", "fsync", "replace", "rename", "unlink")
ANOTHER = Secret("another passphrase")
IDENTITY = vault_age.new_identity()


class Death:
    """Raises Killed before or after one of the effects on the disk."""

    def __init__(self, patch: pytest.MonkeyPatch, after: int) -> None:
        self.left: int | None = None
        self.after = after
        for name in EFFECTS:
            patch.setattr(os, name, self._counted(getattr(os, name)))

    def during(self, action: Callable[[], object]) -> bool:
        """False when it lived to its end."""
        self.left = self.after
        try:
            action()
        except Killed:
            return True
        finally:
            self.left = None
        return False

    def _tick(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed

    def _counted(self, real: Callable[..., object]) -> Callable[..., object]:
        def effect(*arguments: object, **named: object) -> object:
            self._tick()
            result = real(*arguments, **named)
            self._tick()
            return result

        return effect


def every_kill(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    new: Callable[[Path], VaultBackend],
    action: Callable[[VaultBackend], object],
    check: Callable[[Path], object],
) -> int:
    """Kill `action` on a `new` store at each effect, run `check` on its folder; how many kills there were."""
    for after in count():
        here = folder / str(after)
        with monkeypatch.context() as patch:
            store = new(here)
            died = Death(patch, after).during(lambda store=store: action(store))
        check(here)
        if not died:
            return after
    raise AssertionError


def keyed(folder: Path) -> VaultBackend:
    """The vault as a new process with an identity opens it, made where there is none."""
    store = vault(folder, identity=IDENTITY)
    if not store.exists():
        store.create(None)
    return store


def store_over(store: VaultBackend) -> BackendCredentialStore:
    folder = Path(store.path).parent
    locks = Locks(str(folder / "locks"))
    return BackendCredentialStore(store, RecordFiles(str(folder / "records"), locks, lambda: 0.0), locks)


def test_a_killed_write_leaves_the_old_or_the_new_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str] = set()

    def new(folder: Path) -> VaultBackend:
        store = keyed(folder)
        store.set("one", Secret("old"))
        store.set("two", Secret("other"))
        return store

    def check(folder: Path) -> None:
        store = keyed(folder)
        found = store.get("one")
        assert found is not None
        seen.add(found.reveal())
        assert store.get("two") == Secret("other")
        store.set("one", Secret("next"))
        assert store.get("one") == Secret("next")

    kills = every_kill(tmp_path, monkeypatch, new, lambda store: store.set("one", Secret("new")), check)
    assert kills >= 8
    assert seen == {"old", "new"}


def test_a_killed_change_of_the_passphrase_leaves_one_that_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[bool] = set()

    def check(folder: Path) -> None:
        store = vault(folder)
        try:
            store.unlock(PASSPHRASE)
        except StoreLocked:
            store.unlock(ANOTHER)
            seen.add(True)
        else:
            seen.add(False)
        assert store.entries() == ()

    every_kill(
        tmp_path,
        monkeypatch,
        lambda folder: made(folder, monkeypatch),
        lambda store: store.change_passphrase(ANOTHER),
        check,
    )
    assert seen == {False, True}


def test_a_vault_whose_making_was_killed_opens_or_can_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[bool] = set()
    monkeypatch.setattr("keyrack.store.vault.passphrase.seal", vaults.seal)

    def check(folder: Path) -> None:
        store = vault(folder)
        seen.add(store.exists())
        if store.exists():
            store.unlock(PASSPHRASE)
        else:
            store.create(PASSPHRASE)
        store.set("one", Secret("kept"))
        assert vault(folder, passphrase=PASSPHRASE).get("one") == Secret("kept")

    every_kill(tmp_path, monkeypatch, vault, lambda store: store.create(PASSPHRASE), check)
    assert seen == {False, True}


@pytest.mark.parametrize("what", ["save", "remove"])
def test_a_credential_in_the_vault_survives_a_kill_of_its_rack(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str | None] = set()

    def new(folder: Path) -> VaultBackend:
        store = keyed(folder)
        store_over(store).save(stored_credential("old"))
        return store

    def act(store: VaultBackend) -> object:
        credentials = store_over(store)
        return (
            credentials.save(stored_credential("new"))
            if what == "save"
            else credentials.delete(CredentialKey.of(URL))
        )

    def check(folder: Path) -> None:
        store = keyed(folder)
        found = word_of(store_over(store).load(CredentialKey.of(URL)))
        seen.add(found)
        assert len(store.entries()) == (found is not None)

    every_kill(tmp_path, monkeypatch, new, act, check)
    assert seen == ({"old", "new"} if what == "save" else {"old", None})

"""A keychain that vanishes, is locked or is not there: what is stored stays whole, and the error is clear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from keyring.backends.Windows import WinVaultKeyring

from keyrack.domain.errors import StoreAbsent, StoreLocked, StoreUnavailable
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.domain.storage import Deletion
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.chunked import ChunkedBackend
from keyrack.store.credential_store import (
    BackendCredentialStore,
    keychain_credential_store,
)
from keyrack.store.records.naming import SLOTS, record_id
from support.keychain import private_bus, private_keychain
from support.keychain_stores import backends_of, store_over
from support.store_fakes import (
    URL,
    Backend,
    Outage,
    stored_credential,
    word_of,
)


def every_outage(
    folder: Path,
    make: Callable[[], Backend | WinVaultKeyring],
    action: Callable[[BackendCredentialStore], object],
    length: int,
) -> Iterator[tuple[BackendCredentialStore, bool]]:
    """Begin `action` on a stored credential with an outage after each call; yields the credential store
    of the next process, with the keychain back, and whether there was an outage."""
    for after in count():
        backend, place = make(), folder / f"{length}-{after}"
        store_over(backend, place).save(stored_credential("old", size=3000))
        outage = Outage(backend, after, length)
        try:
            action(store_over(backend, place))
        except StoreUnavailable as error:
            assert outage.has_begun and error.hint
        outage.end()
        yield store_over(backend, place), outage.has_begun
        if not outage.has_begun:
            return


def left_over(credentials: BackendCredentialStore) -> list[str]:
    """What is in the two slots that should not be there."""
    ident = record_id(CredentialKey.of(URL))
    stored = credentials._records.read(ident)
    assert stored is None or stored.intent == ""
    credential = stored and stored.record.credential
    entries = [f"{ident}.{slot}{piece}" for slot in SLOTS for piece in ("", ".1", ".2", ".3", ".4", ".5")]
    chunked = credentials._store
    assert isinstance(chunked, ChunkedBackend)
    return [
        entry
        for entry in entries
        if chunked._store.get(entry) is not None and entry[33] != (credential and credential.slot)
    ]


VANISHING = pytest.mark.parametrize("length", [1, 1000], ids=["back at once", "back at the next start"])


@VANISHING
@pytest.mark.parametrize("kind", ["delete-then-add", "windows"])
def test_a_keychain_that_vanishes_between_any_two_calls_of_a_save(
    kind: str, length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[str | None] = set()
    make = backends_of(kind, monkeypatch)
    for credentials, _ in every_outage(
        tmp_path, make, lambda credentials: credentials.save(stored_credential("new", size=3000)), length
    ):
        credentials.recover()
        assert left_over(credentials) == []
        seen.add(word_of(credentials.load(CredentialKey.of(URL))))
    assert seen == {"old", "new"}


@VANISHING
@pytest.mark.parametrize("kind", ["delete-then-add", "windows"])
def test_a_keychain_that_vanishes_between_any_two_calls_of_a_removal(
    kind: str, length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    removals: list[Deletion] = []

    def delete(credentials: BackendCredentialStore) -> None:
        removals.clear()
        removals.append(credentials.delete(CredentialKey.of(URL)))

    seen: set[str | None] = set()
    for credentials, _ in every_outage(tmp_path, backends_of(kind, monkeypatch), delete, length):
        if removals and removals[0].verified:
            assert left_over(credentials) == [], "it said that it looked"
            assert credentials.load(CredentialKey.of(URL)) is None
        removals.clear()
        credentials.recover()
        assert left_over(credentials) == []
        seen.add(word_of(credentials.load(CredentialKey.of(URL))))
    assert seen == {"old", None}


def test_without_a_keychain_unknown_servers_load_as_nothing_and_saves_are_refused(tmp_path: Path) -> None:
    def none_here() -> Backend:
        from keyring.errors import NoKeyringError

        raise NoKeyringError

    credentials = store_over(KeychainBackend(none_here), tmp_path)
    assert credentials.state()[:5] == ("none", False, True, False, "The keychain is not available.")
    assert credentials.load(CredentialKey.of(URL)) is None
    with pytest.raises(StoreAbsent):
        credentials.prove_writable()
    with pytest.raises(StoreAbsent):
        credentials.save(stored_credential())
    assert list(tmp_path.rglob("*.json")) == []


def test_a_locked_gnome_keyring_is_told_and_never_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with private_keychain(locked=True) as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        store = KeychainBackend()
        assert store.state()[:5] == ("Secret Service", False, True, True, "The Secret Service is locked.")
        with pytest.raises(StoreLocked) as caught:
            store.get("one")
        assert "keyrack vault init" in caught.value.hint  # without a screen nobody could unlock it
        credentials = store_over(store, tmp_path)
        with pytest.raises(StoreLocked):
            credentials.save(stored_credential())
        with pytest.raises(StoreLocked):
            credentials.delete(CredentialKey.of(URL))


def test_a_bus_without_a_keychain_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring.backends.fail

    # keyring remembers its choice for the whole process; here it has found nothing.
    monkeypatch.setattr("keyring.get_keyring", keyring.backends.fail.Keyring)
    with private_bus() as env:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        credentials = keychain_credential_store(str(tmp_path), lambda: 0.0)
        assert credentials.state()[:5] == ("none", False, True, False, "This machine has no keychain.")
        with pytest.raises(StoreAbsent):
            credentials.save(stored_credential())


def test_the_daemon_may_start_anew_between_two_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    store = KeychainBackend()
    for _ in range(2):
        with private_keychain() as env:
            for name, value in env.items():
                monkeypatch.setenv(name, value)
            store.set("one", Secret("value"))
            assert store.get("one") == Secret("value")

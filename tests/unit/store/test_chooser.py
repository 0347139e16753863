"""Which of the two backends is used: chosen at the first call, with a fallback if it fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from keyrack.domain.errors import KeyrackError, NoDefaultCollection, StoreAbsent, StoreDenied, StoreLocked
from keyrack.domain.secret import Secret
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.keyring import Keyring
from keyrack.store.backends.secret_service import SecretService
from support.store_fakes import Backend

CHOICE = "keyrack.store.backends.keyring_choice"
ITEMS = "keyrack.store.backends.secret_service_items.Items"


class Items:
    """The Secret Service's items in memory; `error` is what each call meets."""

    made = 0

    def __init__(self) -> None:
        Items.made += 1
        self.held: dict[str, bytes] = {}
        self.error: Exception | None = None
        self.locked = False

    def _meet(self) -> None:
        if self.error is not None:
            raise self.error

    def get(self, service: str, entry: str, ask: Callable[[], float]) -> bytes | None:
        self._meet()
        return self.held.get(entry)

    def has(self, service: str, entry: str) -> bool:
        self._meet()
        return entry in self.held

    def set(self, service: str, entry: str, secret: str, ask: Callable[[], float]) -> None:
        self._meet()
        self.held[entry] = secret.encode()

    def delete(self, service: str, entry: str, ask: Callable[[], float]) -> None:
        del self.held[entry]

    def entries(self, service: str) -> tuple[str, ...]:
        return tuple(self.held)

    def is_locked(self) -> bool:
        return self.locked

    def close(self) -> None:
        pass

    def disown(self) -> None:
        pass


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch) -> Items:
    """The one that is connected to, on a machine where keyring would choose the Secret Service."""
    items = Items()
    Items.made = 0
    monkeypatch.setattr(f"{CHOICE}.secret_service_is_the_choice", lambda: True)
    monkeypatch.setattr(f"{ITEMS}.connect", lambda: items)
    monkeypatch.setattr(f"{CHOICE}.chosen_by_keyring", lambda allowed: pytest.fail("keyring was asked"))
    return items


@pytest.fixture
def by_keyring(monkeypatch: pytest.MonkeyPatch) -> Backend:
    """keyring's own backend for the Secret Service."""
    backend = Backend()
    monkeypatch.setattr(f"{CHOICE}.secret_service", lambda: backend)
    return backend


def test_where_the_secret_service_is_keyring_is_not_asked(items: Items) -> None:
    store = KeychainBackend()
    store.set("one", Secret("x"))
    assert (store.get("one"), store.entries(), store.capacity()) == (Secret("x"), ("one",), None)
    assert store.delete("one") and not store.delete("one")
    assert isinstance(store._choice().backend, SecretService)
    assert store.state()[:2] == ("Secret Service", True)


def test_where_it_is_not_keyring_chooses_and_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Backend] = []

    def chosen(allowed: object) -> Backend:
        asked.append(Backend())
        return asked[-1]

    monkeypatch.setattr(f"{CHOICE}.secret_service_is_the_choice", lambda: True)
    monkeypatch.setattr(f"{ITEMS}.connect", lambda: None)
    monkeypatch.setattr(f"{CHOICE}.chosen_by_keyring", chosen)
    store = KeychainBackend()
    store.set("one", Secret("x"))
    assert (store.get("one"), store.entries()) == (Secret("x"), None)
    assert isinstance(store._choice().backend, Keyring)
    assert len(asked) == 1 and asked[0].entries == {"one": "x"}


def test_a_choice_that_failed_is_made_again(items: Items, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError

    store = KeychainBackend()
    with monkeypatch.context() as patch, pytest.raises(KeyrackError):
        patch.setattr(f"{ITEMS}.connect", fail)
        store.get("one")
    assert store.get("one") is None


def test_what_nobody_foresaw_is_tried_by_keyring_and_by_it_alone_for_that_call(
    items: Items, by_keyring: Backend
) -> None:
    store = KeychainBackend()
    items.held["one"], by_keyring.entries["one"] = b"direct", "by keyring"
    items.error = RuntimeError()
    assert store.get("one") == Secret("by keyring")
    store.set("two", Secret("x"))
    assert by_keyring.entries["two"] == "x"
    assert store.delete("two") and "two" not in by_keyring.entries
    items.error = None
    assert store.get("one") == Secret("direct")


@pytest.mark.parametrize("kind", [StoreLocked, StoreAbsent, StoreDenied, NoDefaultCollection])
def test_what_is_known_to_be_wrong_is_not_tried_by_keyring(
    items: Items, by_keyring: Backend, kind: type[KeyrackError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    items.error = kind("No.")
    for call in (lambda s: s.get("one"), lambda s: s.set("one", Secret("x")), lambda s: s.delete("one")):
        with pytest.raises(kind):
            call(KeychainBackend())
    assert by_keyring.entries == {}


def test_a_collection_that_was_never_made_is_made_by_keyring_where_a_person_is(
    items: Items, by_keyring: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    items.error = NoDefaultCollection("No.")
    store = KeychainBackend()
    store.set("one", Secret("x"))
    assert by_keyring.entries == {"one": "x"}
    with pytest.raises(NoDefaultCollection):
        store.get("one")


def test_a_service_that_is_gone_is_reported_and_no_other_keychain_takes_its_place(
    items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = KeychainBackend()
    assert store.get("one") is None
    items.error = RuntimeError()
    with monkeypatch.context() as patch:
        patch.setattr(f"{ITEMS}.connect", lambda: None)
        for _ in range(2):
            with pytest.raises(StoreAbsent, match="The Secret Service is not there any more"):
                store.get("one")
        assert store.state()[:2] == ("none", False)
    items.error = None
    assert store.get("one") is None


def test_a_keyring_backend_that_is_the_secret_service_is_spoken_to_directly(
    items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keyring.backends.SecretService import Keyring as ByKeyring

    store = KeychainBackend(ByKeyring)
    assert isinstance(store._choice().backend, SecretService)
    assert store.state().backend == "keyring.backends.SecretService.Keyring"

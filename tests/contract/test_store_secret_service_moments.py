"""Moments in which gnome-keyring reports no keyring although it has one: another program is connecting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from secretstorage.util import DBusAddressWrapper

from keyrack.domain.secret import Secret
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.secret_service import SecretService
from keyrack.store.backends.secret_service_items import Items
from support.keychain import private_keychain
from support.some import some


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeychainBackend]:
    """On a keychain that holds "old"."""
    with private_keychain() as keychain:
        for name, value in keychain.items():
            monkeypatch.setenv(name, value)
        KeychainBackend().set("old", Secret("1"))
        yield KeychainBackend()


def items_of(store: KeychainBackend) -> Items | None:
    backend = store._choice().backend
    assert isinstance(backend, SecretService)
    return backend._items


@pytest.mark.parametrize("action", ["get", "set", "delete"])
def test_a_keyring_that_is_not_seen_for_a_moment_is_asked_for_again(
    store: KeychainBackend, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    call, unseen = DBusAddressWrapper.call, [True]

    def once_unseen(self: DBusAddressWrapper, method: str, *args: Any) -> Any:
        return ("/",) if method == "ReadAlias" and unseen and unseen.pop() else call(self, method, *args)

    monkeypatch.setattr(DBusAddressWrapper, "call", once_unseen)
    if action == "get":
        assert store.get("old") == Secret("1")
    elif action == "set":
        store.set("new", Secret("2"))
        assert store.get("new") == Secret("2")
    else:
        assert store.delete("old")
        assert store.get("old") is None
    assert unseen == []


@pytest.mark.parametrize("moment", ["Locked", "Attributes", "GetSecret", "Delete"])
def test_an_item_that_another_process_deletes_at_any_moment_is_not_there(
    store: KeychainBackend, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    other, call, ask = KeychainBackend(), DBusAddressWrapper.call, DBusAddressWrapper.get_property
    left = [True]

    def delete_first(name: str) -> None:
        if name == moment and left and left.pop():
            assert other.delete("old")

    def calling(self: DBusAddressWrapper, method: str, *args: Any) -> Any:
        delete_first(method)
        return call(self, method, *args)

    def asking(self: DBusAddressWrapper, name: str) -> Any:
        if some(self.interface).endswith(".Item"):
            delete_first(name)
        return ask(self, name)

    assert other.get("old") == Secret("1")
    connection = items_of(store)
    assert connection is not None
    monkeypatch.setattr(DBusAddressWrapper, "call", calling)
    monkeypatch.setattr(DBusAddressWrapper, "get_property", asking)
    if moment == "Attributes":
        assert store.entries() == ()
    elif moment == "Delete":
        store.delete("old")
    else:
        assert store.get("old") is None
    assert left == []
    assert items_of(store) is connection, "that is no reason for a new connection"

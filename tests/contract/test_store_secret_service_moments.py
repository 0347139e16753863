"""Moments at which gnome-keyring says that it has no keyring, although it has: another program connects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from keyrack.domain.secret import Secret
from keyrack.store.keychain import KeychainStore
from keyrack.store.secret_service import DBusAddressWrapper
from support.keychain import private_keychain


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeychainStore]:
    """On a keychain that holds "old"."""
    with private_keychain() as keychain:
        for name, value in keychain.items():
            monkeypatch.setenv(name, value)
        KeychainStore().set("old", Secret("1"))
        yield KeychainStore()


@pytest.mark.parametrize("action", ["get", "set", "delete"])
def test_a_keyring_that_is_not_seen_for_a_moment_is_asked_for_again(
    store: KeychainStore, monkeypatch: pytest.MonkeyPatch, action: str
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

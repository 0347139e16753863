"""Items in the Secret Service that keyrack did not write this way: duplicates, or not text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import secretstorage

from keyrack.domain.errors import DamagedData
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.secret_service_items import APPLICATION
from keyrack.store.credential_store import keychain_credential_store
from keyrack.store.records.naming import entry_name, record_id
from support.keychain import private_keychain
from support.store_fakes import URL, stored_credential, word_of

Put = Callable[..., None]
SLOT_A = entry_name(record_id(CredentialKey.of(URL)), "a")


@pytest.fixture(scope="module")
def keychain() -> Iterator[dict[str, str]]:
    with private_keychain() as variables:
        yield variables


@pytest.fixture
def collection(
    keychain: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[secretstorage.Collection]:
    for name, value in keychain.items():
        monkeypatch.setenv(name, value)
    connection = secretstorage.dbus_init()
    collection = secretstorage.get_collection_by_alias(connection, "default")
    yield collection
    for item in list(collection.search_items({"service": "keyrack"})):
        item.delete()
    connection.close()


@pytest.fixture
def put(collection: secretstorage.Collection) -> Put:
    """Adds an item of that name, beside those that are there."""

    def put(username: str, secret: bytes, **attributes: str) -> None:
        attributes = {"service": "keyrack", "username": username, **attributes}
        collection.create_item("A test's", attributes, secret, replace=False)

    return put


def count(collection: secretstorage.Collection) -> int:
    return len(list(collection.search_items({"service": "keyrack"})))


LIKE_OURS = {"application": APPLICATION}
OTHERS = pytest.mark.parametrize(
    "others", [[LIKE_OURS] * 3, [{}], [{**LIKE_OURS, "extra": "1"}], [{}, LIKE_OURS]],
    ids=["three alike", "without a program", "with more", "both"],
)  # fmt: skip


@OTHERS
def test_a_write_leaves_one(
    others: list[dict[str, str]], collection: secretstorage.Collection, put: Put
) -> None:
    put("another", b"another", **LIKE_OURS)
    for number, attributes in enumerate(others):
        put("one", b"old %d" % number, **attributes)
    store = KeychainBackend()
    store.set("one", Secret("new"))
    assert store.get("one") == Secret("new")
    assert count(collection) == 2 and sorted(store.entries() or ()) == ["another", "one"]


@OTHERS
def test_a_delete_takes_all(
    others: list[dict[str, str]], collection: secretstorage.Collection, put: Put
) -> None:
    put("another", b"another", **LIKE_OURS)
    for attributes in others:
        put("one", b"old", **attributes)
    store = KeychainBackend()
    assert store.entries() is not None and store.delete("one")
    assert store.get("one") is None and store.get("another") == Secret("another")
    assert count(collection) == 1


def test_copies_of_an_old_credential_come_back_neither_after_a_save_nor_after_a_clear(
    collection: secretstorage.Collection, put: Put, tmp_path: Path
) -> None:
    credentials = keychain_credential_store(str(tmp_path), lambda: 0.0)
    credentials.save(stored_credential("old"))
    [item] = collection.search_items({"service": "keyrack", "username": SLOT_A})
    for _ in range(3):
        put(SLOT_A, item.get_secret(), **LIKE_OURS)
    credentials.save(stored_credential("new"))
    assert count(collection) == 1 and word_of(credentials.load(CredentialKey.of(URL))) == "new"
    assert credentials.delete(CredentialKey.of(URL)) == (True, True, "")
    assert count(collection) == 0


def test_what_is_no_text_is_damaged_and_can_be_replaced_and_cleared(
    collection: secretstorage.Collection, put: Put, tmp_path: Path
) -> None:
    put(SLOT_A, b"\xff\xfe\x00", **LIKE_OURS)
    credentials = keychain_credential_store(str(tmp_path), lambda: 0.0)
    with pytest.raises(DamagedData):
        credentials.load(CredentialKey.of(URL))
    credentials.save(stored_credential("new"))
    assert word_of(credentials.load(CredentialKey.of(URL))) == "new" and count(collection) == 1
    put(entry_name(record_id(CredentialKey.of(URL)), "a"), b"\xff\xfe\x00", **LIKE_OURS)
    assert credentials.delete(CredentialKey.of(URL)).verified
    assert count(collection) == 0

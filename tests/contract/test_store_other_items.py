"""Other programs' keychain items: a fake of keyring's and a real gnome-keyring pass the same tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import secretstorage
from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection

from keyrack.domain.errors import KeyrackError, StoreLocked, StoreSlow
from keyrack.domain.secret import Secret
from keyrack.store.backends.other_items import Item, ItemsOfOthers
from support.keychain import private_bus, private_keychain
from support.other_items import AnyService, Put

SERVICE = "Codex MCP Credentials"
TOKEN = '{"access_token": "an-old-token-nobody-may-see"}'
NEW = Secret('{"access_token": "a-new-token-nobody-may-see"}')


class Keychain:
    """A keychain of either kind, and how another program uses it."""

    def __init__(self, ours: ItemsOfOthers, put: Put, read: Callable[[str, str], str | None]) -> None:
        self.ours, self.put, self.read = ours, put, read


@pytest.fixture(scope="module")
def variables() -> Iterator[dict[str, str]]:
    with private_keychain() as variables:
        yield variables


@pytest.fixture
def collection(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[secretstorage.Collection]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    connection = secretstorage.dbus_init()
    yield secretstorage.get_collection_by_alias(connection, "default")
    for each in secretstorage.get_all_collections(connection):
        for item in list(each.get_all_items()):
            item.delete()
    connection.close()


@pytest.fixture(params=["gnome-keyring", "fake"])
def keychain(request: pytest.FixtureRequest) -> Keychain:
    if request.param == "fake":
        fake = AnyService()
        return Keychain(ItemsOfOthers(lambda: fake), fake.set_password, fake.get_password)
    collection: secretstorage.Collection = request.getfixturevalue("collection")

    def put(service: str, account: str, secret: str) -> None:
        attributes = {"service": service, "username": account, "application": "rust-keyring"}
        collection.create_item("A label", attributes, secret.encode(), replace=True)

    def read(service: str, account: str) -> str | None:
        for item in collection.search_items({"service": service, "username": account}):
            return item.get_secret().decode()
        return None

    return Keychain(ItemsOfOthers(), put, read)


def got(keychain: Keychain, account: str = "lab|1") -> Item:
    item = keychain.ours.get(SERVICE, account)
    assert item is not None
    return item


def test_an_item_is_read_by_service_and_account(keychain: Keychain) -> None:
    keychain.put(SERVICE, "lab|1", TOKEN)
    keychain.put(SERVICE, "lab|2", "another")
    keychain.put("another program", "lab|1", "a third")
    item = got(keychain)
    assert item.secret == Secret(TOKEN) and item.attributes["username"] == "lab|1"
    assert keychain.ours.get(SERVICE, "lab|3") is None and "token" not in repr(item)


def test_a_replaced_item_holds_the_new_secret_and_the_others_are_untouched(keychain: Keychain) -> None:
    keychain.put(SERVICE, "lab|1", TOKEN)
    keychain.put(SERVICE, "lab|2", "another")
    keychain.ours.replace(got(keychain), NEW)
    assert keychain.read(SERVICE, "lab|1") == NEW.reveal() and keychain.read(SERVICE, "lab|2") == "another"


def test_a_deleted_item_is_gone_and_the_others_are_untouched(keychain: Keychain) -> None:
    keychain.put(SERVICE, "lab|1", TOKEN)
    keychain.put(SERVICE, "lab|2", "another")
    item = got(keychain)
    assert keychain.ours.delete(item) is True and keychain.read(SERVICE, "lab|1") is None
    assert keychain.ours.delete(item) is False and keychain.read(SERVICE, "lab|2") == "another"


@pytest.mark.parametrize("change", [lambda ours, item: ours.replace(item, NEW), ItemsOfOthers.delete])
def test_what_its_program_has_changed_since_is_left_alone(
    keychain: Keychain, change: Callable[[ItemsOfOthers, Item], Any]
) -> None:
    keychain.put(SERVICE, "lab|1", TOKEN)
    item = got(keychain)
    keychain.put(SERVICE, "lab|1", "refreshed in the meantime")
    with pytest.raises(KeyrackError, match="changed by another program") as raised:
        change(keychain.ours, item)
    assert "token" not in str(raised.value)
    assert keychain.read(SERVICE, "lab|1") == "refreshed in the meantime"


def test_an_item_that_is_gone_is_not_made_again(keychain: Keychain) -> None:
    keychain.put(SERVICE, "lab|1", TOKEN)
    item = got(keychain)
    keychain.ours.delete(item)
    with pytest.raises(KeyrackError, match="changed by another program"):
        keychain.ours.replace(item, NEW)
    assert keychain.read(SERVICE, "lab|1") is None


def test_a_search_finds_all_with_the_attributes_in_every_collection(
    collection: secretstorage.Collection,
) -> None:
    (another,) = [
        each
        for each in secretstorage.get_all_collections(collection.connection)
        if each.collection_path.endswith("/session")
    ]
    for number, where in enumerate((collection, collection, another)):
        attributes = {"service": SERVICE, "username": f"lab|{number}", "target": "default"}
        where.create_item(f"label {number}", attributes, b"%d" % number)
    collection.create_item("other", {"service": "another program", "username": "lab|9"}, b"9")
    found = list(ItemsOfOthers().search({"service": SERVICE}))
    assert [item.secret.reveal() for item in sorted(found, key=lambda item: item.label)] == ["0", "1", "2"]
    assert {item.label for item in found} == {"label 0", "label 1", "label 2"}
    assert all(item.attributes["target"] == "default" for item in found)
    assert all(0 < item.created <= item.modified for item in found)
    assert [item.label for item in ItemsOfOthers().search({"service": SERVICE, "username": "lab|2"})] == [
        "label 2"
    ]
    assert ItemsOfOthers().search({"service": "nobody's"}) == ()


def test_a_replaced_item_keeps_its_attributes_label_and_content_type(
    collection: secretstorage.Collection,
) -> None:
    # gnome-keyring adds this schema by itself whenever it reads its file again, which it does each second.
    schema = {"xdg:schema": "org.freedesktop.Secret.Generic"}
    attributes = {"service": SERVICE, "username": "lab|1", "target": "default"} | schema
    written = collection.create_item("lab's label", attributes, b"old", content_type="application/json")
    before = written.get_attributes(), written.get_label(), written.get_secret_content_type()
    ours = ItemsOfOthers()
    (item,) = ours.search({"service": SERVICE})
    ours.replace(item, NEW)
    (after,) = collection.search_items({"service": SERVICE})
    assert after.item_path == written.item_path == item.path
    assert (after.get_attributes(), after.get_label(), after.get_secret_content_type()) == before
    assert after.get_secret() == NEW.reveal().encode()


def test_a_secret_that_is_no_text_is_read_and_written_back_as_it_is(
    collection: secretstorage.Collection,
) -> None:
    collection.create_item("label", {"service": SERVICE}, b"\xff\xfe\x00")
    ours = ItemsOfOthers()
    (item,) = ours.search({"service": SERVICE})
    ours.replace(item, NEW)
    (now,) = ours.search({"service": SERVICE})
    ours.replace(now, item.secret)
    (after,) = collection.search_items({"service": SERVICE})
    assert after.get_secret() == b"\xff\xfe\x00"


def test_a_locked_keychain_is_locked_and_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with private_keychain(locked=True) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("DISPLAY", ":99")  # a prompt would be possible
        with pytest.raises(StoreLocked, match="Secret Service is locked"):
            ItemsOfOthers().search({"service": SERVICE})


def test_an_item_that_was_locked_after_it_was_read_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with private_keychain() as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        connection = secretstorage.dbus_init()
        collection = secretstorage.get_collection_by_alias(connection, "default")
        collection.create_item("label", {"service": SERVICE}, b"old")
        ours = ItemsOfOthers()
        (item,) = ours.search({"service": SERVICE})
        collection.lock()
        for change in (lambda: ours.search({"service": SERVICE}), lambda: ours.replace(item, NEW)):
            with pytest.raises(StoreLocked):
                change()
        with pytest.raises(StoreLocked):
            ours.delete(item)
        assert len(list(collection.search_items({"service": SERVICE}))) == 1
        connection.close()


def test_without_a_keychain_or_a_bus_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with private_bus() as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        assert ItemsOfOthers().search({"service": SERVICE}) == ()
    assert ItemsOfOthers().search({"service": SERVICE}) == ()  # the bus is gone
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    assert ItemsOfOthers().search({"service": SERVICE}) == ()


def test_a_service_that_hangs_costs_its_limit_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with private_bus() as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with open_dbus_connection(variables["DBUS_SESSION_BUS_ADDRESS"]) as silent:
            silent.send_and_get_reply(message_bus.RequestName("org.freedesktop.secrets"))
            ours = ItemsOfOthers(limit=1.0)
            started = time.monotonic()
            for _ in range(5):
                with pytest.raises(StoreSlow, match="did not answer in time"):
                    ours.search({"service": SERVICE})
            assert time.monotonic() - started < 5 * 1.0


def test_after_a_restart_of_the_service_it_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ItemsOfOthers()
    for number in (1, 2):  # another bus stands for a service that has restarted
        with private_keychain() as variables:
            for name, value in variables.items():
                monkeypatch.setenv(name, value)
            connection = secretstorage.dbus_init()
            collection = secretstorage.get_collection_by_alias(connection, "default")
            collection.create_item(f"label {number}", {"service": SERVICE}, b"old")
            connection.close()
            assert [item.label for item in ours.search({"service": SERVICE})] == [f"label {number}"]


def test_a_deleted_item_can_be_put_back_unless_there_is_one_again(keychain: Keychain) -> None:
    keychain.put(SERVICE, "lab|1", TOKEN)
    before = got(keychain)
    keychain.ours.delete(before)
    keychain.ours.create(before)
    after = got(keychain)
    assert (after.secret, after.attributes, after.label) == (before.secret, before.attributes, before.label)
    with pytest.raises(KeyrackError, match="changed by another program"):
        keychain.ours.create(before._replace(secret=NEW))
    assert keychain.read(SERVICE, "lab|1") == TOKEN

"""keyring's items in the Secret Service, over one connection that is kept open.

keyring opens a connection and an encrypted session for every call: with GNOME Keyring a read
takes 18 ms and a write 15 ms, compared with 2 ms and 5 ms over a kept connection. Importing it
takes 57 ms; its dependency secretstorage and this module take 19 ms. A kill between an issuer's
reply and the write to the keychain loses a rotated token, so every millisecond counts. A service
that asks the user for each item (KeePassXC) remembers the answer for the connection.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TypeVar

import secretstorage
from jeepney import DBusErrorResponse
from jeepney.io.blocking import DBusConnection
from secretstorage.exceptions import ItemNotFoundException
from secretstorage.util import DBusAddressWrapper, exec_prompt

from keyrack.domain.errors import NoDefaultCollection
from keyrack.store.backends.secret_service_session import (
    SERVICE_INTERFACE,
    SERVICE_PATH,
    open_session,
    opened_secret,
)
from keyrack.store.backends.timeouts import Ask
from keyrack.store.backends.translate import DBUS_LOCKED, denied, unanswered, unlock_hint
from keyrack.system import session_bus

T = TypeVar("T")

NAME = "Secret Service"
COLLECTION_INTERFACE = "org.freedesktop.Secret.Collection"
ITEM_INTERFACE = "org.freedesktop.Secret.Item"
PROMPT_INTERFACE = "org.freedesktop.Secret.Prompt"
NO_OBJECT = "/"  # how the service says "none"
# Seconds between tries: gnome-keyring says "none" for a moment while another program connects.
ASK_PAUSES = (0.002, 0.01)
APPLICATION = "Python keyring library"  # keyring's name for itself, an attribute of its items


def connected() -> DBusConnection | None:
    """A connection to the Secret Service; None if there is no session bus, or no such service on it."""
    session_bus.set_address()
    try:
        connection = secretstorage.dbus_init()
    except (secretstorage.SecretServiceNotAvailableException, OSError):
        return None
    if not secretstorage.check_service_availability(connection):
        connection.close()
        return None
    return connection


class Items:
    """The default collection's items, by keyring's attributes. For one thread at a time.

    Methods raise whatever secretstorage and jeepney raise, and LockedException or NoDefaultCollection
    if a password is needed; only `unlock` makes the service ask for it. Those with an `ask` may
    wait for the user to answer a question about an item, and raise StoreDenied if the answer is no.
    """

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection
        self._collection: secretstorage.Collection | None = None
        self.close = weakref.finalize(self, connection.close)

    @classmethod
    def connect(cls) -> Items | None:
        """None if there is no session bus, or no Secret Service on it."""
        connection = connected()
        return None if connection is None else cls(connection)

    def disown(self) -> None:
        """Leave the connection to the parent process."""
        self.close.detach()

    def get(self, service: str, username: str, ask: Ask) -> bytes | None:
        """The secret, or None. Raises LockedException also if a locked collection shows no such item, because
        some services hide the items of locked collections."""
        collection = self._opened()
        for path in self._paths(collection, {"service": service, "username": username}):
            with self._unless_gone(collection, path):
                return self._allowed(
                    lambda path=path: self._secret(collection, path), lambda path=path: [path], ask
                )
        collection.ensure_not_locked()
        return None

    def has(self, service: str, username: str) -> bool:
        """Is there such an item? Never asks the user."""
        collection = self._opened()
        if self._found(collection, service=service, username=username):
            return True
        collection.ensure_not_locked()
        return False

    def set(self, service: str, username: str, secret: str, ask: Ask) -> None:
        """Store it under the same label and attributes as keyring does.

        Other items of the same name are deleted: the service could return any of them later.
        """
        attributes = {"username": username, "service": service, "application": APPLICATION}
        label = f"Password for '{username}' on '{service}'"
        collection = self._opened()
        if collection.session is None:
            collection.ensure_not_locked()
            collection.session = open_session(self._connection)

        def found() -> list[str]:
            return [item.item_path for item in self._found(collection, service=service, username=username)]

        def create() -> secretstorage.Item:
            return collection.create_item(label, attributes, secret.encode(), replace=True)

        kept = self._allowed(create, found, ask)
        for item in self._found(collection, service=service, username=username):
            if item.item_path != kept.item_path:
                self._delete(collection, item, ask)

    def delete(self, service: str, username: str, ask: Ask) -> None:
        """Delete all items of that name: a restored backup or another program may have left several."""
        collection = self._opened()
        for item in self._found(collection, service=service, username=username):
            self._delete(collection, item, ask)

    def entries(self, service: str) -> tuple[str, ...]:
        """The user names of the service's items."""
        collection = self._opened()
        collection.ensure_not_locked()
        names: dict[str, None] = {}
        for item in self._found(collection, service=service):
            with self._unless_gone(collection, item.item_path):
                names[item.get_attributes().get("username", "")] = None
        names.pop("", None)
        return tuple(names)

    def is_locked(self) -> bool:
        """Would a write make the service ask for a password?"""
        collection = self._open()
        return collection is None or collection.is_locked()

    def unlock(self, ask: Ask) -> None:
        """Make the service ask for its password. Raises LockedException if it is still locked afterward."""
        collection = self._opened()
        with suppress(secretstorage.PromptDismissedException):
            self._unlock([collection.collection_path], ask)
        collection.ensure_not_locked()

    def _found(self, collection: secretstorage.Collection, **attributes: str) -> list[secretstorage.Item]:
        """Matching items, without those that another process deletes after the search."""
        items: list[secretstorage.Item] = []
        for path in self._paths(collection, attributes):
            with self._unless_gone(collection, path):
                items.append(secretstorage.Item(self._connection, path, collection.session))
        return items

    def _delete(self, collection: secretstorage.Collection, item: secretstorage.Item, ask: Ask) -> None:
        with self._unless_gone(collection, item.item_path):
            self._allowed(item.delete, lambda: [item.item_path], ask)

    def _secret(self, collection: secretstorage.Collection, path: str) -> bytes:
        """The secret of the item at this path. Raises LockedException, ItemNotFoundException."""
        item = DBusAddressWrapper(path, ITEM_INTERFACE, self._connection)
        if item.get_property("Locked"):
            raise secretstorage.LockedException("locked")
        if collection.session is None:  # opened by the first read, used by all
            collection.session = open_session(self._connection)
        (secret,) = item.call("GetSecret", "o", collection.session.object_path)
        return opened_secret(collection.session, secret)

    def _paths(self, collection: secretstorage.Collection, attributes: dict[str, str]) -> list[str]:
        search = DBusAddressWrapper(collection.collection_path, COLLECTION_INTERFACE, self._connection)
        (paths,) = search.call("SearchItems", "a{ss}", attributes)
        return paths

    @contextmanager
    def _unless_gone(self, collection: secretstorage.Collection, path: str) -> Generator[None]:
        """Ignore a failure if another process has deleted the item in the meantime."""
        try:
            yield
        except ItemNotFoundException:
            # secretstorage raises the same if the connection or the session is dead.
            if path in self._paths(collection, {}):
                raise

    def _allowed(self, action: Callable[[], T], paths: Callable[[], list[str]], ask: Ask) -> T:
        """Do something that the service may ask the user about. It may reply late, open a prompt, or call the
        items at the `paths` locked until an unlock is requested."""
        ask()
        try:
            return action()
        except secretstorage.PromptDismissedException:
            raise denied(NAME) from None
        except (secretstorage.LockedException, DBusErrorResponse) as error:
            if not _is_locked(error) or self.is_locked():
                raise
        try:
            self._unlock(paths(), ask)
            ask()
            return action()
        except secretstorage.PromptDismissedException:
            raise denied(NAME) from None
        except (secretstorage.LockedException, DBusErrorResponse) as error:
            if not _is_locked(error) or self.is_locked():
                raise
            raise denied(NAME) from None

    def _unlock(self, paths: list[str], ask: Ask) -> None:
        """Raises PromptDismissedException, StoreSlow."""
        service = DBusAddressWrapper(SERVICE_PATH, SERVICE_INTERFACE, self._connection)
        seconds = ask()
        _, prompt = service.call("Unlock", "ao", paths)
        if prompt == NO_OBJECT:
            return
        try:
            dismissed, _ = exec_prompt(self._connection, prompt, timeout=seconds)
        except TimeoutError:
            # Close the prompt: nobody waits for its answer any more.
            DBusAddressWrapper(prompt, PROMPT_INTERFACE, self._connection).call("Dismiss", "")
            raise unanswered(NAME, seconds) from None
        if dismissed:
            raise secretstorage.PromptDismissedException

    def _opened(self) -> secretstorage.Collection:
        collection = self._open()
        if collection is None:
            raise NoDefaultCollection("The Secret Service has no open keyring.", hint=unlock_hint())
        return collection

    def _open(self) -> secretstorage.Collection | None:
        """The default collection; None if there is none at the moment.

        Found with ReadAlias: just after its start, the daemon answers the usual way, the
        alias's own path, with an error once.
        """
        if self._collection is None:
            service = DBusAddressWrapper(SERVICE_PATH, SERVICE_INTERFACE, self._connection)
            (path,) = service.call("ReadAlias", "s", "default")
            for pause in ASK_PAUSES:
                if path != NO_OBJECT:
                    break
                time.sleep(pause)
                (path,) = service.call("ReadAlias", "s", "default")
            if path == NO_OBJECT:
                return None
            self._collection = secretstorage.Collection(self._connection, path)
        return self._collection


def _is_locked(error: Exception) -> bool:
    return not isinstance(error, DBusErrorResponse) or error.name in DBUS_LOCKED

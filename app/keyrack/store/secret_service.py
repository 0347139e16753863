"""keyring's items in the Secret Service, over one kept connection.

keyring opens a connection and an encrypted session for every call and costs 50 ms to import.
Its own dependency secretstorage reads the same items in a tenth of the time, and writes them
as fast: between an issuer's answer and the keychain every millisecond is one in which a kill
loses a rotated token. Unlocking, which asks a person, stays with keyring.
"""

from __future__ import annotations

import time
import weakref

import secretstorage
from jeepney.io.blocking import DBusConnection
from secretstorage.util import DBusAddressWrapper

from keyrack.domain.errors import StoreLocked
from keyrack.store.translate import unlock_hint

SERVICE_PATH = "/org/freedesktop/secrets"
SERVICE_INTERFACE = "org.freedesktop.Secret.Service"
NO_OBJECT = "/"  # how the service says "none"
# Seconds between asks: gnome-keyring says "none" for a moment while another program connects.
ASK_PAUSES = (0.002, 0.01)
APPLICATION = "Python keyring library"  # keyring's name for itself, an attribute of its items


class NoCollection(StoreLocked):
    """No default collection: none was ever made, or its owner is locked and hides it."""


class SecretService:
    """The default collection's items, by keyring's attributes. For one thread at a time.

    Methods raise whatever secretstorage and jeepney raise; they never make the service
    ask the user for a password.
    """

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection
        self._collection: secretstorage.Collection | None = None
        self.close = weakref.finalize(self, connection.close)

    @classmethod
    def connect(cls) -> SecretService | None:
        """None where there is no session bus, or no Secret Service on it."""
        try:
            connection = secretstorage.dbus_init()
        except (secretstorage.SecretServiceNotAvailableException, OSError):
            return None
        service = cls(connection)
        if not secretstorage.check_service_availability(connection):
            service.close()
            return None
        return service

    def disown(self) -> None:
        """Leave the connection to the process that it was inherited from."""
        self.close.detach()

    def get(self, service: str, username: str) -> bytes | None:
        """The secret, or None. Raises LockedException, also when a locked collection shows nothing,
        for some hide their items then; NoCollection."""
        collection = self._opened()
        for item in collection.search_items({"service": service, "username": username}):
            secret = item.get_secret()
            collection.session = item.session  # opened by the first read, good for all
            return secret
        collection.ensure_not_locked()
        return None

    def set(self, service: str, username: str, secret: str) -> None:
        """Under the name and the attributes that keyring gives. Raises LockedException, NoCollection.

        Others of the same name go: which of them is read later is the service's choice.
        """
        attributes = {"username": username, "service": service, "application": APPLICATION}
        label = f"Password for '{username}' on '{service}'"
        collection = self._opened()
        kept = collection.create_item(label, attributes, secret.encode(), replace=True)
        for item in list(collection.search_items({"service": service, "username": username})):
            if item.item_path != kept.item_path:
                item.delete()

    def delete(self, service: str, username: str) -> None:
        """All of that name: a restored backup of the keyring, or another program, may have left several.

        Raises LockedException, NoCollection.
        """
        for item in list(self._opened().search_items({"service": service, "username": username})):
            item.delete()

    def entries(self, service: str) -> tuple[str, ...]:
        """The user names of the service's items. Raises LockedException, NoCollection."""
        collection = self._opened()
        collection.ensure_not_locked()
        attributes = [item.get_attributes() for item in collection.search_items({"service": service})]
        return tuple(dict.fromkeys(found["username"] for found in attributes if "username" in found))

    def is_locked(self) -> bool:
        """Would a write make the service ask for a password?"""
        collection = self._open()
        return collection is None or collection.is_locked()

    def _opened(self) -> secretstorage.Collection:
        collection = self._open()
        if collection is None:
            raise NoCollection("The Secret Service has no open keyring.", hint=unlock_hint())
        return collection

    def _open(self) -> secretstorage.Collection | None:
        """The default collection; None where there is none (now).

        Asked for by its alias: a daemon that has just started answers the usual way,
        the alias's own path, with an error once.
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

"""Reads what keyring wrote to the Secret Service, over one kept connection.

keyring opens a connection and an encrypted session for every read (about 10 ms) and
costs 50 ms to import. Its own dependency secretstorage reads the same items in 1 ms;
`keyrack token` needs no more than that. Writing stays with keyring.
"""

from __future__ import annotations

import weakref

import secretstorage
from jeepney.io.blocking import DBusConnection
from secretstorage.util import DBusAddressWrapper

from keyrack.domain.errors import StoreLocked
from keyrack.store.translate import UNLOCK_HINT

SERVICE_PATH = "/org/freedesktop/secrets"
SERVICE_INTERFACE = "org.freedesktop.Secret.Service"
NO_OBJECT = "/"  # how the service says "none"


class NoCollection(StoreLocked):
    """No default collection: none was ever made, or its owner is locked and hides it."""


class SecretServiceReader:
    """The default collection's items, by keyring's attributes. For one thread at a time.

    Methods raise whatever secretstorage and jeepney raise; they never make the service
    ask the user for a password.
    """

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection
        self._collection: secretstorage.Collection | None = None
        self.close = weakref.finalize(self, connection.close)

    @classmethod
    def connect(cls) -> SecretServiceReader | None:
        """None where there is no session bus, or no Secret Service on it."""
        try:
            connection = secretstorage.dbus_init()
        except (secretstorage.SecretServiceNotAvailableException, OSError):
            return None
        reader = cls(connection)
        if not secretstorage.check_service_availability(connection):
            reader.close()
            return None
        return reader

    def get(self, service: str, username: str) -> bytes | None:
        """The secret, or None. Raises LockedException, also when a locked collection shows nothing,
        for some hide their items then; NoCollection."""
        collection = self._open()
        if collection is None:
            raise NoCollection("The Secret Service has no open keyring.", hint=UNLOCK_HINT)
        for item in collection.search_items({"service": service, "username": username}):
            secret = item.get_secret()
            collection.session = item.session  # opened by the first read, good for all
            return secret
        collection.ensure_not_locked()
        return None

    def entries(self, service: str) -> tuple[str, ...]:
        """The user names of the service's items. Raises LockedException, NoCollection."""
        collection = self._open()
        if collection is None:
            raise NoCollection("The Secret Service has no open keyring.", hint=UNLOCK_HINT)
        collection.ensure_not_locked()
        attributes = [item.get_attributes() for item in collection.search_items({"service": service})]
        return tuple(found["username"] for found in attributes if "username" in found)

    def is_locked(self) -> bool:
        """Would a write make the service ask for a password?"""
        collection = self._open()
        return collection is None or collection.is_locked()

    def _open(self) -> secretstorage.Collection | None:
        """The default collection; None where there is none (now).

        Asked for by its alias: a daemon that has just started answers the usual way,
        the alias's own path, with an error once.
        """
        if self._collection is None:
            service = DBusAddressWrapper(SERVICE_PATH, SERVICE_INTERFACE, self._connection)
            (path,) = service.call("ReadAlias", "s", "default")
            if path == NO_OBJECT:
                return None
            self._collection = secretstorage.Collection(self._connection, path)
        return self._collection

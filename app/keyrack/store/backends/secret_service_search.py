"""Any program's items in the Secret Service, found by their attributes in all collections.

Nothing here unlocks a collection or answers a prompt: a look at other programs' items must not make a
window open. Secrets are read with one GetSecrets call for all items of a search.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping

from jeepney import Properties
from jeepney.io.blocking import DBusConnection
from secretstorage.collection import Collection
from secretstorage.dhcrypto import Session
from secretstorage.exceptions import ItemNotFoundException, LockedException
from secretstorage.util import DBusAddressWrapper, format_secret

from keyrack.domain.named_tuple import NamedTuple
from keyrack.store.backends.secret_service_items import (
    COLLECTION_INTERFACE,
    ITEM_INTERFACE,
    NAME,
    NO_OBJECT,
    PROMPT_INTERFACE,
    connected,
)
from keyrack.store.backends.secret_service_session import (
    SERVICE_INTERFACE,
    SERVICE_PATH,
    open_session,
    opened_secret,
)
from keyrack.store.backends.translate import denied


class Found(NamedTuple):
    """An item as it is in the service; times in seconds since the epoch."""

    path: str
    attributes: Mapping[str, str]
    label: str
    secret: bytes
    content_type: str
    created: float
    modified: float


class AnyItems:
    """Over one connection, for one thread at a time. Methods raise whatever secretstorage and jeepney raise,
    and LockedException if an item is locked."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection
        self._service = DBusAddressWrapper(SERVICE_PATH, SERVICE_INTERFACE, connection)
        self._session: Session | None = None
        self.close = weakref.finalize(self, connection.close)

    @classmethod
    def connect(cls) -> AnyItems | None:
        """None if there is no session bus, or no Secret Service on it."""
        connection = connected()
        return None if connection is None else cls(connection)

    def disown(self) -> None:
        """Leave the connection to the parent process."""
        self.close.detach()

    def search(self, attributes: Mapping[str, str]) -> list[Found]:
        """The items that have at least these attributes.

        Raises LockedException if none can be read and some are locked, or may be: some services hide the
        items of locked collections.
        """
        unlocked, locked = self._service.call("SearchItems", "a{ss}", dict(attributes))
        found = self._read(unlocked)
        if not found and (locked or (not unlocked and self._any_locked())):
            raise LockedException("locked")
        return found

    def read(self, path: str) -> Found | None:
        """The item at this path now; None if it is gone. Raises LockedException."""
        for found in self._read([path]):
            return found
        try:
            if self._item(path).get_property("Locked"):
                raise LockedException("locked")
        except ItemNotFoundException:
            return None
        return None

    def write(self, item: Found, secret: bytes) -> None:
        """Replace the item's secret. Its attributes, label and content type stay."""
        sealed = format_secret(self._opened(), secret, item.content_type)
        self._item(item.path).call("SetSecret", "(oayays)", sealed)

    def create(self, attributes: Mapping[str, str], label: str, secret: bytes) -> None:
        """Create an item in the default collection. Raises LockedException if there is none."""
        (path,) = self._service.call("ReadAlias", "s", "default")
        if path == NO_OBJECT:
            raise LockedException("locked")
        collection = Collection(self._connection, path, self._opened())
        collection.ensure_not_locked()
        collection.create_item(label, dict(attributes), secret, replace=False)

    def delete(self, path: str) -> None:
        """Raises StoreDenied if the service wants to ask the user first."""
        (prompt,) = self._item(path).call("Delete", "")
        if prompt != NO_OBJECT:
            DBusAddressWrapper(prompt, PROMPT_INTERFACE, self._connection).call("Dismiss", "")
            raise denied(NAME)

    def _read(self, paths: Iterable[str]) -> list[Found]:
        """These items, without those that are gone or locked."""
        paths = list(paths)
        if not paths:
            return []
        session = self._opened()
        (secrets,) = self._service.call("GetSecrets", "aoo", paths, session.object_path)
        found: list[Found] = []
        for path in paths:
            if path not in secrets:
                continue
            try:
                (about,) = self._item(path).send_and_get_reply(Properties(self._item(path)).get_all())
            except ItemNotFoundException:  # deleted since
                continue
            _, _, _, content_type = secrets[path]
            found.append(
                Found(
                    path,
                    dict(about["Attributes"][1]),
                    about["Label"][1],
                    opened_secret(session, secrets[path]),
                    content_type,
                    float(about["Created"][1]),
                    float(about["Modified"][1]),
                )
            )
        return found

    def _any_locked(self) -> bool:
        for path in self._service.get_property("Collections"):
            try:
                collection = DBusAddressWrapper(path, COLLECTION_INTERFACE, self._connection)
                if collection.get_property("Locked"):
                    return True
            except ItemNotFoundException:
                continue
        return False

    def _item(self, path: str) -> DBusAddressWrapper:
        return DBusAddressWrapper(path, ITEM_INTERFACE, self._connection)

    def _opened(self) -> Session:
        if self._session is None:
            self._session = open_session(self._connection)
        return self._session

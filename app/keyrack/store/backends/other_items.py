"""The keychain items of other programs: read, replaced and deleted, without asking for more than is there.

On Linux all collections of the Secret Service are searched, and nothing is ever unlocked. The macOS Keychain
and the Windows Credential Manager can't be searched through keyring: there an item is read by its service
and account, and the system may ask the user for each one, so the caller decides when.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from keyrack.domain.errors import KeyrackError, StoreSlow, StoreUnavailable
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret
from keyrack.store.backends.calls import Calls
from keyrack.store.backends.translate import is_unforeseen
from keyrack.system import session_bus
from keyrack.system.forks import reset_in_child

if TYPE_CHECKING:
    from keyrack.store.backends.keyring_choice import Backend
    from keyrack.store.backends.secret_service_search import AnyItems, Found

T = TypeVar("T")

LIMIT = 2.0  # seconds for a call; the list waits for it
SECRET_SERVICE = "Secret Service"


class Item(NamedTuple):
    """What was read. Times are in seconds since the epoch, 0 where the keychain does not tell;
    `path` is the D-Bus object path, "" outside of the Secret Service."""

    attributes: Mapping[str, str]
    label: str
    secret: Secret
    created: float
    modified: float
    path: str


class ItemsOfOthers:
    """Other programs' items. Methods raise StoreUnavailable and its kinds: StoreLocked if the keychain is
    locked, StoreSlow after `limit` seconds. After that, calls fail at once for as long as it hangs.
    """

    def __init__(self, choose: Callable[[], Backend] | None = None, *, limit: float = LIMIT) -> None:
        """`choose` creates a backend of keyring's to use; None: the machine's own keychain."""
        self._calls = Calls(limit=limit)
        self._choose = choose
        self._by_bus = choose is None and sys.platform not in ("darwin", "win32")
        self._items: AnyItems | None = None
        self._inherited: list[AnyItems] = []  # the parents' connections, which only they may close
        reset_in_child(self)

    def reset_after_fork(self) -> None:
        """In a forked child: stop using the parent's connection."""
        if self._items is not None:
            self._items.disown()
            self._inherited.append(self._items)
        self._items = None

    @property
    def can_search(self) -> bool:
        """Can it be searched, without a question to the user? Only the Secret Service can."""
        return self._by_bus

    def search(self, attributes: Mapping[str, str]) -> tuple[Item, ...]:
        """All items with at least these attributes; none where it can't be searched or there is no keychain.

        Raises StoreLocked if matching items are locked, or may be, and none can be read.
        """
        if not self._by_bus:
            return ()
        found = self._over_bus(lambda items: items.search(attributes))
        return tuple(map(_item, found or ()))

    def get(self, service: str, account: str) -> Item | None:
        """The item of this service and account. Outside of the Secret Service, the user may be asked."""
        if self._by_bus:
            return next(iter(self.search({"service": service, "username": account})), None)
        secret = self._by_keyring(lambda backend: backend.get_password(service, account))
        if secret is None:
            return None
        return Item({"service": service, "username": account}, "", Secret(secret), 0.0, 0.0, "")

    def replace(self, item: Item, secret: Secret) -> None:
        """Give the item another secret. Raises KeyrackError, and changes nothing, if it no longer holds what
        was read; StoreUnavailable if the keychain did not keep the new secret.

        Attributes, label and content type stay in the Secret Service. On macOS keyring deletes the item and
        adds it again, so its program is asked for permission when it reads the item next.
        """
        if self._by_bus:
            self._over_bus(lambda items: items.write(_unchanged(items, item), _bytes(secret)))
        else:
            service, account = self._names(item)
            self._still_holds(item)
            self._by_keyring(lambda backend: backend.set_password(service, account, secret.reveal()))
        if self._now(item) != secret:
            raise StoreUnavailable(f"The {self._calls.name} did not keep the new value of the {_name(item)}.")

    def create(self, item: Item) -> None:
        """Put back an item that was deleted. Raises KeyrackError if there is one again, StoreUnavailable if
        the keychain did not keep it."""
        service, account = self._names(item)
        if self.get(service, account) is not None:
            raise changed(item)
        if self._by_bus:
            self._over_bus(lambda items: items.create(item.attributes, item.label, _bytes(item.secret)))
        else:
            self._by_keyring(lambda backend: backend.set_password(service, account, item.secret.reveal()))
        now = self.get(service, account)
        if now is None or now.secret != item.secret:
            raise StoreUnavailable(f"The {self._calls.name} did not keep the {_name(item)}.")

    def delete(self, item: Item) -> bool:
        """Delete the item; False if it is gone already. Raises as `replace` does."""
        if self._now(item) is None:
            return False
        if self._by_bus:
            self._over_bus(lambda items: items.delete(_unchanged(items, item).path))
        else:
            service, account = self._names(item)
            self._still_holds(item)
            self._by_keyring(lambda backend: backend.delete_password(service, account))
        if self._now(item) is not None:
            raise StoreUnavailable(f"The {self._calls.name} did not delete the {_name(item)}.")
        return True

    def _now(self, item: Item) -> Secret | None:
        """What the item holds now; None if it is gone."""
        if self._by_bus:
            found = self._over_bus(lambda items: items.read(item.path))
            return None if found is None else _secret(found)
        now = self.get(*self._names(item))
        return None if now is None else now.secret

    def _still_holds(self, item: Item) -> None:
        if self._now(item) != item.secret:
            raise changed(item)

    @staticmethod
    def _names(item: Item) -> tuple[str, str]:
        return item.attributes["service"], item.attributes["username"]

    def _over_bus(self, action: Callable[[AnyItems], T]) -> T | None:
        """Make a call, again over a new connection if the service has restarted; None without a keychain."""
        session_bus.set_address()
        if not os.environ.get(session_bus.ADDRESS):
            return None  # spares the imports
        try:
            # Not inside the limited call: on a cold disk an import may take longer.
            from keyrack.store.backends.secret_service_search import AnyItems
        except ImportError:
            return None
        self._calls.name = SECRET_SERVICE
        was_connected = self._items is not None
        try:
            return self._calls.run(lambda ask: self._ask_bus(AnyItems.connect, action))
        except StoreSlow:
            self._items = None  # its thread still uses the connection
            raise
        except StoreUnavailable as error:
            if not is_unforeseen(error) or not was_connected:
                raise
        self._items = None
        return self._calls.run(lambda ask: self._ask_bus(AnyItems.connect, action))

    def _ask_bus(self, connect: Callable[[], AnyItems | None], action: Callable[[AnyItems], T]) -> T | None:
        items = self._items
        if items is None:
            items = self._items = connect()
        return None if items is None else action(items)

    def _by_keyring(self, action: Callable[[Backend], T]) -> T:
        from keyrack.store.backends import keyring_choice

        backend = self._choose() if self._choose else keyring_choice.chosen_by_keyring()
        self._calls.name = keyring_choice.name_of(backend)

        def call(ask: Callable[[], float]) -> T:
            if keyring_choice.may_ask(backend):
                ask()
            return action(backend)

        return self._calls.run(call)


def changed(item: Item) -> KeyrackError:
    """The error when the item is not what was read any more."""
    return KeyrackError(
        f"The keychain's {_name(item)} was changed by another program in the meantime.", hint="Try again."
    )


def _unchanged(items: AnyItems, item: Item) -> Found:
    now = items.read(item.path)
    if now is None or _secret(now) != item.secret:
        raise changed(item)
    return now


def _item(found: Found) -> Item:
    return Item(found.attributes, found.label, _secret(found), found.created, found.modified, found.path)


def _secret(found: Found) -> Secret:
    return Secret(found.secret.decode(errors="surrogateescape"))  # lossless, for the comparisons


def _bytes(secret: Secret) -> bytes:
    return secret.reveal().encode(errors="surrogateescape")


def _name(item: Item) -> str:
    """For sentences: attributes and labels are no secrets."""
    return f"item of {item.attributes.get('service') or item.label or 'another program'}"

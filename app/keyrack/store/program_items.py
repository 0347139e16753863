"""The keychain items of other programs, as `domain.held.Item`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keyrack.domain.held import Item
from keyrack.domain.secret import Secret
from keyrack.store.backends import other_items
from keyrack.store.backends.other_items import ItemsOfOthers


class ProgramItems:
    """Methods raise StoreUnavailable and its kinds. `create`, `replace` and `delete` raise KeyrackError, and
    change nothing, if the keychain does not hold what the caller thinks."""

    def __init__(self, items: ItemsOfOthers | None = None) -> None:
        self._items = items or ItemsOfOthers()

    def find(self, service: str, accounts: Iterable[str] = ()) -> Sequence[Item]:
        """The items of a service. A keychain that can't be searched is asked for each of the accounts."""
        if self._items.can_search:
            return [_of(found) for found in self._items.search({"service": service})]
        found = (self._items.get(service, account) for account in accounts)
        return [_of(each) for each in found if each is not None]

    def read(self, item: Item) -> Item | None:
        """The item as it is now; None if it is gone."""
        now = self.find(item.service, (item.account,))
        same = [each for each in now if each.account == item.account]
        return next((each for each in same if each.id == item.id), next(iter(same), None))

    def create(self, item: Item) -> None:
        self._items.create(_stored(item))

    def replace(self, item: Item, secret: Secret) -> None:
        self._items.replace(_stored(item), secret)

    def delete(self, item: Item) -> None:
        self._items.delete(_stored(item))


def _of(found: other_items.Item) -> Item:
    return Item(
        found.attributes.get("service", ""),
        found.attributes.get("username", ""),
        found.secret,
        tuple(found.attributes.items()),
        found.created or None,
        found.modified or None,
        found.path,
        found.label,
    )


def _stored(item: Item) -> other_items.Item:
    attributes = dict(item.attributes) or {"service": item.service, "username": item.account}
    return other_items.Item(
        attributes, item.label, item.secret, item.created or 0.0, item.modified or 0.0, item.id
    )

"""The keychain items of other programs, as `domain.held.Item`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keyrack.domain.held import Item
from keyrack.store.backends import other_items
from keyrack.store.backends.other_items import ItemsOfOthers


class ProgramItems:
    """Methods raise StoreUnavailable and its kinds."""

    def __init__(self, items: ItemsOfOthers | None = None) -> None:
        self._items = items or ItemsOfOthers()

    def find(self, service: str, accounts: Iterable[str] = ()) -> Sequence[Item]:
        """The items of a service. A keychain that can't be searched is asked for each of the accounts."""
        if self._items.can_search:
            return [_of(found) for found in self._items.search({"service": service})]
        found = (self._items.get(service, account) for account in accounts)
        return [_of(each) for each in found if each is not None]


def _of(found: other_items.Item) -> Item:
    return Item(
        found.attributes.get("service", ""),
        found.attributes.get("username", ""),
        found.secret,
        tuple(found.attributes.items()),
        found.created or None,
        found.modified or None,
        found.path,
    )

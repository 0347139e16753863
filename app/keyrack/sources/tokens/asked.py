"""Keychain items that the system only gives after it has asked the user, as on macOS and Windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from keyrack.domain.errors import StoreLocked
from keyrack.domain.held import Item
from keyrack.sources.tokens.reader import Items


class AskedItems:
    """Reads them when the user wants that, and remembers them for this process: until then, and for later
    looks at the list, the system is not asked again."""

    def __init__(self, items: Items) -> None:
        self._items = items
        self._found: dict[str, Sequence[Item]] = {}

    def ask(self, service: str, accounts: Iterable[str]) -> Sequence[Item]:
        """Raises StoreUnavailable and its kinds."""
        self._found[service] = found = self._items(service, accounts)
        return found

    def remembered(self, service: str, accounts: Iterable[str]) -> Sequence[Item]:
        """Raises StoreLocked until they have been read."""
        if service not in self._found:
            raise StoreLocked(f"The items of {service} have not been read.")
        return self._found[service]

    def forget(self) -> None:
        """After a change of one of them."""
        self._found.clear()

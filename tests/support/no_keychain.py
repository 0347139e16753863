"""A keychain of other programs in which there is nothing."""

from __future__ import annotations

from keyrack.domain.held import Item
from keyrack.domain.secret import Secret


class NoKeychain:
    def read(self, item: Item) -> Item | None:
        return None

    def create(self, item: Item) -> None:
        raise AssertionError("nothing is to be written")

    def replace(self, item: Item, secret: Secret) -> None:
        raise AssertionError("nothing is to be written")

    def delete(self, item: Item) -> None:
        raise AssertionError("nothing is to be written")

"""Other programs' items in a keychain that reports success but does nothing, or that can't be searched."""

from __future__ import annotations

import pytest

from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.store.backends.other_items import Item, ItemsOfOthers
from support.other_items import AnyService

NAMES = ("a program", "an account")


def with_item(fake: AnyService) -> tuple[ItemsOfOthers, Item]:
    fake.items[NAMES] = "old"
    ours = ItemsOfOthers(lambda: fake)
    item = ours.get(*NAMES)
    assert item is not None
    return ours, item


def test_a_replacement_that_was_not_kept_is_an_error() -> None:
    ours, item = with_item(AnyService(keeps=False))
    with pytest.raises(StoreUnavailable, match="did not keep the new value of the item of a program"):
        ours.replace(item, Secret("new"))


def test_a_deletion_that_did_not_happen_is_an_error() -> None:
    ours, item = with_item(AnyService(deletes=False))
    with pytest.raises(StoreUnavailable, match="did not delete the item of a program"):
        ours.delete(item)


def test_a_keychain_that_may_ask_for_each_item_is_not_searched() -> None:
    ours, _ = with_item(AnyService())
    assert not ours.can_search and ours.search({"service": NAMES[0]}) == ()

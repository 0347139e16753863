"""The operations that the list's keys start."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from keyrack.tui.servers.list_screen import ListScreen

if TYPE_CHECKING:
    from keyrack.tui.clear.stale_actions import StaleActions
    from keyrack.tui.many.many_actions import ManyActions
    from keyrack.tui.many.marked_actions import MarkedActions
    from keyrack.tui.servers.row_actions import RowActions
    from keyrack.tui.storage.store_actions import StoreActions


class ListActions:
    """Each is created on first use, so that the first frame does not wait for the operations' imports."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen

    @cached_property
    def row(self) -> RowActions:
        from keyrack.tui.servers.row_actions import RowActions

        return RowActions(self._screen)

    @cached_property
    def many(self) -> ManyActions:
        from keyrack.tui.many.many_actions import ManyActions

        return ManyActions(self._screen)

    @cached_property
    def marked(self) -> MarkedActions:
        from keyrack.tui.many.marked_actions import MarkedActions

        return MarkedActions(self._screen, self.many)

    @cached_property
    def stale(self) -> StaleActions:
        from keyrack.tui.clear.stale_actions import StaleActions

        return StaleActions(self._screen)

    @cached_property
    def stores(self) -> StoreActions:
        from keyrack.tui.storage.store_actions import StoreActions

        return StoreActions(self._screen)

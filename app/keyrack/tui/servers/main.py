"""The main screen: the overview of the servers, with its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from keyrack.operations.servers.needs import need_of
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.servers.filter_line import FilterLine
from keyrack.tui.servers.other_screens import OtherScreens
from keyrack.tui.servers.overview_screen import OverviewScreen
from keyrack.tui.servers.server_table import ServerTable

if TYPE_CHECKING:
    from keyrack.tui.servers.columns import Column


class MainScreen(OverviewScreen):
    BINDINGS: ClassVar = [*keymap.MAIN]
    AUTO_FOCUS = "ServerTable"

    def __init__(self, *, banner: str = "") -> None:
        super().__init__(banner=banner)
        self._other_screens = OtherScreens(self)

    def targets(self) -> list[Row]:
        """The marked rows that are shown, else the selected one."""
        return self.marking.targets()

    def action_filter(self) -> None:
        self.query_one(FilterLine).focus()

    @on(ServerTable.Sorted)
    def _heading_clicked(self, event: ServerTable.Sorted) -> None:
        self.show_view(self.view.sorted_by(event.column))

    def action_sort(self) -> None:
        self.show_view(self.view.next_sort(self.table.columns))

    def action_reverse(self) -> None:
        self.show_view(self.view.reversed())

    def action_group(self) -> None:
        self.show_view(self.view.next_group())

    def action_columns(self) -> None:
        from keyrack.tui.servers.column_choice import ColumnChoice

        self.app.push_screen(ColumnChoice(self.view.hidden, self._hide))

    def _hide(self, columns: frozenset[Column]) -> None:
        self.show_view(self.view._replace(hidden=columns))

    def action_stop(self) -> None:
        stops = (self.actions.many.stop, self.host.dismiss, self.announcements.dismiss, self.marking.clear)
        if not any(stop() for stop in stops):
            self.query_one(FilterLine).action_clear_filter()

    def action_next_need(self) -> None:
        """Move to what the line below the header tells of, else to the next row that needs something."""
        key = self.announcements.after(self.table.selected) or self._next_need()
        if key is None:
            self.host.say("Nothing needs doing.")
        else:
            self.go_to(key)

    def _next_need(self) -> str | None:
        keys, now, unread = self.table.keys, self.host.now(), self.overview.unread
        at = keys.index(self.table.selected) + 1 if self.table.selected in keys else 0
        needing = (key for key in (*keys[at:], *keys[:at]) if need_of(self.rows[key], now, unread=unread))
        return next(needing, None)

    @on(ServerTable.Opened)
    def action_detail(self) -> None:
        row = self.selected()
        if row is not None:
            self._other_screens.open_detail(row)

    def action_clients(self) -> None:
        self._other_screens.open_clients(self.list_reader.look_into_keychain)

    def action_connect_all(self) -> None:
        self.actions.row.connecting.connect_all()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "demo" or not self.rows

    def action_demo(self) -> None:
        self.host.try_demo()

    def action_undo(self) -> None:
        self.actions.row.sharing.undo()

    def action_help(self) -> None:
        self._other_screens.open_help()

    def action_places(self) -> None:
        self._other_screens.open_places()

    def action_add(self) -> None:
        self.actions.row.editing.add()

    def action_row(self, what: str) -> None:
        """Run one of the row's actions on the marked servers, or on the selected one."""
        together = self.targets() if what in keymap.TOGETHER else []
        row = together[0] if together else self.selected()
        if len(together) > 1:
            self.actions.marked.run(what, together)
        elif row is None:
            self.host.say("No server is selected.")
        else:
            self.actions.row.run(what, row)

    def action_mark(self) -> None:
        self.marking.toggle()

    def action_mark_all(self) -> None:
        self.marking.toggle_shown()

    def action_refresh_due(self) -> None:
        self.actions.many.refresh_due()

    def action_check_all(self) -> None:
        self.actions.many.check_all()

    def action_clear_stale(self) -> None:
        self.actions.stale.begin()

    def action_unlock(self) -> None:
        self.actions.stores.unlock()

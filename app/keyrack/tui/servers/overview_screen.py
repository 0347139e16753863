"""What the main screen shows: the list of servers, and the details of the selected one."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import Static

from keyrack.domain.storage import StoreState
from keyrack.operations.servers.overview import Overview, Row
from keyrack.tui.host import Host, host_of
from keyrack.tui.kit import keymap
from keyrack.tui.kit.key_footer import KeyFooter
from keyrack.tui.kit.steady import update
from keyrack.tui.many.marking import Marking
from keyrack.tui.many.task_line import TaskLine
from keyrack.tui.servers.filter_line import FilterLine
from keyrack.tui.servers.header_line import HeaderLine
from keyrack.tui.servers.list_actions import ListActions
from keyrack.tui.servers.list_body import ListBody
from keyrack.tui.servers.listing import several
from keyrack.tui.servers.marks import Marks
from keyrack.tui.servers.row_times import RowTimes
from keyrack.tui.servers.server_table import ServerTable
from keyrack.tui.servers.source_words import problems
from keyrack.tui.servers.view import View

if TYPE_CHECKING:
    from textual.binding import Binding

    from keyrack.tui.servers.announcements import Announcements
    from keyrack.tui.servers.list_reader import ListReader

PATIENCE = 0.5  # seconds that all else waits for the first look
TICK = 1.0  # seconds between updates of what depends on the time


class OverviewScreen(Screen[None]):
    """Reads the servers, shows them, and keeps what is shown up to date. `MainScreen` adds the keys."""

    def __init__(self, *, banner: str = "") -> None:
        # Adding a class later would restyle every widget before the first frame.
        super().__init__(classes="-narrow")
        self._banner = banner
        self.rows: dict[str, Row] = {}
        self.overview = Overview((), (), ())
        self.store: StoreState | None = None
        # After every look, even if nothing has changed.
        self.looked: Signal[Overview] = Signal(self, "looked")
        self.marks = Marks()
        self.marking = Marking(self)
        self.actions = ListActions(self)
        self._when_on_top: list[Callable[[], Any]] = []
        self.view = View()
        self._times = RowTimes()
        self._is_drawn = self._has_started = False

    # Created on first use, so that the first frame does not wait for the operations' imports.

    @cached_property
    def list_reader(self) -> ListReader:
        from keyrack.tui.servers.list_reader import ListReader

        return ListReader(self)

    @cached_property
    def announcements(self) -> Announcements:
        from keyrack.tui.servers.announcement_line import show_announcements
        from keyrack.tui.servers.announcements import Announcements

        return Announcements(self, partial(show_announcements, self))

    @property
    def host(self) -> Host:
        return host_of(self)

    def compose(self) -> ComposeResult:
        yield HeaderLine(self._banner)
        with Horizontal(id="filter-row"):
            yield FilterLine(lambda: self.rows.values())
            yield Static(Content(""), id="problems")
        yield ListBody()
        yield TaskLine()
        yield KeyFooter(waits=True, offers=self._offers)

    def on_mount(self) -> None:
        chosen = self.host.remembering.now
        self.view = View.of(chosen.sort, chosen.descending, chosen.group, chosen.hidden)
        self.set_interval(TICK, self.tick)

    def drawn(self) -> None:
        """Begin to read: only after the first frame, because it needs imports and disk access."""
        if not self._is_drawn:
            self._is_drawn = True
            self.look()
            self.set_timer(PATIENCE, self._start_the_rest)

    def _start_the_rest(self) -> None:
        """What the rows do not wait for, after the first look or when that takes long."""
        if self._has_started:
            return
        self._has_started = True
        from keyrack.tui.servers.consent import LOOK, ConsentWatch

        watch = ConsentWatch(self)
        self.set_interval(LOOK, watch.look)
        self.list_reader.ask_store()
        self.query_one(KeyFooter).begin()
        gc.freeze()  # what is there by now stays
        gc.enable()

    @property
    def _body(self) -> ListBody:
        return self.query_one(ListBody)

    @property
    def table(self) -> ServerTable:
        return self._body.table

    def selected(self) -> Row | None:
        """The row under the cursor."""
        return self.rows.get(self.table.selected or "")

    @property
    def shown(self) -> list[Row]:
        """The rows that the filter leaves, in their order."""
        return [self.rows[key] for key in self.table.keys if key in self.rows]

    def only_in_memory(self) -> list[str]:
        """The display names of the servers whose credentials are lost when this process exits."""
        if self.store is None or self.store.persistent:
            return []
        return [
            r.server.display_name
            for r in self.rows.values()
            if r.credential and r.credential.store == "memory"
        ]

    def look(self, then: Callable[[], Any] | None = None) -> None:
        """Read configurations and records again, off the UI thread, then call `then`."""
        self.list_reader.look(then)

    def look_soon(self) -> None:
        """The same in a moment, once for all who want it until then."""
        self.list_reader.look_soon()

    def look_again(self) -> None:
        """The same, and also read the store's state."""
        self.list_reader.look()
        self.list_reader.ask_store()

    def when_open(self, then: Callable[[], Any]) -> None:
        """Call `then` as soon as the store can be read."""
        self.actions.stores.when_open(then)

    def show_overview(self, overview: Overview) -> None:
        """Show what the last look found."""
        first = not self.rows
        overview = overview._replace(problems=(*overview.problems, *self.host.key_problems))
        self.overview = overview
        self._body.detail.look_again()
        self.rows = {row.key: row for row in overview.rows}
        self.marks.marked &= self.rows.keys()
        self.refresh_rows()
        if first and self.rows:
            self._go_to_remembered()
            if self.focused is None:
                self.table.focus()
        self.looked.publish(overview)
        self.call_after_refresh(self._start_the_rest)
        self.call_after_refresh(lambda: self.announcements.look())

    def _offers(self, binding: Binding) -> bool:
        """Whether the footer shows a key: on an empty list, what can be done there."""
        if self.table.keys:
            return binding.show
        return binding.id in (keymap.WITHOUT_MATCH if self.rows else keymap.WITHOUT_SERVERS)

    def _go_to_remembered(self) -> None:
        key = self.host.remembering.selected(self.rows)
        if key is not None:
            self.table.go_to(key)

    def cannot_read(self, error: Exception) -> None:
        """Show why the last look failed."""
        self._start_the_rest()
        self._body.show_error(error)
        self.host.say_error(error)

    def show_store(self, store: StoreState) -> None:
        """Show the store's state."""
        before, self.store = self.store, store
        if store == before:
            return
        self.query_one(HeaderLine).show_store(store)
        if store.locked != (before is not None and before.locked):
            self.look()
        self.actions.stores.changed(store)

    def refresh_rows(self) -> None:
        """Update the rows, counts and details."""
        self.marks.several = several(self.rows.values())
        self._show_needs()
        had_rows = self.table.display
        self._body.show(self.rows, self.overview, self.host.now(), self.marks, self.view)
        if self.table.display != had_rows:
            self.query_one(KeyFooter).look_again()
        self._show_problems()
        self.query_one(TaskLine).show_marked(self.marking.words())
        self._show_detail()

    def on_resize(self) -> None:
        self._show_problems()
        self._body.share_width(self.view)
        self._show_detail()

    def _show_needs(self) -> None:
        self.query_one(HeaderLine).show_rows(self.rows.values(), self.host.now(), self.overview.unread)

    def _show_problems(self) -> None:
        """Show beside the filter that the files have problems, and the key for the details."""
        words = problems(len(self.overview.problems), self.app.size.width)
        update(self.query_one("#problems", Static), words)

    def _show_detail(self) -> None:
        row = self.selected()
        self._body.detail.show_row(row, self.marks.trouble_of(row) if row else None)

    def tick(self) -> None:
        """Update the times and states that are shown."""
        if not self.rows:
            return
        now = self.host.now()
        all_due = self.announcements.is_due or self._times.all_due(now)
        keys = None if all_due else self.table.keys_in_sight
        locked = self.store is not None and self.store.locked
        changed = self._times.changed(self.rows, keys, now, locked=locked)
        self.rows |= changed
        self.table.update_rows(changed, now)  # in the same order: they must not move under the cursor
        if all_due or changed:
            self._show_needs()
        self.announcements.tick()
        self._body.detail.tick()
        self._show_detail()

    def show_progress(self, words: str, share: float) -> None:
        """Show a line above the footer during an operation on many servers; "" removes it."""
        self.query_one(TaskLine).show_progress(words, share)

    def when_on_top(self, then: Callable[[], Any]) -> None:
        """Call `then` now, or else as soon as no other screen is above this one."""
        self._when_on_top.append(then)
        self.on_screen_resume()

    def on_screen_resume(self) -> None:
        if self.app.screen is self and self._when_on_top:
            self._when_on_top.pop(0)()

    @on(ServerTable.Highlighted)
    def _highlighted(self) -> None:
        self._show_detail()

    @on(FilterLine.Filtered)
    def _filtered(self, event: FilterLine.Filtered) -> None:
        if event.needle != self.view.needle:
            self.show_view(self.view._replace(needle=event.needle))

    @on(FilterLine.Left)
    def _left_filter(self) -> None:
        self.table.focus()

    def show_view(self, view: View) -> None:
        """Arrange the rows in another way, and remember all but the filter."""
        self.view = view
        self.host.remembering.change(**view.chosen)
        self.refresh_rows()

    def go_to(self, key: str) -> None:
        """Move the cursor to a server, even if the filter hides it."""
        if key not in self.table.keys:
            self.query_one(FilterLine).action_clear_filter()
            self.show_view(self.view._replace(needle=""))
        self.table.go_to(key)
        self.table.focus()

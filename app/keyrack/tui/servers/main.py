"""The main screen: the list of servers, and the details of the selected one."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.signal import Signal
from textual.widgets import Static

from keyrack.domain.model import Record
from keyrack.domain.storage import StoreState
from keyrack.operations.servers import overview as look
from keyrack.operations.servers.needs import need_of
from keyrack.operations.servers.overview import Overview, Row
from keyrack.tui.host import Host, host_of
from keyrack.tui.kit import keymap
from keyrack.tui.kit.key_footer import KeyFooter
from keyrack.tui.kit.present import error_text, say, title
from keyrack.tui.kit.steady import update
from keyrack.tui.many.marking import Marking
from keyrack.tui.many.task_line import TaskLine
from keyrack.tui.servers.facts_view import FactsView
from keyrack.tui.servers.filter_line import FilterLine
from keyrack.tui.servers.header_line import HeaderLine
from keyrack.tui.servers.listing import several
from keyrack.tui.servers.marks import Marks
from keyrack.tui.servers.server_table import ServerTable
from keyrack.tui.servers.source_words import problems
from keyrack.tui.servers.view import View
from keyrack.wording.tones import Tone

if TYPE_CHECKING:
    from textual.binding import Binding

    from keyrack.operations.sharing.clients import Entry
    from keyrack.tui.clear.stale_actions import StaleActions
    from keyrack.tui.many.many_actions import ManyActions
    from keyrack.tui.many.marked_actions import MarkedActions
    from keyrack.tui.servers.announcements import Announcements
    from keyrack.tui.servers.columns import Column
    from keyrack.tui.servers.held_lines import HeldLines
    from keyrack.tui.servers.history_reader import HistoryReader
    from keyrack.tui.servers.list_reader import ListReader
    from keyrack.tui.servers.row_actions import RowActions
    from keyrack.tui.storage.store_actions import StoreActions

LEAST_DETAIL, MOST_DETAIL = 44, 84  # columns for the details beside the list
PATIENCE = 0.5  # seconds that all else waits for the first look
TICK = 1.0  # seconds between updates of what depends on the time
OUT_OF_SIGHT = 30.0  # the same for rows that are out of sight: for a thousand it takes long


class MainScreen(Screen[None]):
    BINDINGS: ClassVar = [*keymap.MAIN]
    AUTO_FOCUS = "ServerTable"

    def __init__(self, *, banner: str = "") -> None:
        # Adding a class later would restyle every widget before the first frame.
        super().__init__(classes="-narrow")
        self._banner = banner
        self.rows: dict[str, Row] = {}
        self.overview = Overview((), (), ())
        self.store: StoreState | None = None
        self.looked: Signal[Overview] = Signal(
            self, "looked"
        )  # after every look, even if nothing has changed
        self.marks = Marks()
        self.marking = Marking(self)
        self._when_on_top: list[Callable[[], Any]] = []
        self.view = View()
        self._all_ticked = 0.0  # when the rows out of sight were last looked at (Unix seconds)
        self._is_drawn = self._has_started = False

    # Created on first use, so that the first frame does not wait for the operations' imports.

    @cached_property
    def _list_reader(self) -> ListReader:
        from keyrack.tui.servers.list_reader import ListReader

        return ListReader(self)

    @cached_property
    def _lines(self) -> HeldLines:
        from keyrack.tui.servers.held_lines import HeldLines

        return HeldLines(self, self._show_detail)

    @cached_property
    def _history(self) -> HistoryReader:
        from keyrack.tui.servers.history_reader import HistoryReader

        return HistoryReader(self, self._show_detail)

    @cached_property
    def announcements(self) -> Announcements:
        from keyrack.tui.servers.announcement_line import show_announcements
        from keyrack.tui.servers.announcements import Announcements

        return Announcements(self, partial(show_announcements, self))

    @cached_property
    def actions(self) -> RowActions:
        from keyrack.tui.servers.row_actions import RowActions

        return RowActions(self)

    @cached_property
    def many(self) -> ManyActions:
        from keyrack.tui.many.many_actions import ManyActions

        return ManyActions(self)

    @cached_property
    def marked_actions(self) -> MarkedActions:
        from keyrack.tui.many.marked_actions import MarkedActions

        return MarkedActions(self, self.many)

    @cached_property
    def stale(self) -> StaleActions:
        from keyrack.tui.clear.stale_actions import StaleActions

        return StaleActions(self)

    @cached_property
    def stores(self) -> StoreActions:
        from keyrack.tui.storage.store_actions import StoreActions

        return StoreActions(self)

    @property
    def host(self) -> Host:
        return host_of(self)

    def compose(self) -> ComposeResult:
        yield HeaderLine(self._banner)
        with Horizontal(id="filter-row"):
            yield FilterLine(lambda: self.rows.values())
            yield Static(Content(""), id="problems")
        with Horizontal(id="body"):
            table = ServerTable()
            table.display = False  # until there are rows
            yield table
            yield Static(say("Reading the configuration files…", Tone.DIM), id="empty")
            yield FactsView(id="detail", classes="-empty")
        yield TaskLine()
        yield KeyFooter(waits=True, offers=self._offers)

    def on_mount(self) -> None:
        self.table.border_title = title("Servers")
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
        self._list_reader.ask_store()
        self.query_one(KeyFooter).begin()
        gc.freeze()  # what is there by now stays
        gc.enable()

    @property
    def table(self) -> ServerTable:
        return self.query_one(ServerTable)

    def selected(self) -> Row | None:
        """The row under the cursor."""
        return self.rows.get(self.table.selected or "")

    @property
    def shown(self) -> list[Row]:
        """The rows that the filter leaves, in their order."""
        return [self.rows[key] for key in self.table.keys if key in self.rows]

    def targets(self) -> list[Row]:
        """The marked rows that are shown, else the selected one."""
        return self.marking.targets()

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
        self._list_reader.look(then)

    def look_soon(self) -> None:
        """The same in a moment, once for all who want it until then."""
        self._list_reader.look_soon()

    def look_again(self) -> None:
        """The same, and also read the store's state."""
        self._list_reader.look()
        self._list_reader.ask_store()

    def when_open(self, then: Callable[[], Any]) -> None:
        """Call `then` as soon as the store can be read."""
        self.stores.when_open(then)

    def show_overview(self, overview: Overview) -> None:
        """Show what the last look found."""
        first = not self.rows
        overview = overview._replace(problems=(*overview.problems, *self.host.key_problems))
        self.overview = overview
        self._lines.look_again()
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
        self.query_one("#empty", Static).update(say(error_text(error), Tone.BAD))
        self.host.say_error(error)

    def show_store(self, store: StoreState) -> None:
        """Show the store's state."""
        before, self.store = self.store, store
        if store == before:
            return
        self.query_one(HeaderLine).show_store(store)
        if store.locked != (before is not None and before.locked):
            self.look()
        self.stores.changed(store)

    def refresh_rows(self) -> None:
        """Update the rows, counts and details."""
        lines = self.view.lines(self.rows.values())
        self.marks.several = several(self.rows.values())
        self._show_needs()
        self.table.show(lines, self.host.now(), self.marks, self.view)
        self._share_width()
        shown = len(self.table.keys)
        some = f"{shown} of {len(self.rows)} · " if shown != len(self.rows) else ""
        self.table.border_subtitle = say(f"{some}{self.view.words}", Tone.DIM)
        # Not by a class of the screen: it would style every widget again.
        if self.table.display != bool(shown):
            self.query_one(KeyFooter).look_again()
        self.table.display, self.query_one("#empty").display = bool(shown), not shown
        self.query_one("#detail").set_class(not shown, "-empty")
        self._show_problems()
        if not shown:
            self._say_empty()
        self.query_one(TaskLine).show_marked(self.marking.words())
        self._show_detail()

    def on_resize(self) -> None:
        self._show_problems()
        self._share_width()
        self._show_detail()

    def _share_width(self) -> None:
        """Give the list what it needs, and the details the rest. Typing a filter moves neither."""
        if not self.view.needle and self.has_class("-wide"):
            left = self.app.size.width - self.table.needed_width()
            self.query_one("#detail").styles.width = min(max(left, LEAST_DETAIL), MOST_DETAIL)

    def _show_needs(self) -> None:
        self.query_one(HeaderLine).show_rows(self.rows.values(), self.host.now(), self.overview.unread)

    def _show_problems(self) -> None:
        """Show beside the filter that the files have problems, and the key for the details."""
        words = problems(len(self.overview.problems), self.app.size.width)
        update(self.query_one("#problems", Static), words)

    def _say_empty(self) -> None:
        from keyrack.tui.servers.source_words import no_match, no_servers

        words = no_match(self.view.needle) if self.rows else no_servers(self.overview)
        self.query_one("#empty", Static).update(words)

    def _show_detail(self) -> None:
        pane = self.query_one("#detail", FactsView)
        if not pane.display:  # a narrow terminal has no room for it
            return
        row = self.selected()
        trouble = self.marks.trouble_of(row) if row else None
        has_lines = row is not None and (row.elsewhere or row.server.in_plain_text)
        lines = self._lines.of(row) if has_lines else None
        events = self._history.of(row) if row else None
        pane.show(row, self.host.now(), trouble, lines, events)

    def tick(self) -> None:
        """Update the times and states that are shown."""
        if not self.rows:
            return
        now = self.host.now()
        all_due = self.announcements.is_due or not 0 <= now - self._all_ticked < OUT_OF_SIGHT
        changed = self._changed(self.rows if all_due else self.table.keys_in_sight, now)
        self.rows |= changed
        self.table.update_rows(changed, now)  # in the same order: they must not move under the cursor
        if all_due:
            self._all_ticked = now
        if all_due or changed:
            self._show_needs()
        self.announcements.tick()
        if self.query_one("#detail", FactsView).display:  # a narrow terminal has no room for it
            self._history.look()
            self._show_detail()

    def _changed(self, keys: Iterable[str], now: float) -> dict[str, Row]:
        """Those of these rows that time alone has made others."""
        locked = self.store is not None and self.store.locked
        changed: dict[str, Row] = {}
        for key in keys:
            row = self.rows.get(key)
            if row is None or not (row.credential or row.check or row.elsewhere):
                continue
            record = Record(row.server.url or "", row.server.account, row.credential, row.check)
            new = look.row_of(row.server, record, now, store_locked=locked, elsewhere=row.elsewhere)
            if new != row:
                changed[key] = new
        return changed

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

    def action_filter(self) -> None:
        self.query_one(FilterLine).focus()

    def show_view(self, view: View) -> None:
        """Arrange the rows in another way, and remember all but the filter."""
        self.view = view
        self.host.remembering.change(**view.chosen)
        self.refresh_rows()

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
        stops = (self.many.stop, self.host.dismiss, self.announcements.dismiss, self.marking.clear)
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
            self._open_detail(row)

    def _open_detail(self, row: Row) -> None:
        from keyrack.tui.servers.detail import DetailScreen

        def chosen(what: str | None) -> None:
            if what:  # for the row that the details showed; the cursor may be on another now
                self.actions.run(what, self.rows.get(row.key, row))

        self.app.push_screen(DetailScreen(row, self.marks.trouble_of, self.looked), chosen)

    def action_clients(self) -> None:
        from keyrack.tui.clients.clients import ClientsScreen

        read_keychain = self._list_reader.look_into_keychain
        self.app.push_screen(
            ClientsScreen(
                self.overview,
                self.looked,
                self._with_entry,
                self.action_undo,
                read_keychain,
                self.actions.files.open_one_of,
            )
        )

    def _with_entry(self, what: str, entry: Entry, program: str) -> None:
        """Run an action on a server of the second view."""
        if what == "clear-there":
            self.actions.sharing.clear_there(entry.server, entry.held)
        elif entry.row is None:
            self.host.say("No program lists this server, so there is nothing to do but to clear it.")
        elif what == "publish":
            self.actions.publishing.publish(self.rows.get(entry.row.key, entry.row), program)
        elif what == "connect":
            path = entry.source.path if entry.source is not None else ""
            self.actions.connecting.connect(self.rows.get(entry.row.key, entry.row), program, path)
        elif what == "import":
            self.actions.sharing.take_over(entry.row, entry.held or entry.row.elsewhere)
        else:
            self._open_detail(entry.row)

    def action_connect_all(self) -> None:
        self.actions.connecting.connect_all()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "demo" or not self.rows

    def action_demo(self) -> None:
        self.host.try_demo()

    def action_undo(self) -> None:
        self.actions.sharing.undo()

    def action_help(self) -> None:
        from keyrack.tui.kit.help import HelpScreen

        self.app.push_screen(HelpScreen())

    def action_places(self) -> None:
        from keyrack.tui.servers.sources import SourcesScreen

        self.app.push_screen(SourcesScreen(self.overview, self.looked, self.look))

    def go_to(self, key: str) -> None:
        """Move the cursor to a server, even if the filter hides it."""
        if key not in self.table.keys:
            self.query_one(FilterLine).action_clear_filter()
            self.show_view(self.view._replace(needle=""))
        self.table.go_to(key)
        self.table.focus()

    def action_add(self) -> None:
        self.actions.editing.add()

    def action_row(self, what: str) -> None:
        """Run one of the row's actions on the marked servers, or on the selected one."""
        together = self.targets() if what in keymap.TOGETHER else []
        row = together[0] if together else self.selected()
        if len(together) > 1:
            self.marked_actions.run(what, together)
        elif row is None:
            self.host.say("No server is selected.")
        else:
            self.actions.run(what, row)

    def action_mark(self) -> None:
        self.marking.toggle()

    def action_mark_all(self) -> None:
        self.marking.toggle_shown()

    def action_refresh_due(self) -> None:
        self.many.refresh_due()

    def action_check_all(self) -> None:
        self.many.check_all()

    def action_clear_stale(self) -> None:
        self.stale.begin()

    def action_unlock(self) -> None:
        self.stores.unlock()

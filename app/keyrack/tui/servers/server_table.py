"""The table of servers, with a row per credential. It is updated in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import DataTable

from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import busy_words, cell
from keyrack.tui.servers.facts import expiry
from keyrack.tui.servers.listing import display_name_among
from keyrack.tui.servers.marks import Marks
from keyrack.wording.glyphs import MARKED
from keyrack.wording.held import elsewhere, forms
from keyrack.wording.states import KINDS, listed_state
from keyrack.wording.tones import Tone

# Columns' widths, the last two the least; the server's name takes the rest.
AUTH, STATUS, EXPIRES = 6, 18, 14
COLUMNS = ("server", "auth", "status", "expires", "elsewhere")
PADDING = 2  # a cell's, left and right together
NARROWEST_NAME = 8
SCROLLBAR = 1


class ServerTable(DataTable[Text]):
    BINDINGS: ClassVar = [*keymap.TABLE]
    # One for each tone; the colors are in main.tcss.
    COMPONENT_CLASSES: ClassVar = {f"server-table--{tone}" for tone in Tone}

    class Opened(Message):
        """The user wants to see a row's details."""

    def __init__(self) -> None:
        super().__init__(cursor_type="row", zebra_stripes=False, cursor_foreground_priority="renderable")
        self._shown: dict[str, tuple[tuple[str, Tone], ...]] = {}
        self._rows: tuple[Row, ...] = ()
        self._now = 0.0
        self._marks = Marks()
        self._elsewhere = 0  # the column's width

    @property
    def selected(self) -> str | None:
        """The key of the row under the cursor."""
        if not self.row_count:
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value

    @property
    def keys(self) -> tuple[str, ...]:
        """The rows' keys in the order shown."""
        return tuple(self._shown)

    @property
    def order(self) -> tuple[str, ...]:
        """The same, also while they wait for the table to get its place."""
        return tuple(row.key for row in self._rows)

    def show(self, rows: Iterable[Row], now: float, marks: Marks) -> None:
        """Show these rows in this order. The cursor stays on its server, not on its line."""
        self._rows, self._now, self._marks = tuple(rows), now, marks
        if not self.size.width:
            return  # hidden: filled when it gets its place, once and not twice
        widths = [column.width for column in self.ordered_columns]
        same = [row.key for row in self._rows] == list(self._shown)
        if same and widths == [width for _, _, width in self._layout()]:
            self._patch()
        else:
            self._rebuild()

    def go_to(self, key: str) -> None:
        """Put the cursor on a server, where it is shown."""
        if key in self._shown:
            self.move_cursor(row=self.get_row_index(key), animate=False)

    def repaint_all(self) -> None:
        """Redraw after a change of colors or width."""
        self._rebuild()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self.call_after_refresh(self.repaint_all))

    def on_resize(self, event: events.Resize) -> None:
        self.show(self._rows, self._now, self._marks)
        self.move_cursor(row=self.cursor_row, animate=False)  # into view, where a message took rows

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2 and self.row_count:
            self.post_message(self.Opened())

    def action_select_cursor(self) -> None:
        self.post_message(self.Opened())

    def _layout(self) -> list[tuple[str, str, int]]:
        """(key, heading, width) of the columns that there is room for.

        Too narrow for all, it loses Auth first, then Elsewhere.
        """
        room = self.size.width - SCROLLBAR
        said = (len(expiry(row, self._now, self._marks.trouble_of(row))[0]) for row in self._rows)
        expires = max((EXPIRES, *said))  # "checked 12 min ago"
        status = max((STATUS, *(len(self._status(row)[0]) for row in self._rows)))  # "held by Claude Code"
        columns = [("status", "Status", status)]
        taken = status + 2 * PADDING
        self._elsewhere = 0
        for key, heading, widths in (
            ("expires", "Expires", (expires,)),
            ("elsewhere", "Elsewhere", self._elsewhere_widths()),
            ("auth", "Auth", (AUTH,)),
        ):
            fitting = (width for width in widths if taken + width + PADDING + NARROWEST_NAME + 6 <= room)
            width = next(fitting, 0)
            if width:
                taken += width + PADDING
                columns.append((key, heading, width))
                if key == "elsewhere":
                    self._elsewhere = width
        columns.sort(key=lambda column: COLUMNS.index(column[0]))
        return [("server", "Server", max(room - taken, NARROWEST_NAME)), *columns]

    def _elsewhere_widths(self) -> tuple[int, ...]:
        """To name all programs, the best one of each row, or none; nothing if no program holds anything."""
        found = [forms(row.elsewhere, self._now) for row in self._rows if row.elsewhere]
        if not found:
            return ()
        heading = len("Elsewhere")
        named = (max(heading, *(len(each[place]) for each in found)) for place in (0, -2))
        return (*named, heading)

    def _rebuild(self) -> None:
        # Removing rows one by one is quadratic in DataTable; clearing and adding is not.
        selected, scroll, line = self.selected, self.scroll_y, self.cursor_row
        with self.prevent(DataTable.RowHighlighted):
            self.clear(columns=True)
            for key, heading, width in self._layout():
                self.add_column(Text(heading), key=key, width=width)
            self._shown = {}
            styles = self._styles()
            keys = [str(column.value) for column in self.columns]
            for row in self._rows:
                cells = self._cells(row)
                self._shown[row.key] = cells
                by_key: dict[str, tuple[str, Tone]] = dict(zip(COLUMNS, cells, strict=True))
                self.add_row(*(cell(by_key[key][0], styles[by_key[key][1]]) for key in keys), key=row.key)
            if selected in self._shown:
                self.scroll_to(y=scroll, animate=False, force=True)
                self.move_cursor(row=self.get_row_index(selected), animate=False)
            elif selected is not None:  # gone: what took its place
                self.move_cursor(row=line, animate=False)
        if self.selected != selected or selected is None:
            self._announce()

    def _patch(self) -> None:
        styles = self._styles()
        keys = {str(column.value) for column in self.columns}
        for row in self._rows:
            cells, before = self._cells(row), self._shown[row.key]
            if cells == before:
                continue
            self._shown[row.key] = cells
            for name, new, old in zip(COLUMNS, cells, before, strict=True):
                if new != old and name in keys:
                    self.update_cell(row.key, name, cell(new[0], styles[new[1]]))

    def _announce(self) -> None:
        """Tell that another row is selected now; DataTable was kept from saying it."""
        if self.row_count:
            key = self.coordinate_to_cell_key(self.cursor_coordinate).row_key
            self.post_message(DataTable.RowHighlighted(self, self.cursor_row, key))

    def _cells(self, row: Row) -> tuple[tuple[str, Tone], ...]:
        name, name_tone = display_name_among(row, self._marks.several), Tone.PLAIN
        if row.key in self._marks.marked:
            name, name_tone = f"{MARKED} {name}", Tone.KEY
        elif row.server.is_off:
            name_tone = Tone.DIM
        return (
            (name, name_tone),
            (KINDS.get(row.kind, row.kind), Tone.DIM),
            self._status(row),
            expiry(row, self._now, self._marks.trouble_of(row)),
            elsewhere(row.elsewhere, self._now, self._elsewhere),
        )

    def _status(self, row: Row) -> tuple[str, Tone]:
        what = self._marks.busy.get(row.key)
        if what:
            return busy_words(what), Tone.BUSY
        return listed_state(row.status, is_off=row.server.is_off)

    def _styles(self) -> dict[Tone, Style]:
        """Each tone's color in the current theme, without a background: the cursor has its own."""
        found: dict[Tone, Style] = {}
        for tone in Tone:
            style = self.get_component_rich_style(f"server-table--{tone}")
            found[tone] = Style(color=style.color, bold=style.bold, dim=style.dim)
        return found

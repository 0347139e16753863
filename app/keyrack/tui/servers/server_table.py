"""The table of servers, with a row per credential. Only the rows that are seen are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.message import Message
from textual.strip import Strip

from keyrack.operations.servers.overview import Row
from keyrack.tui.kit.cut import MORE, fill, width_of
from keyrack.tui.kit.line_table import LineTable
from keyrack.tui.kit.present import safe
from keyrack.tui.servers.cells import Cell, Told, cell, wants
from keyrack.tui.servers.columns import EXTRAS, GAP, ROOMY, Column, Placed, Want, fit, needed
from keyrack.tui.servers.marks import Marks
from keyrack.tui.servers.view import Heading, Line, View
from keyrack.wording.glyphs import CURSOR, DOWN, MARKED, UP
from keyrack.wording.tones import Tone

SCROLLBAR = 1
TIMED = (Column.STATUS, Column.EXPIRES, Column.ELSEWHERE, Column.CHECKED)  # what changes with the time


class ServerTable(LineTable):
    # One for each tone; the colors are in main.tcss.
    COMPONENT_CLASSES: ClassVar = {
        *(f"server-table--{tone}" for tone in Tone),
        *(f"server-table--{part}" for part in ("header", "row", "cursor", "hover")),
    }

    class Sorted(Message):
        """The user wants to sort by a column."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Line, ...] = ()
        self._places: dict[str, int] = {}  # the rows' lines by their keys
        self._told = Told(0.0, Marks())
        self._view = View()
        self._wanted: Mapping[Column, Want] = {}
        self._measured: frozenset[Column] = frozenset()
        self._placed: tuple[int, tuple[Placed, ...]] = (0, ())  # for so much room
        self._drawn: dict[str, tuple[Cell, ...]] = {}
        self._tones: dict[Tone, Style] = {}

    @property
    def selected(self) -> str | None:
        """The key of the row under the cursor."""
        row = self._row_at(self.cursor_line)
        return row.key if row is not None else None

    @property
    def keys(self) -> tuple[str, ...]:
        """The rows' keys in the order shown."""
        return tuple(self._places)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those that there is room for."""
        return tuple(placed.column for placed in self._columns)

    def show(self, lines: Sequence[Line], now: float, marks: Marks, view: View) -> None:
        """Show these lines. The cursor stays on its server, not on its line."""
        selected, before = self.selected, self.cursor_line
        self._shown, self._told, self._view = tuple(lines), Told(now, marks), view
        self._places = {line.key: place for place, line in enumerate(lines) if isinstance(line, Row)}
        self._measure()
        place = self._places.get(selected or "", before)  # gone: what took its place
        self.set_lines(len(lines), place, lambda line: isinstance(lines[line], Row))
        if self.selected != selected and self._places:
            self.post_message(self.Highlighted())

    def update_rows(self, rows: Mapping[str, Row], now: float) -> None:
        """Rows that have become others, at `now`. Of all, those that look different are drawn again."""
        if rows:
            shown = list(self._shown)
            for key in rows.keys() & self._places.keys():
                shown[self._places[key]] = rows[key]
            self._shown = tuple(shown)
        self._told = self._told._replace(now=now)
        timed = [(at, each) for at, each in enumerate(self._columns) if each.column in TIMED]
        is_cut = False
        for line in self.lines_in_sight:
            row = self._row_at(line)
            if row is not None and self._looks_other(row, timed):
                self.refresh_line_at(line)
                is_cut |= any(MORE in words for made in self._cells(row)[1:] for words, _ in made)
        if is_cut:  # its new words may be longer than its column
            self._measure()
            self.refresh()

    @property
    def keys_in_sight(self) -> tuple[str, ...]:
        rows = map(self._row_at, self.lines_in_sight)
        return tuple(row.key for row in rows if row is not None)

    def _looks_other(self, row: Row, columns: Iterable[tuple[int, Placed]]) -> bool:
        drawn = self._drawn.get(row.key)
        return drawn is None or any(
            drawn[at] != cell(each.column, row, self._told, each.width) for at, each in columns
        )

    def go_to(self, key: str) -> None:
        """Put the cursor on a server, where it is shown."""
        if key in self._places:
            self.move_to(self._places[key])

    def needed_width(self) -> int:
        """The columns that it would take to show all without cutting anything, with its border."""
        self._measure_if_other()
        return needed(self._wanted) + self._gutter + SCROLLBAR + self.styles.gutter.width

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._tones = {}

    @on(LineTable.HeadClicked)
    def _clicked(self, event: LineTable.HeadClicked) -> None:
        event.stop()
        x = event.x - self._gutter
        found = next((each for each in self._columns if each.x <= x < each.x + each.width + GAP), None)
        if found is not None:
            self.post_message(self.Sorted(found.column))

    def draw_head(self, width: int) -> Strip:
        style = self.get_component_rich_style("server-table--header")
        sign = DOWN if self._view.descending else UP
        words = " " * self._gutter
        for each in self._columns:
            words = fill(words, each.x + self._gutter)[: each.x + self._gutter]
            words += each.column.heading[: each.width]
            if each.column is self._view.sort.column:
                words += f" {sign}" if len(each.column.heading) + 1 < each.width + GAP else sign
        return _strip([Segment(words, style)], width, style)

    def draw_line(self, line: int, width: int) -> Strip:
        shown = self._shown[line]
        base = self.get_component_rich_style("server-table--row")
        if isinstance(shown, Heading):
            words = [("─ ", Tone.DIM), (safe(shown.words), shown.tone), (f" · {shown.size}", Tone.DIM)]
            return _strip([Segment(text, base + self._tone(tone)) for text, tone in words], width, base)
        is_cursor = line == self.cursor_line
        if is_cursor:
            base = self.get_component_rich_style("server-table--cursor")
        elif line == self.hover_line:
            base = self.get_component_rich_style("server-table--hover")
        segments = [Segment(CURSOR if is_cursor else " ", base)]
        if self._gutter > 1:
            mark = MARKED if shown.key in self._told.marks.marked else " "
            segments.append(Segment(mark, self._on(base, Tone.KEY)))
        cells = self._drawn[shown.key] = self._cells(shown)
        for placed, spans in zip(self._columns, cells, strict=True):
            segments += [Segment(text, self._on(base, tone)) for text, tone in spans]
            left = placed.width - sum(width_of(text) for text, _ in spans)
            segments.append(Segment(" " * (left + GAP), base))
        return _strip(segments, width, base)

    @property
    def _gutter(self) -> int:
        """The columns before the names: the cursor's, and that of the marks if there are any."""
        return 2 if self._told.marks.marked else 1

    def _row_at(self, line: int) -> Row | None:
        shown = self._shown[line] if 0 <= line < len(self._shown) else None
        return shown if isinstance(shown, Row) else None

    def _cells(self, row: Row) -> tuple[Cell, ...]:
        return tuple(cell(each.column, row, self._told, each.width) for each in self._columns)

    def _measure(self) -> None:
        """What the columns take: for other rows, or on a terminal that has become wide or narrow."""
        candidates = self._candidates
        self._wanted = wants([line for line in self._shown if isinstance(line, Row)], self._told, candidates)
        self._measured = candidates
        self._placed = 0, ()
        self._drawn.clear()

    @property
    def _candidates(self) -> frozenset[Column]:
        roomy = self.screen.size.width >= ROOMY
        return frozenset(
            column for column in Column if column not in self._view.hidden and (roomy or column not in EXTRAS)
        )

    def _measure_if_other(self) -> None:
        if self._candidates != self._measured:
            self._measure()

    @property
    def _columns(self) -> tuple[Placed, ...]:
        """Found when they are drawn: only then is the table sure to have its place."""
        self._measure_if_other()
        room = self.size.width - self._gutter - SCROLLBAR
        if self._placed[0] != room:
            self._placed = room, fit(self._wanted, room) if self._wanted and room > 0 else ()
            self._drawn.clear()
        return self._placed[1]

    def _tone(self, tone: Tone) -> Style:
        """Its color in the current theme, without a background."""
        if tone not in self._tones:
            style = self.get_component_rich_style(f"server-table--{tone}")
            self._tones[tone] = Style(color=style.color, bold=style.bold, dim=style.dim)
        return self._tones[tone]

    def _on(self, base: Style, tone: Tone) -> Style:
        """A tone on a line. The terminal's own colours in reverse can be read with no other colour."""
        return base if base.reverse else base + self._tone(tone)


def _strip(segments: list[Segment], width: int, style: Style) -> Strip:
    return Strip(segments).adjust_cell_length(width, style)

"""A table that draws only the lines that are seen: a heading that stays, a cursor, and keys to move it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from keyrack.tui.kit import keymap

HEAD = 1  # lines that don't scroll


class LineTable(ScrollView, can_focus=True):
    """Its lines are numbers; a subclass knows what they say."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar = [*keymap.TABLE]

    class Highlighted(Message):
        """The cursor is on another row."""

    class Opened(Message):
        """The user wants to see a row's details."""

    class HeadClicked(Message):
        def __init__(self, x: int) -> None:
            super().__init__()
            self.x = x  # columns from the left

    def __init__(self) -> None:
        super().__init__()
        self.cursor_line = 0
        self.hover_line = -1
        self._lines = 0
        self._can_rest: Callable[[int], bool] = lambda line: True

    # What a subclass draws.

    def draw_head(self, width: int) -> Strip:
        raise NotImplementedError

    def draw_line(self, line: int, width: int) -> Strip:
        raise NotImplementedError

    # What a subclass tells.

    def set_lines(self, count: int, cursor: int, can_rest: Callable[[int], bool]) -> None:
        """Other lines: how many, where the cursor is now, and on which lines it can rest.

        The cursor stays in sight, unless it was scrolled out of it.
        """
        was_in_sight = not self._lines or self.cursor_line in self.lines_in_sight
        self._lines, self._can_rest = count, can_rest
        self.cursor_line = self._nearest(min(max(cursor, 0), max(count - 1, 0)), 1)
        self.virtual_size = Size(self.size.width, count + HEAD)
        if was_in_sight:
            self._keep_in_sight()
        self.refresh()

    def move_to(self, line: int) -> None:
        """Put the cursor on this line, or on the nearest one where it can rest."""
        if not self._lines:
            return
        line = min(max(line, 0), self._lines - 1)
        line = self._nearest(line, 1 if line >= self.cursor_line else -1)
        if line != self.cursor_line:
            self.refresh_line_at(self.cursor_line)
            self.cursor_line = line
            self.refresh_line_at(line)
            self.post_message(self.Highlighted())
        self._keep_in_sight()

    def refresh_line_at(self, line: int) -> None:
        """Draw a line again."""
        self.refresh_line(line + HEAD)

    @property
    def lines_in_sight(self) -> range:
        top = self.scroll_offset.y
        return range(top, min(top + max(self.size.height - HEAD, 0), self._lines))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < HEAD:
            return self.draw_head(width)
        line = y - HEAD + self.scroll_offset.y
        if line >= self._lines:
            return Strip.blank(width, self.rich_style)
        return self.draw_line(line, width)

    def on_resize(self) -> None:
        self._keep_in_sight()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._hover(self._line_at(event))

    def on_leave(self) -> None:
        self._hover(-1)

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is None:
            return
        line = self._line_at(event)
        if at.y < HEAD:
            self.post_message(self.HeadClicked(at.x))
        elif 0 <= line < self._lines and self._can_rest(line):
            self.move_to(line)
            if event.chain == 2:
                self.post_message(self.Opened())

    def action_cursor_down(self) -> None:
        self.move_to(self.cursor_line + 1)

    def action_cursor_up(self) -> None:
        self.move_to(self.cursor_line - 1)

    def action_page_down(self) -> None:
        self.move_to(self.cursor_line + self._page)

    def action_page_up(self) -> None:
        self.move_to(self.cursor_line - self._page)

    def action_scroll_top(self) -> None:
        self.move_to(0)

    def action_scroll_bottom(self) -> None:
        self.move_to(self._lines - 1)

    @property
    def _page(self) -> int:
        return max(self.size.height - HEAD - 1, 1)

    def _nearest(self, line: int, step: int) -> int:
        """The next line in this direction where the cursor can rest, else in the other."""
        for lines in (range(line, self._lines) if step > 0 else range(line, -1, -1), range(self._lines)):
            for each in lines:
                if self._can_rest(each):
                    return each
        return line

    def _keep_in_sight(self) -> None:
        """Scroll as little as is needed; to the first row with the heading above it."""
        seen = self.size.height - HEAD
        if seen <= 0:
            return
        top, line = self.scroll_offset.y, self.cursor_line
        if line < top or not any(map(self._can_rest, range(line))):
            top = 0 if not any(map(self._can_rest, range(line))) else line
        elif line >= top + seen:
            top = line - seen + 1
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)

    def _line_at(self, event: events.MouseEvent) -> int:
        """-1 where no line is."""
        at = event.get_content_offset(self)
        if at is None or at.y < HEAD:
            return -1
        line = at.y - HEAD + self.scroll_offset.y
        return line if line < self._lines else -1

    def _hover(self, line: int) -> None:
        if line != self.hover_line:
            for each in (self.hover_line, line):
                if each >= 0:
                    self.refresh_line_at(each)
            self.hover_line = line

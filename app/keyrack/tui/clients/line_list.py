"""A list of lines in columns. The cursor stays with its line when the lines change."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual import events
from textual.content import Content
from textual.widgets.option_list import Option

from keyrack.tui.kit.options import Options
from keyrack.tui.kit.steady import is_same

EDGES = 3  # columns: the padding and the scrollbar


class LineList(Options):
    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, compact=True)
        self._makers: Mapping[str, Callable[[int], Content]] = {}
        self._shown: list[tuple[str, Content]] = []

    @property
    def selected(self) -> str | None:
        """The key of the line under the cursor."""
        at = self.highlighted
        return self._shown[at][0] if at is not None and at < len(self._shown) else None

    def show(self, lines: Mapping[str, Callable[[int], Content]]) -> None:
        """Show these lines, made for a number of columns, by their keys."""
        self._makers = lines
        width = self.size.width - EDGES
        if width <= 0:
            return  # until it has its place
        shown = [(key, make(width)) for key, make in lines.items()]
        selected, at = self.selected, self.highlighted
        keys = [key for key, _ in shown]
        if keys == [key for key, _ in self._shown]:
            for place, (new, old) in enumerate(zip(shown, self._shown, strict=True)):
                if not is_same(new[1], old[1]):
                    self.replace_option_prompt_at_index(place, new[1])
            self._shown = shown
            return
        self._shown = shown
        self.set_options(Option(content, id=str(place)) for place, (_, content) in enumerate(shown))
        if keys:
            self.highlighted = keys.index(selected) if selected in keys else min(at or 0, len(keys) - 1)

    def on_resize(self, event: events.Resize) -> None:
        self.show(self._makers)
        self.scroll_to_highlight()

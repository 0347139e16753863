"""The keys of a dialog, in the style of the list's footer. A click does the same as the key."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import Layout, WidgetPlacement
from textual.widget import Widget
from textual.widgets import Static

from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import key_hint

GAP = 2  # columns between two keys


class Flow(Layout):
    """One after the other, and on to the next row where the width ends."""

    name = "flow"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> list[WidgetPlacement]:
        placements: list[WidgetPlacement] = []
        x = y = 0
        for child in children:
            width = child.get_content_width(size, parent.app.size)
            if x and x + width > size.width:
                x, y = 0, y + 1
            region = Region(x, y, min(width, size.width), 1)
            placements.append(WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child))
            x += width + GAP
        return placements


class KeyButton(Static):
    def __init__(self, binding: Binding) -> None:
        super().__init__(key_hint(keymap.shown(binding), binding.description))
        self._action = binding.action

    async def on_click(self) -> None:
        await self.screen.run_action(self._action)


class KeyLine(Widget):
    """As many rows as its keys need."""

    def __init__(self, bindings: Iterable[Binding]) -> None:
        super().__init__()
        self._keys = tuple(bindings)
        self._flow = Flow()

    @property
    def layout(self) -> Layout:
        return self._flow

    def compose(self) -> ComposeResult:
        yield from self._buttons()

    def show(self, bindings: Iterable[Binding]) -> None:
        """Show these keys from now on."""
        if (keys := tuple(bindings)) == self._keys:
            return
        self._keys = keys
        self.remove_children()
        self.mount(*self._buttons())

    def _buttons(self) -> list[KeyButton]:
        return [KeyButton(binding) for binding in self._keys if binding.description]

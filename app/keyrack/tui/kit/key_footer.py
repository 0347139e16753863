"""The last line: as many of the active keys as fit."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from keyrack.tui.kit import keymap

# What is left out first if there is no room; the help has all keys.
LEAST = (
    "clients",
    "undo",
    "entry('publish')",
    "command_palette",
    "mark",
    "entry('clear-there')",
    "row('check')",
    "row('token')",
    "row('clear')",
    "row('refresh')",
    "row('login')",
)
GAP = 2  # columns between two keys, and for both ends


class KeyFooter(Footer):
    def __init__(self, *, waits: bool = False) -> None:
        """`waits`: it is empty until `begin`, because ten widgets take as long as the rest of the screen."""
        super().__init__(compact=True)
        self._waits = waits
        self._composed: list[tuple[Binding, bool, str]] = []

    async def recompose(self) -> None:
        """Only for other keys than are there: Textual asks for it whenever the focus or a screen changes, and
        many times while a screen opens. What was asked for may come after the screen has closed."""
        if self.is_attached and not self._waits and self._active() != self._composed:
            await super().recompose()

    def begin(self) -> None:
        """Show the keys from now on."""
        self._waits = False
        self.call_later(self.recompose)

    def _active(self) -> list[tuple[Binding, bool, str]]:
        """What the keys are made of."""
        return [
            (binding, enabled, tooltip)
            for _, binding, enabled, tooltip in self.screen.active_bindings.values()
            if binding.show or binding.id == "palette"
        ]

    def compose(self) -> ComposeResult:
        self._composed = self._active() if self._bindings_ready else []
        keys: list[FooterKey] = []
        for widget in self._in_order(super().compose()):
            if isinstance(widget, FooterKey):
                keys.append(widget)
            yield widget
        _fit(keys, self.app.size.width)

    def _in_order(self, widgets: ComposeResult) -> ComposeResult:
        """In the order of the screen's bindings: Textual appends keys of the user's own to the others."""
        if not keymap.are_own():
            return widgets
        order = [binding.action for binding in self.screen.BINDINGS if isinstance(binding, Binding)]

        def place(widget: Widget) -> int:
            if not isinstance(widget, FooterKey) or widget.has_class("-command-palette"):
                return len(order)
            return order.index(widget.action) if widget.action in order else -1  # the focused widget's

        return sorted(widgets, key=place)

    def on_resize(self) -> None:
        _fit(list(self.query(FooterKey)), self.app.size.width)


def _fit(keys: list[FooterKey], room: int) -> None:
    """Show the most important ones; of those that are all the same, the first."""
    shown = sorted(keys, key=_importance)
    while shown and GAP + sum(map(_width, shown)) > room:
        shown.pop()
    for key in keys:
        key.display = key in shown


def _importance(key: FooterKey) -> int:
    return len(LEAST) - LEAST.index(key.action) if key.action in LEAST else 0


def _width(key: FooterKey) -> int:
    return Content(key.key_display).cell_length + 1 + Content(key.description).cell_length + GAP

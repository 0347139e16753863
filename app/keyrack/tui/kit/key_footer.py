"""The last line: as many of the active keys as fit."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

# What is left out first if there is no room; the help has all keys.
LEAST = ("command_palette", "row('check')", "row('token')", "row('clear')", "row('refresh')", "row('login')")
GAP = 2  # columns between two keys, and for both ends


class KeyFooter(Footer):
    def __init__(self) -> None:
        super().__init__(compact=True)

    def compose(self) -> ComposeResult:
        keys: list[FooterKey] = []
        for widget in super().compose():
            if isinstance(widget, FooterKey):
                keys.append(widget)
            yield widget
        _fit(keys, self.app.size.width)

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

"""The themes in the palette. The chosen one is remembered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from textual.theme import ThemeProvider

from keyrack.tui.host import Host


class ThemeList(ThemeProvider):
    @property
    def commands(self) -> list[tuple[str, Callable[[], None]]]:
        choose = cast(Host, self.app).choose_theme
        named = [(name, partial(choose, name)) for name in sorted(self.app.available_themes)]
        return [("light or dark, as the terminal", partial(choose, "")), *named]

"""The last line: as many of the active keys as fit."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

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
    def __init__(
        self, *, waits: bool = False, offers: Callable[[Binding], bool] = lambda binding: binding.show
    ) -> None:
        """`waits`: it is empty until `begin`, because ten widgets take as long as the rest of the screen.

        `offers`: whether a key is shown now; after its answers have changed, call `look_again`.
        """
        super().__init__(compact=True)
        self._waits, self._offers = waits, offers
        self._composed: list[tuple[Binding, bool, str]] = []

    async def recompose(self) -> None:
        """Only for other keys than are there: Textual asks for it whenever the focus or a screen changes, and
        many times while a screen opens. What was asked for may come after the screen has closed."""
        if self.is_attached and not self._waits and self._active() != self._composed:
            await super().recompose()

    def begin(self) -> None:
        """Show the keys from now on."""
        self._waits = False
        self.look_again()

    def look_again(self) -> None:
        """Show the keys that are offered now."""
        self.call_later(self.recompose)

    def _active(self) -> list[tuple[Binding, bool, str]]:
        """What the keys are made of, in the order of the screen's bindings, whatever the keys are."""
        order = [binding.action for binding in type(self.screen).BINDINGS if isinstance(binding, Binding)]
        found: dict[str, tuple[Binding, bool, str]] = {}
        for _, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.id == "palette" or self._offers(binding):
                found.setdefault(binding.action, (binding, enabled, tooltip))
        # What the focused widget does comes first, as Textual has it.
        return sorted(
            found.values(), key=lambda each: order.index(each[0].action) if each[0].action in order else -1
        )

    def compose(self) -> ComposeResult:
        self._composed = self._active() if self._bindings_ready else []
        keys = [
            FooterKey(
                binding.key,
                self.app.get_key_display(binding),
                binding.description,
                binding.action,
                disabled=not enabled,
                tooltip=tooltip or binding.description,
                classes="-command-palette" if binding.id == "palette" else "",
            ).data_bind(compact=Footer.compact)
            for binding, enabled, tooltip in self._composed
        ]
        yield from keys
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

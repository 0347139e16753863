"""The keys of a dialog, as the footer shows those of the list. A click does the same."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Static

from keyrack.tui import keymap
from keyrack.tui.present import key_hint


class KeyButton(Static):
    def __init__(self, binding: Binding) -> None:
        super().__init__(key_hint(keymap.shown(binding), binding.description))
        self._action = binding.action

    async def on_click(self) -> None:
        await self.screen.run_action(self._action)


class KeyLine(Horizontal):
    def __init__(self, bindings: Iterable[Binding]) -> None:
        super().__init__()
        self._keys = tuple(bindings)

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

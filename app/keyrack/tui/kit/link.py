"""A link in a text, for enter, space or a click."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.widgets import Static

from keyrack.tui.kit import keymap


class Link(Static, can_focus=True):
    """Runs an action of its screen."""

    BINDINGS: ClassVar = [*keymap.LINK]

    def __init__(self, words: Content, action: str, *, id: str | None = None) -> None:
        super().__init__(words, id=id)
        self._action = action

    async def action_follow(self) -> None:
        await self.screen.run_action(self._action)

    async def on_click(self) -> None:
        await self.action_follow()

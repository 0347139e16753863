"""Asks whether to remove a server from keyrack's own file, and what to do with its credential."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.operations.servers.own_entries import Entry, own_source
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.present import say, short_path, title

Answer = Literal["remove", "clear"]


class RemoveScreen(Dialog[Answer]):
    """The result is "remove", or "clear" if its credential is to be deleted too."""

    BINDINGS: ClassVar = [*keymap.REMOVE]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#no"

    def __init__(self, entry: Entry, accounts: Sequence[str]) -> None:
        """`accounts`: of the server, those with a stored credential."""
        super().__init__()
        self._entry, self._accounts = entry, accounts
        self._others = [source for source in entry.server.sources if source.client != "keyrack"]
        self._may_clear = bool(accounts) and not self._others

    def compose(self) -> ComposeResult:
        with Box(title("Remove", self._entry.name)):
            own = own_source(self._entry.server)
            where = short_path(own.path) if own else "keyrack's own file"
            yield Static(say(f"Delete {self._entry.name} from {where}?"))
            yield Static(say(self._about_credential()), classes="gap")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content("Remove (y)"), id="remove", classes="danger", compact=True)
                if self._may_clear:
                    yield Button(Content("Remove and clear (d)"), id="clear", classes="danger", compact=True)

    def _about_credential(self) -> str:
        if self._others:
            also = " and ".join(dict.fromkeys(source.client for source in self._others))
            return f"{also} still lists it there, and what is stored for it stays."
        if self._may_clear and len(self._accounts) > 1:
            *some, last = self._accounts
            return (
                f"The credentials of its {len(self._accounts)} accounts, {', '.join(some)} and {last}, stay"
                " stored, as “not configured any more”, unless you clear them too."
            )
        if self._may_clear:
            return "Its credential stays stored, as “not configured any more”, unless you clear it too."
        return "Nothing is stored for it."

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer("" if event.button.id == "no" else event.button.id or "")

    def action_answer(self, what: str) -> None:
        if what == "clear" and self._may_clear:
            self.dismiss("clear")
        else:
            self.dismiss("remove" if what == "remove" else None)

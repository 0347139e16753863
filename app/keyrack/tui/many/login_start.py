"""The dialog before logging in to several servers: which, in which order, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.visual import Visual
from textual.widgets import Button, Static

from keyrack.operations.login.series import Group
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.hanging import Hanging
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.kit.styles import BOX
from keyrack.tui.many.marked_list import MarkedList
from keyrack.wording.tones import Tone

HOST = 28  # columns
LONGEST = 300  # characters: what matters in the name of a host is its end
HOW = (
    "One after the other. Your browser keeps its session, so each sign-in page asks for the password once. "
    "A page that is not listed here opens only after you press a key."
)


class LoginStartScreen(Dialog[bool]):
    """The result is True if the logins may begin, and open the pages that are listed."""

    CSS_PATH: ClassVar = [BOX, "marked.tcss"]
    BINDINGS: ClassVar = [*keymap.LOGIN_MARKED]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#yes"

    def __init__(self, groups: Sequence[Group], left: Sequence[tuple[Row, str]]) -> None:
        """`left`: the marked servers that are left out, and why."""
        super().__init__()
        self._groups, self._left = groups, left

    def compose(self) -> ComposeResult:
        count = sum(len(group.rows) for group in self._groups)
        with Box(title("Log in", f"{count} server{'s' if count != 1 else ''}"), classes="over-marked"):
            yield MarkedList(self._lines())
            yield Static(say(HOW, Tone.DIM))
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content("Log in (y)"), id="yes", compact=True)

    def _lines(self) -> list[Visual]:
        lines: list[Visual] = []
        for group in self._groups:
            where = group.origin.removeprefix("https://")
            shown = say(where, Tone.STRONG, limit=LONGEST)
            head = shown if where else say("sign-in page not known yet", Tone.DIM)
            names = ", ".join(row.server.display_name for row in group.rows)
            lines.append(Hanging(head, HOST, say(names, limit=5_000)))
        for row, why in self._left:
            name = join(say(row.server.display_name, Tone.DIM, limit=60))
            lines.append(Hanging(name, HOST, say(f"left out: {why}", Tone.DIM)))
        return lines

    def action_scroll(self, where: str) -> None:
        self.query_one(MarkedList).scroll_by_key(where)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        self.dismiss(agreed)

"""The dialog that lists the entries of all programs that could be connected, and asks which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.operations.sharing.candidates import Candidate
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import join, say, short_path, title
from keyrack.tui.kit.styles import BOX, LIST
from keyrack.tui.kit.tick_list import TickList
from keyrack.wording.tones import Tone


class ConnectAllScreen(Dialog[tuple[Candidate, ...]]):
    """The result is what is ticked; the change of each is shown next. None if the user cancels."""

    CSS_PATH: ClassVar = [BOX, LIST]
    BINDINGS: ClassVar = [*keymap.STALE]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#no"

    def __init__(self, found: Sequence[Candidate]) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        with Box(title("Connect programs")):
            yield Static(say("Which are to take their token from keyrack? Each change is shown first."))
            yield TickList(map(_line, self._found), off=range(len(self._found)))
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(id="yes", compact=True)
            yield KeyLine(binding for binding in keymap.STALE if binding.id in ("tick", "stale-all"))

    def on_mount(self) -> None:
        self._count()

    @on(TickList.Changed)
    def _count(self) -> None:
        count, button = len(self._list.ticked), self.query_one("#yes", Button)
        button.label = Content(f"Show {count} (y)")
        button.disabled = not count

    @property
    def _list(self) -> TickList:
        return self.query_one(TickList)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_to_list(self) -> None:
        self._list.focus()

    def action_tick(self) -> None:
        self._list.focus()
        self._list.action_tick()

    def action_tick_all(self) -> None:
        self._list.tick_all()

    def action_answer(self, agreed: bool) -> None:
        chosen = tuple(self._found[place] for place in self._list.ticked)
        if not agreed:
            self.dismiss(None)
        elif chosen:
            self.dismiss(chosen)


def _line(each: Candidate) -> tuple[Content, Content]:
    head = join(say(each.server.display_name, Tone.STRONG), say(f"  {each.program}"))
    where = short_path(each.path) if each.path else "a new entry"
    return head, say(f"by {each.method.value} · {where}", Tone.DIM)

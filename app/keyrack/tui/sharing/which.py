"""Asks which program is meant, where several come into question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from keyrack.domain.held import HeldToken
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.entry import Entry
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.options import Options
from keyrack.tui.kit.present import join, say, short_path
from keyrack.tui.kit.styles import BOX, LIST
from keyrack.wording.held import held_words
from keyrack.wording.tones import Tone


class ProgramList(Options):
    """Takes the focus of its screen."""


class WhichScreen(Dialog[int]):
    """The result is the position of the entry that the user chose."""

    CSS_PATH: ClassVar = [BOX, LIST]
    BINDINGS: ClassVar = [*keymap.WHICH]
    AUTO_FOCUS = "ProgramList"

    def __init__(self, head: Content, question: str, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._head, self._question, self._entries = head, question, entries

    def compose(self) -> ComposeResult:
        with Box(self._head):
            yield Static(say(self._question))
            yield ProgramList(*map(Option, self._entries), compact=True)
            yield KeyLine(keymap.WHICH)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)


def entry_of(client: str, held: HeldToken | None, now: float, *, is_published: bool = False) -> Entry:
    """A program, what it holds, and whether it has that from keyrack."""
    if held is None:
        return Entry(say(client, Tone.STRONG), say("holds no login for it yet", Tone.DIM))
    words, tone = held_words(held, now)
    source = say(" · published by keyrack", Tone.DIM) if is_published else ""
    head = join(say(client, Tone.STRONG), "  ", say(words, tone), source)
    return Entry(head, say(short_path(held.place.name), Tone.DIM))

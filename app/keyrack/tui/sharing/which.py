"""Asks which program is meant, where several hold a token for a server."""

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
from keyrack.tui.kit.present import say, short_path
from keyrack.tui.kit.styles import BOX, LIST
from keyrack.wording.held import held_words
from keyrack.wording.tones import Tone


class HeldList(OptionList):
    BINDINGS: ClassVar = [*keymap.LIST]


class WhichScreen(Dialog[HeldToken]):
    """The result is the token that the user chose."""

    CSS_PATH: ClassVar = [BOX, LIST]
    BINDINGS: ClassVar = [*keymap.WHICH]
    AUTO_FOCUS = "HeldList"

    def __init__(self, head: Content, tokens: Sequence[HeldToken]) -> None:
        super().__init__()
        self._head, self._tokens = head, tokens

    def compose(self) -> ComposeResult:
        now = self.host.now()
        with Box(self._head):
            yield Static(say("Which program's login?"))
            yield HeldList(*(Option(_entry(held, now)) for held in self._tokens), compact=True)
            yield KeyLine(binding for binding in keymap.WHICH if binding.id)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._tokens[event.option_index])


def _entry(held: HeldToken, now: float) -> Entry:
    words, tone = held_words(held, now)
    head = Content.assemble(say(held.client, Tone.STRONG), "  ", say(words, tone))
    return Entry(head, say(short_path(held.place.name), Tone.DIM))

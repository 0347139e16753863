"""A list of entries with a check box each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import ClassVar

from textual import on
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from keyrack.tui.kit import keymap
from keyrack.tui.kit.entry import Entry
from keyrack.tui.kit.options import Options
from keyrack.tui.kit.present import join, ticked


class TickList(Options):
    """All but those in `off` are selected at first."""

    BINDINGS: ClassVar = [*keymap.TICK_LIST]

    class Changed(Message):
        """Other entries are ticked now; ask the list for `ticked`."""

    def __init__(self, entries: Iterable[tuple[Content, Content]], off: Collection[int] = ()) -> None:
        self._entries = tuple(entries)
        self._ticks = [place not in off for place in range(len(self._entries))]
        super().__init__(*map(self._option, range(len(self._entries))), compact=True)

    @property
    def ticked(self) -> tuple[int, ...]:
        """The places of those that are ticked."""
        return tuple(place for place, on in enumerate(self._ticks) if on)

    def action_tick(self) -> None:
        if self.highlighted is not None:
            self._set(self.highlighted, not self._ticks[self.highlighted])
            self.post_message(self.Changed())

    def tick_all(self) -> None:
        """Select all, or none if all are selected."""
        wanted = not all(self._ticks)
        for place in range(len(self._ticks)):
            self._set(place, wanted)
        self.post_message(self.Changed())

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_tick()

    def _set(self, place: int, on: bool) -> None:
        if self._ticks[place] != on:
            self._ticks[place] = on
            self.replace_option_prompt_at_index(place, self._look(place))

    def _option(self, place: int) -> Option:
        return Option(self._look(place))

    def _look(self, place: int) -> Entry:
        head, detail = self._entries[place]
        return Entry(join(ticked(self._ticks[place]), " ", head), detail)

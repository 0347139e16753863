"""A widget that shows the facts about a row, each with a label and a value."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from keyrack.domain.event import Event
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit.present import say, title
from keyrack.tui.kit.steady import update
from keyrack.tui.servers.facts import Fact, address, facts
from keyrack.tui.servers.held_facts import Lines
from keyrack.tui.servers.marks import Trouble
from keyrack.wording.tones import Tone


class FactLine(Horizontal):
    """One label with its value, which may take several lines."""

    def __init__(self) -> None:
        super().__init__()
        self._label, self._value = Static(classes="label"), Static(classes="value")
        self._fact: Fact | None = None

    def compose(self) -> ComposeResult:
        yield self._label
        yield self._value

    def show(self, fact: Fact) -> None:
        if fact == self._fact:
            return
        self._fact = fact
        self._label.update(say(fact.label, Tone.DIM))
        self._value.update(fact.value)


class FactsView(VerticalScroll):
    """Everything known of one server. Lines are used again: moving the cursor mounts nothing."""

    can_focus = False

    def __init__(self, *, id: str | None = None, classes: str = "") -> None:
        super().__init__(id=id, classes=classes)
        self._address = Static(classes="address")
        self._lines: list[FactLine] = []
        self._head = Content("")

    def compose(self) -> ComposeResult:
        yield self._address

    def show(
        self,
        row: Row | None,
        now: float,
        trouble: Trouble | None = None,
        lines: Lines | None = None,
        events: Sequence[Event] | None = None,
    ) -> None:
        """Show this row as it is at `now` (Unix seconds), and what last failed with it.

        `lines`: where tokens of other programs stand in their files. `events`: of its credential.
        """
        found = facts(row, now, trouble, lines, events) if row else []
        head = title(row.server.display_name) if row else Content("")
        if head != self._head:
            self._head = self.border_title = head
        update(self._address, say(address(row), Tone.DIM) if row else Content(""))
        missing = [FactLine() for _ in range(len(found) - len(self._lines))]
        if missing:
            self._lines += missing
            self.mount(*missing)
        for line, fact in zip(self._lines, found, strict=False):
            line.show(fact)
        for place, line in enumerate(self._lines):
            line.display = place < len(found)

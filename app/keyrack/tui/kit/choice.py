"""Check boxes and radio buttons that show their state by a character, not only by a color."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from keyrack.tui.kit import keymap
from keyrack.tui.kit.present import chosen, join, say, ticked


class Tick(Widget, can_focus=True):
    """A check box."""

    BINDINGS: ClassVar = [*keymap.TICK]
    value: reactive[bool] = reactive(False)

    def __init__(self, label: str, *, value: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self.set_reactive(Tick.value, value)

    def render(self) -> Content:
        return join(ticked(self.value), " ", say(self._label))

    def action_tick(self) -> None:
        self.value = not self.value

    def on_click(self) -> None:
        self.action_tick()


class Pick(Widget, can_focus=True):
    """One of several, a line each."""

    BINDINGS: ClassVar = [*keymap.PICK]
    value: reactive[int] = reactive(0)

    class Changed(Message):
        def __init__(self, value: int) -> None:
            super().__init__()
            self.value = value

    def __init__(self, labels: tuple[str, ...], *, value: int = 0, id: str | None = None) -> None:
        super().__init__(id=id)
        self._labels = labels
        self.set_reactive(Pick.value, value)

    def render(self) -> Content:
        lines = [
            join(chosen(place == self.value), " ", say(label)) for place, label in enumerate(self._labels)
        ]
        return Content("\n").join(lines)

    def watch_value(self, value: int) -> None:
        self.post_message(self.Changed(value))

    def action_pick(self, step: int) -> None:
        """Select the next or the previous one; 0: the next, wrapping around."""
        if step == 0:
            self.value = (self.value + 1) % len(self._labels)
        else:
            self.value = min(max(self.value + step, 0), len(self._labels) - 1)

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y < len(self._labels):
            self.value = event.y


def pick_on(screen: Widget, step: int) -> None:
    """Change a dialog's choice from wherever the focus is; it goes along, so that the eye does too."""
    for pick in screen.query(Pick):
        pick.focus()
        pick.action_pick(step)

"""The dialog that lists stale credentials with the reasons, and asks which to clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.clearing.stale import Stale
from keyrack.operations.sharing.stale import USABLE
from keyrack.tui.kit import keymap
from keyrack.tui.kit.choice import Tick
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import say, title
from keyrack.tui.kit.styles import BOX, LIST
from keyrack.tui.kit.tick_list import TickList
from keyrack.wording.tones import Tone


class StaleChoice(NamedTuple):
    """The user's choice."""

    chosen: tuple[Stale, ...]
    revoke: bool
    forget: bool


class StaleScreen(Dialog[StaleChoice]):
    """The result is None if the user cancels."""

    CSS_PATH: ClassVar = [BOX, LIST]
    BINDINGS: ClassVar = [*keymap.STALE]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#no"

    def __init__(self, found: Sequence[Stale]) -> None:
        super().__init__()
        self._found = found

    def compose(self) -> ComposeResult:
        with Box(title("Clear stale")):
            one = len(self._found) == 1
            count = "1 credential is" if one else f"{len(self._found)} credentials are"
            yield Static(say(f"{count} stale:"))
            entries = ((say(each.server.display_name), say(each.why, Tone.DIM)) for each in self._found)
            yield TickList(entries, off=self._still_useful())
            yield Tick("Revoke at the issuers first", id="revoke")
            if any(each.credential.client_kind == "dynamic" for each in self._found):
                yield Tick("Also delete the registrations at the issuers", id="forget")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(id="yes", compact=True, classes="danger")
            yield KeyLine(binding for binding in keymap.STALE if binding.id in ("tick", "stale-all"))

    def _still_useful(self) -> list[int]:
        """Logins of other programs that may work: another project's file may list their server."""
        now = self.host.now()
        return [
            place
            for place, each in enumerate(self._found)
            if each.held is not None and not each.server.sources and each.held.state(now) in USABLE
        ]

    def on_mount(self) -> None:
        self._count()

    @on(TickList.Changed)
    def _count(self) -> None:
        count, button = len(self._list.ticked), self.query_one("#yes", Button)
        button.label = Content(f"Clear {count} (y)")
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
            ticks = {tick.id: tick.value for tick in self.query(Tick)}
            self.dismiss(StaleChoice(chosen, ticks["revoke"], ticks.get("forget", False)))

"""The dialog that asks whether to clear a login that another program holds."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.domain.held import HeldToken
from keyrack.domain.model import Server
from keyrack.operations.sharing.clearing import Clearing, plan_clear
from keyrack.tui.kit import keymap
from keyrack.tui.kit.choice import Tick
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.present import join, say, short_path, title
from keyrack.tui.sharing.diff_view import DiffView
from keyrack.tui.sharing.plan_dialog import PlanDialog
from keyrack.wording.held import held_words
from keyrack.wording.tones import Tone


class ClearThereScreen(PlanDialog[tuple[Clearing, bool], Clearing]):
    """The result is what to clear and whether to revoke it first. None if the user cancels."""

    def __init__(self, server: Server, held: HeldToken) -> None:
        super().__init__()
        self._server, self._held = server, held

    def read(self) -> Clearing:
        return plan_clear(self.host.adapters(), self._server, self._held)

    @property
    def _head(self) -> Content:
        return title(f"Clear in {self._held.client}?", self._server.display_name)

    def waiting(self) -> ComposeResult:
        with Box(self._head):
            yield Static(say(f"Looking at the login in {self._held.client}…", Tone.DIM))

    def content(self) -> ComposeResult:
        held, clearing = self._held, self.plan
        words, tone = held_words(held, self.host.now())
        with Box(self._head):
            yield Static(join(say(words, tone), say(f"  {short_path(held.place.name)}", Tone.DIM)))
            if clearing is not None:
                yield DiffView(clearing.change.diff)
                undo = f"You can undo this with {keymap.key_of('undo')}."
                yield Static(say(undo, Tone.DIM), classes="gap")
                if clearing.command:
                    can = f"{held.client} has its own command: "
                    yield Static(join(say(can, Tone.DIM), say(clearing.command)))
                if held.client_id and self._server.url:
                    yield Tick("Revoke it at the issuer first; then it can't be undone", id="revoke")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content("Clear (y)"), id="yes", compact=True, classes="danger")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        if not agreed or self.plan is None:
            self.dismiss(None)
        elif not self.reading:
            self.dismiss((self.plan, any(tick.value for tick in self.query(Tick))))

"""The dialog that shows what publishing writes into another program's file, and asks."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.domain.model import Server
from keyrack.operations.sharing import publishing as publishing_op
from keyrack.operations.sharing.held import program_named
from keyrack.operations.sharing.publishing import Publishing
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.sharing.diff_view import DiffView
from keyrack.tui.sharing.plan_dialog import PlanDialog
from keyrack.wording.glyphs import WARNING
from keyrack.wording.tones import Tone


class PublishScreen(PlanDialog[Publishing, Publishing]):
    """The result is None if the user cancels, or if nothing can be published."""

    def __init__(self, server: Server, client: str) -> None:
        super().__init__()
        self._server, self._client = server, client

    def read(self) -> Publishing:
        adapters = self.host.adapters()
        return publishing_op.plan_publish(adapters, self._server, program_named(adapters, self._client))

    @property
    def _head(self) -> Content:
        return title(f"Publish to {self._client}?", self._server.display_name)

    def waiting(self) -> ComposeResult:
        with Box(self._head):
            yield Static(say("Getting a fresh token, and reading the program's file…", Tone.DIM))

    def content(self) -> ComposeResult:
        with Box(self._head):
            yield Static(
                say(f"Write keyrack's token into {self._client}'s store now, and after each refresh.")
            )
            if self.plan is not None:
                yield DiffView(self.plan.change.diff)
            warning = "The token is there in plain text. The refresh token stays with keyrack."
            yield Static(join(say(f"{WARNING} ", Tone.WARN), say(warning)), classes="gap")
            undo, stop = keymap.key_of("undo"), keymap.key_of("publish")
            yield Static(say(f"You can undo this with {undo}, and stop publishing with {stop}.", Tone.DIM))
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content("Write (y)"), id="yes", compact=True, classes="danger")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        if not agreed:
            self.dismiss(None)
        elif not self.reading:
            self.dismiss(self.plan)

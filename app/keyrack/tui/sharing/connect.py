"""The dialogs that show how an entry of another program is connected or given back, and ask."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.domain.connection import Method
from keyrack.domain.model import Server
from keyrack.operations.sharing import connecting as connecting_op
from keyrack.operations.sharing import disconnecting as disconnecting_op
from keyrack.operations.sharing.connecting import Connecting
from keyrack.operations.sharing.disconnecting import Disconnecting
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.sharing.diff_view import DiffView
from keyrack.tui.sharing.plan_dialog import PlanDialog
from keyrack.wording.glyphs import WARNING
from keyrack.wording.tones import Tone

HOW = {
    Method.HELPER: "It runs keyrack header when it connects, and after a refused token.",
    Method.BRIDGE: "It starts keyrack bridge as a local server.",
    Method.VARIABLE: "It reads a variable when it starts.",
    Method.PUBLISH: "keyrack writes the token into its store now, and after each refresh.",
}
BACKUP = "An encrypted backup is kept for 30 days. You can undo this with {}."


class ConnectScreen(PlanDialog[Connecting, Connecting]):
    """The result is None if the user cancels, or if the entry can't be connected."""

    def __init__(self, server: Server, client: str, path: str = "") -> None:
        """`path`: of the entry, if the program has several."""
        super().__init__()
        self._server, self._client, self._path = server, client, path

    def read(self) -> Connecting:
        adapters = self.host.adapters()
        return connecting_op.plan_connect(adapters, self._server, self._client, path=self._path)

    @property
    def _head(self) -> Content:
        return title(f"Connect {self._client}?", self._server.display_name)

    def waiting(self) -> ComposeResult:
        with Box(self._head):
            yield Static(say("Reading the program's file, and running keyrack as it would…", Tone.DIM))

    def content(self) -> ComposeResult:
        with Box(self._head):
            if self.plan is not None:
                yield Static(say(f"{self._client} takes its token from keyrack. {HOW[self.plan.method]}"))
                yield DiffView(self.plan.diff)
                for note in _notes(self.plan):
                    yield Static(join(say(f"{WARNING} ", Tone.WARN), say(note)))
            yield Static(say(BACKUP.format(keymap.key_of("undo")), Tone.DIM), classes="gap")
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


class DisconnectScreen(PlanDialog[Disconnecting, Disconnecting]):
    """The result is None if the user cancels, or if nothing is connected."""

    def __init__(self, server: Server, client: str) -> None:
        super().__init__()
        self._server, self._client = server, client

    def read(self) -> Disconnecting:
        return disconnecting_op.plan_disconnect(self.host.adapters(), self._server, self._client)

    @property
    def _head(self) -> Content:
        return title(f"Disconnect {self._client}?", self._server.display_name)

    def waiting(self) -> ComposeResult:
        with Box(self._head):
            yield Static(say("Reading the program's file…", Tone.DIM))

    def content(self) -> ComposeResult:
        with Box(self._head):
            yield Static(say(f"{self._client}'s entry becomes what it was before it was connected."))
            if self.plan is not None:
                yield DiffView(self.plan.diff)
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


def _notes(plan: Connecting) -> list[str]:
    notes = list(plan.plan.notes) if plan.plan is not None else ["The token is there in plain text."]
    if plan.plan is not None and plan.plan.removes:
        headers = ", ".join(plan.plan.removes)
        notes.append(f"The token in the {headers} header is removed from the file. keyrack has it.")
    if plan.login_needed:
        notes.append(f"keyrack has no token for it yet. Press {keymap.key_of('login')} to log in.")
    return notes

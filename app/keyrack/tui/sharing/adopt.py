"""The dialog that shows how a server's token or secrets move to the keychain, and asks."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.domain.model import Server
from keyrack.operations.servers.adopt import Plan, needs_variable, plan
from keyrack.operations.servers.adopt_secrets import SecretsPlan, plan_secrets
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.sharing.diff_view import DiffView
from keyrack.tui.sharing.plan_dialog import PlanDialog
from keyrack.wording.glyphs import WARNING
from keyrack.wording.tones import Tone

AnyPlan = Plan | SecretsPlan


class AdoptScreen(PlanDialog[AnyPlan, AnyPlan]):
    """The result is None if the user cancels, or if nothing can be moved."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def read(self) -> AnyPlan:
        adapters = self.host.adapters()
        return plan_secrets(adapters, self._server) if self._is_local else plan(adapters, self._server)

    @property
    def _is_local(self) -> bool:
        return self._server.url is None

    @property
    def _head(self) -> Content:
        what = "secrets" if self._is_local else "the token"
        return title(f"Move {what} to the keychain?", self._server.display_name)

    def waiting(self) -> ComposeResult:
        with Box(self._head):
            yield Static(say("Reading the program's file…", Tone.DIM))

    def content(self) -> ComposeResult:
        with Box(self._head):
            if self.plan is not None:
                yield Static(say(_told(self.plan)))
                for change in self.plan.changes:
                    yield DiffView(change.diff)
                for sentence in (*self.plan.by_hand, *self.plan.left):
                    yield Static(join(say(f"{WARNING} ", Tone.WARN), say(sentence)), classes="gap")
            undo = f"You can undo the change of the file with {keymap.key_of('undo')}."
            yield Static(say(undo, Tone.DIM), classes="gap")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content("Move (y)"), id="yes", compact=True, classes="danger")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        if not agreed:
            self.dismiss(None)
        elif not self.reading:
            self.dismiss(self.plan)


def _told(plan: AnyPlan) -> str:
    if isinstance(plan, SecretsPlan):
        names = dict.fromkeys(name for each in plan.sets for name in each.values)
        them = "it" if len(names) == 1 else "them"
        return f"Store {', '.join(names)}. keyrack gives {them} to the server when it starts."
    kind = {"oauth": "OAuth login", "token": "token", None: ""}[plan.replaces]
    stored = f"It replaces the stored {kind}. " if kind else ""
    if not needs_variable(plan):
        return f"{stored}keyrack tests the token on the server, and then uses the stored one."
    names = " and ".join(plan.variables)
    programs = dict.fromkeys(change.source.client for change in plan.changes)
    reads = (
        f"{' and '.join(programs)} {'read' if len(programs) > 1 else 'reads'}"
        if programs
        else "the program reads"
    )
    return f"{stored}keyrack tests the token on the server. Then {reads} {names}."

"""The dialog that asks whether to move another program's login to keyrack, or to copy its access token."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.domain.change import Change
from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldToken
from keyrack.domain.model import Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.sharing import importing as importing_op
from keyrack.operations.sharing.held import urls_of
from keyrack.operations.sharing.importing import How, Importing
from keyrack.tui.kit import keymap
from keyrack.tui.kit.choice import Pick, pick_on
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.sharing.diff_view import DiffView
from keyrack.tui.sharing.plan_dialog import PlanDialog
from keyrack.wording.glyphs import WARNING
from keyrack.wording.held import held_words
from keyrack.wording.times import lasting
from keyrack.wording.tones import Tone

MOVE, COPY = 0, 1  # the two lines


class TakeOver(NamedTuple):
    """The user's choice."""

    importing: Importing
    how: How


class _Plan(NamedTuple):
    importing: Importing
    diff: tuple[str, ...]  # what a move changes in the program's file


class TakeOverScreen(PlanDialog[TakeOver, _Plan]):
    """The result is None if the user cancels, or if nothing can be taken over."""

    BINDINGS: ClassVar = [*keymap.ASK, *keymap.CLEAR]

    def __init__(self, server: Server, held: HeldToken) -> None:
        super().__init__()
        self._server, self._held = server, held

    def read(self) -> _Plan:
        adapters = self.host.adapters()
        importing = importing_op.plan_import(adapters, self._server, self._held)
        if not importing.can_move:
            return _Plan(importing, ())
        try:
            change = adapters.other_programs().plan(Change(self._held), urls_of(adapters, self._server))
        except KeyrackError as error:
            return _Plan(importing._replace(can_move=False, why_not=str(error)), ())
        return _Plan(importing, change.diff)

    @property
    def _head(self) -> Content:
        return title("Take over", self._server.display_name)

    def waiting(self) -> ComposeResult:
        with Box(self._head):
            yield Static(say(f"Looking at the login in {self._held.client}…", Tone.DIM))

    def content(self) -> ComposeResult:
        client = self._held.client
        words, tone = held_words(self._held, self.host.now())
        label = say(f" · {self._held.label}") if self._held.label else Content("")
        with Box(self._head):
            yield Static(join(say(f"{client} holds a login: "), say(words, tone), label))
            if self.plan is not None:
                yield from self._choice(self.plan)
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content("Take over (y)"), id="yes", compact=True, classes="danger")
            if self.plan is not None and _has_choice(self.plan.importing):
                yield KeyLine(keymap.CLEAR)

    def _choice(self, plan: _Plan) -> ComposeResult:
        client, importing = self._held.client, plan.importing
        copy = f"Copy the access token; it {lasting('works', self._held.tokens.expires_at, self.host.now())}"
        move = f"Move the login; {client} will be logged out"
        if importing.can_move:
            if importing.why_not_copy:
                yield Static(say(f"{move}."))
                yield Static(say(importing.why_not_copy, Tone.DIM), classes="gap")
            else:
                yield Pick((move, copy), value=MOVE)
            undo = keymap.key_of("undo")
            yield Static(
                say(f"A refresh token has only one owner. You can undo a move with {undo}.", Tone.DIM),
                classes="gap",
            )
            yield DiffView(plan.diff)
        else:
            yield Static(say(f"{importing.why_not} Only the access token can be taken.", Tone.DIM))
            yield Static(say(f"{copy}."))
        if importing.replaces is not None:
            note = "This replaces keyrack's own credential for the server."
            yield Static(join(say(f"{WARNING} ", Tone.WARN), say(note)), classes="gap")

    def action_pick(self, step: int) -> None:
        pick_on(self, step)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        if not agreed or self.plan is None:
            self.dismiss(None)
        elif not self.reading:
            importing = self.plan.importing
            picked = self.query(Pick)
            moves = picked.first().value == MOVE if picked else importing.can_move
            self.dismiss(TakeOver(importing, "move" if moves else "copy"))


def _has_choice(importing: Importing) -> bool:
    return importing.can_move and not importing.why_not_copy

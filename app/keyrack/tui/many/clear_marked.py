"""The dialog that lists what clearing the marked servers deletes and revokes, and asks once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.visual import Visual
from textual.widgets import Button, Static

from keyrack.operations.clearing.revoking import lives_on
from keyrack.operations.ports import by_client
from keyrack.operations.servers.overview import Row
from keyrack.tui.clear.clear import KEEP, REVOKE, Clearing, issuer_of
from keyrack.tui.kit import keymap
from keyrack.tui.kit.choice import Pick, Tick, pick_on
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.hanging import Hanging
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import say, title
from keyrack.tui.kit.styles import BOX
from keyrack.tui.many.marked_list import MarkedList
from keyrack.wording.tones import Tone

NAME = 24  # columns for a server's name, at most


class ClearMarkedScreen(Dialog[Clearing]):
    """The result is None if the user cancels. `revoke` and `forget` are for the OAuth logins only."""

    CSS_PATH: ClassVar = [BOX, "marked.tcss"]
    BINDINGS: ClassVar = [*keymap.CLEAR_MARKED]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#no"

    def __init__(self, rows: Sequence[Row], left: Sequence[tuple[Row, str]]) -> None:
        """`rows` have a credential. `left`: the marked ones that there is nothing to clear for, and why."""
        super().__init__()
        self._rows, self._left = rows, left
        self._can_revoke = any(issuer_of(row) for row in rows)

    def compose(self) -> ComposeResult:
        count = len(self._rows)
        with Box(title(f"Clear {count} credential{'s' if count != 1 else ''}?"), classes="over-marked"):
            yield MarkedList()
            if self._can_revoke:
                yield Pick(
                    ("Revoke logins at their issuers, then delete them here", "Only delete them here"),
                    value=REVOKE,
                )
                if any(_is_registered(row) for row in self._rows):
                    yield Tick("Also delete the registrations at the issuers", id="forget")
            if any(name != "keyrack" for row in self._rows for name in by_client(row.server.sources)):
                yield Static(say("Other programs may keep their own copies.", Tone.DIM), classes="gap")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(Content(f"Clear {count} (y)"), id="yes", compact=True, classes="danger")
            if self._can_revoke:
                yield KeyLine(keymap.CLEAR)

    def on_mount(self) -> None:
        self._show()
        for tick in self.query(Tick):
            self.watch(tick, "value", self._show, init=False)

    @property
    def choice(self) -> Clearing:
        picks = self.query(Pick)
        return Clearing(
            revoke=bool(picks) and picks.first().value != KEEP,
            forget=any(tick.value for tick in self.query(Tick)),
        )

    @on(Pick.Changed)
    def _show(self) -> None:
        choice = self.choice
        told = [(row, self._what(row, choice), Tone.PLAIN) for row in self._rows]
        told += [(row, why, Tone.DIM) for row, why in self._left]
        names = [say(row.server.display_name, Tone.STRONG, limit=60) for row, _, _ in told]
        width = min(max(name.cell_length for name in names), NAME) + 2
        lines: list[Visual] = [
            Hanging(name, width, say(words, tone)) for name, (_, words, tone) in zip(names, told, strict=True)
        ]
        self.query_one(MarkedList).show(lines)

    def _what(self, row: Row, choice: Clearing) -> str:
        """What happens to its credential."""
        credential, issuer = row.credential, issuer_of(row)
        assert credential is not None
        if credential.kind == "secrets":
            return "delete here; its secrets still work where they are used"
        words = f"delete here; the token {lives_on(credential, self.host.now())}"
        if issuer and choice.revoke:
            words = f"revoke at {issuer}, then delete here"
        return f"{words}, with the registration" if choice.forget and _is_registered(row) else words

    def action_scroll(self, where: str) -> None:
        self.query_one(MarkedList).scroll_by_key(where)

    def action_pick(self, step: int) -> None:
        pick_on(self, step)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        self.dismiss(self.choice if agreed else None)


def _is_registered(row: Row) -> bool:
    """Did keyrack register a client for it?"""
    credential = row.credential
    return issuer_of(row) is not None and credential is not None and credential.client_kind == "dynamic"

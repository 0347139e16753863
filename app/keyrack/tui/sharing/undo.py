"""The dialog that shows the last change to another program's file, and asks whether to reverse it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from keyrack.domain.change import Backup
from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.sharing.undo import undoable, why_not
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.present import join, say, short_path, title
from keyrack.tui.kit.reading import ReadingDialog
from keyrack.wording.glyphs import WARNING
from keyrack.wording.times import local
from keyrack.wording.tones import Tone


class _Last(NamedTuple):
    backup: Backup | None
    refusal: str
    more: int  # changes before it


class UndoScreen(ReadingDialog[Backup]):
    """The result is None if the user cancels, or nothing can be reversed."""

    BINDINGS: ClassVar = [*keymap.ASK]
    GUARDED: ClassVar = True
    AUTO_FOCUS = "#no"

    def __init__(self) -> None:
        super().__init__()
        self._last = _Last(None, "", 0)

    def read(self) -> _Last:
        adapters = self.host.adapters()
        found = undoable(adapters)
        return _Last(found[0], why_not(adapters, found[0]), len(found) - 1) if found else self._last

    def take(self, found: _Last | None) -> None:
        self._last = found or self._last

    def filled(self) -> None:
        if self._last.backup is None:
            self.host.say("There is nothing to undo.")
            self.close_by_itself()

    def waiting(self) -> ComposeResult:
        with Box(title("Undo")):
            yield Static(say("Reading the backups…", Tone.DIM))

    def content(self) -> ComposeResult:
        backup, refusal, more = self._last
        with Box(title("Undo the last change?")):
            if backup is not None:
                when = local(backup.at, self.host.now())
                yield Static(join(say(f"{backup.what}."), say(f"  {when}", Tone.DIM)))
                for edit in backup.edits:
                    yield Static(say(short_path(edit.place.name), Tone.DIM))
                if refusal:
                    yield Static(join(say(f"{WARNING} ", Tone.WARN), say(refusal)), classes="gap")
                if more:
                    note = f"After that, press {keymap.key_of('undo')} again for the change before it."
                    yield Static(say(note, Tone.DIM), classes="gap")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(
                    Content("Undo (y)"), id="yes", compact=True, classes="danger", disabled=bool(refusal)
                )

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, agreed: bool) -> None:
        if not agreed:
            self.dismiss(None)
        elif not self.reading and not self._last.refusal:
            self.dismiss(self._last.backup)

"""The help: all keys, and what the states mean."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.visual import Visual
from textual.widgets import Static

from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.hanging import Hanging, Lines
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.kit.styles import BOX
from keyrack.wording.glyphs import LOCKED
from keyrack.wording.states import STATES
from keyrack.wording.tones import Tone

KEY_WIDTH, STATE_WIDTH, COMMAND_WIDTH = 15, 22, 18  # columns, with what they are set in


class HelpScreen(Dialog[None]):
    CSS_PATH: ClassVar = [BOX, "help.tcss"]
    BINDINGS: ClassVar = [*keymap.OVERLAY]

    def compose(self) -> ComposeResult:
        with Box(title("Help"), id="help"):
            with VerticalScroll(id="help-text"):
                yield Static(_keys())
                yield Static(_states(), classes="gap")
                yield Static(_words(), classes="gap")
            yield KeyLine(keymap.CLOSE)

    def on_mount(self) -> None:
        self.query_one("#help-text").can_focus = False

    def action_scroll(self, where: str) -> None:
        keymap.scroll(self.query_one("#help-text"), where)


def _keys() -> Visual:
    lines: list[Visual] = []
    for group, keys in keymap.help_groups():
        lines += [*([Content("")] if lines else []), say(group, Tone.STRONG)]
        lines += [Hanging(join("  ", say(key, Tone.KEY)), KEY_WIDTH, say(what)) for key, what in keys]
    return Lines(lines)


def _states() -> Visual:
    looks = [
        Hanging(
            join("  ", say(f"{look.glyph} {look.short or look.word}", look.tone)),
            STATE_WIDTH,
            say(look.meaning, Tone.DIM),
        )
        for look in STATES.values()
    ]
    lock = Hanging(
        join("  ", say(f"{LOCKED} locked", Tone.WARN)),
        STATE_WIDTH,
        say("beside a state: unlock the store to use the credential", Tone.DIM),
    )
    return Lines([say("States", Tone.STRONG), *looks, lock])


def _words() -> Visual:
    command = join("  ", say("keyrack --help", Tone.KEY))
    what = say("does everything that you can do here", Tone.DIM)
    return Lines([say("Command line", Tone.STRONG), Hanging(command, COMMAND_WIDTH, what)])

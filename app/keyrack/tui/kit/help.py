"""All keys, and what the states mean."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box, Dialog
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import join, say, title
from keyrack.tui.kit.styles import BOX
from keyrack.wording.states import STATES
from keyrack.wording.tones import Tone

KEY_WIDTH, STATE_WIDTH = 13, 18


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


def _keys() -> Content:
    lines: list[Content] = []
    for group, keys in keymap.help_groups():
        lines.append(say(group, Tone.STRONG))
        lines += [
            join("  ", say(key, Tone.KEY), " " * (KEY_WIDTH - len(key)), say(what)) for key, what in keys
        ]
        lines.append(Content(""))
    return Content("\n").join(lines[:-1])


def _states() -> Content:
    lines = [say("States", Tone.STRONG)]
    for look in STATES.values():
        words = f"{look.glyph} {look.word}"
        lines.append(
            join("  ", say(words, look.tone), " " * (STATE_WIDTH - len(words)), say(look.meaning, Tone.DIM))
        )
    return Content("\n").join(lines)


def _words() -> Content:
    return Content("\n").join(
        [
            say("Command line", Tone.STRONG),
            join(
                "  ", say("keyrack --help", Tone.KEY), say("  does everything that you can do here", Tone.DIM)
            ),
        ]
    )

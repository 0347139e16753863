"""What the login screen shows: the steps, the sign-in page, a sentence, a field, and the keys."""

from __future__ import annotations

import os
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Input, Static

from keyrack.oauth.effects import SignIn
from keyrack.tui.kit import keymap
from keyrack.tui.kit.dialog import Box
from keyrack.tui.kit.key_line import KeyLine
from keyrack.tui.kit.present import clock, join, say, web_link
from keyrack.tui.login.login_state import LoginState
from keyrack.tui.login.login_words import where
from keyrack.tui.login.step_list import StepList
from keyrack.wording.tones import Tone

MAX_LINK = 4_000  # characters of a sign-in address that are shown


class LoginBox(Box):
    def __init__(self, head: Content) -> None:
        super().__init__(head, id="login")
        self.steps = StepList()
        self._sign_in, self._said = Static("", id="sign-in"), Static("", id="said")
        self._paste = Input(
            placeholder="Paste the address that the browser ended on", id="paste", compact=True
        )
        self._sign_in.display = self._said.display = self._paste.display = False
        self._keys = KeyLine(keymap.LOGIN_WORKING)

    def compose(self) -> ComposeResult:
        yield from (self.steps, self._sign_in, self._said, self._paste, self._keys)

    def on_mount(self) -> None:
        self.watch(self, "virtual_size", self._show_latest)

    def _show_latest(self) -> None:
        """If the terminal is too small for the whole box, show what to do below the steps."""
        self.call_after_refresh(self.scroll_end, animate=False)

    def show_state(self, state: LoginState, keys: Sequence[Binding], note: str) -> None:
        """Show what there is to do. `note`: keyrack's own words below the sign-in page's address."""
        self._sign_in.display = state.sign_in is not None and state.is_waiting
        if self._sign_in.display and state.sign_in is not None:
            self._sign_in.update(where(state.sign_in, os.environ, state.code, note))
        self._paste.display = state.phase == "pasting"
        if self._paste.display:
            self._paste.focus()
        else:
            self.screen.set_focus(None)
        self._keys.show(keys)

    def say(self, words: Content | None) -> None:
        """Show a sentence below the steps, or none."""
        self._said.display = words is not None
        self._said.update(words or "")

    def show_link(self, sign_in: SignIn) -> None:
        """Show the sign-in page's whole address."""
        self.say(web_link(sign_in.url, limit=MAX_LINK))

    def show_waited(self, seconds: float, most: float) -> None:
        """Show how long the user has taken to sign in, and how long there is for it."""
        line = self.steps.line("sign-in")
        if line is not None:
            line.show_side(join(say(clock(seconds), Tone.BUSY), say(f" / {clock(most)}", Tone.DIM)))

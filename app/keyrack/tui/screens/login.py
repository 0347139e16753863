"""The login, step by step. Esc at any moment leaves everything as it was."""

from __future__ import annotations

import os
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from keyrack.domain.errors import StoreAbsent
from keyrack.domain.model import Credential, Server
from keyrack.oauth.effects import SignIn, Step
from keyrack.operations import login as login_op
from keyrack.operations.login import LoginOptions
from keyrack.operations.login_control import LoginControl
from keyrack.operations.login_effects import NO_BROWSER, Event
from keyrack.tui import keymap
from keyrack.tui.login_words import failure, success, where
from keyrack.tui.present import Tone, clock, join, say, title
from keyrack.tui.screens.dialog import Box, Dialog
from keyrack.tui.widgets.key_line import KeyLine
from keyrack.tui.widgets.step_list import StepList
from keyrack.tui.work import deliver, in_background

Phase = Literal["working", "waiting", "pasting", "failed", "done"]
KEYS = {
    "working": keymap.LOGIN_WORKING,
    "waiting": keymap.LOGIN_WAITING,
    "pasting": keymap.LOGIN_PASTING,
    "failed": keymap.LOGIN_FAILED,
    "done": keymap.LOGIN_DONE,
}
MAX_LINK = 4_000  # characters of a sign-in address that are shown
MEMORY = "This machine has no keychain. Keep the login in memory until keyrack ends?"


class LoginScreen(Dialog[Credential]):
    """Answers with the stored credential's facts, or nothing."""

    CSS_PATH: ClassVar = ["box.tcss", "login.tcss"]
    BINDINGS: ClassVar = [*keymap.LOGIN]

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self._options = LoginOptions()
        self._control = LoginControl()
        self._attempt = 0
        self._phase: Phase = "working"
        self._sign_in: SignIn | None = None
        self._waiting_since = 0.0
        self._credential: Credential | None = None

    def compose(self) -> ComposeResult:
        with Box(title("Log in", self._server.name), id="login"):
            yield StepList()
            yield Static("", id="sign-in")
            yield Static("", id="said")
            yield Input(placeholder="Paste the address that the browser ended on", id="paste", compact=True)
            yield KeyLine(keymap.LOGIN_WORKING)

    def on_mount(self) -> None:
        for name in ("#sign-in", "#said", "#paste"):
            self.query_one(name).display = False
        self.set_interval(1.0, self._tick)
        self._start()

    @property
    def steps(self) -> StepList:
        return self.query_one(StepList)

    def _start(self) -> None:
        self._attempt += 1
        self._control = LoginControl()
        self._sign_in = None
        self._set_phase("working")
        self._say(None)
        attempt, control, options = self._attempt, self._control, self._options
        parts, server = self.host.parts, self._server

        def tell(event: Event) -> None:
            deliver(self, self._event, attempt, event)

        # The app's side, not this screen's: a login that ends after esc is noticed all the same.
        in_background(
            self.app,
            lambda: login_op.login(parts(), server, options, control=control, on_event=tell),
            lambda credential: self._succeeded(attempt, credential),
            lambda error: self._failed(attempt, error),
        )

    def _event(self, attempt: int, event: Event) -> None:
        if attempt != self._attempt:
            return
        if isinstance(event, Step):
            self.steps.show(event)
            if event.title == NO_BROWSER:
                self._show_link()
            if (
                self._phase in ("waiting", "pasting")
                and self._sign_in is not None
                and self.steps.running != "sign-in"
            ):
                self._sign_in = None
                self._set_phase("working")
        elif isinstance(event, SignIn):
            self._sign_in = event
            self._waiting_since = self.host.now()
            self._set_phase("waiting")
            self._tick()

    def _succeeded(self, attempt: int, credential: Credential) -> None:
        if attempt != self._attempt or not self.is_attached:
            self.host.look_again()
            return
        self._credential = credential
        self._set_phase("done")
        self._say(success(credential, self.host.now()))

    def _failed(self, attempt: int, error: Exception) -> None:
        if attempt != self._attempt or not self.is_attached:
            return
        self._set_phase("failed")
        self._say(failure(error))
        self._mark_failed(error)
        if isinstance(error, StoreAbsent):
            self._ask_for_memory()

    def _mark_failed(self, error: Exception) -> None:
        running = self.steps.running
        if running is not None:
            self.steps.fail(running)

    def _ask_for_memory(self) -> None:
        from keyrack.tui.screens.confirm import ConfirmScreen

        def answered(agreed: bool | None) -> None:
            if not agreed:
                self.dismiss(None)
                self.host.say("Nothing was stored. Everything is as it was.")
                return
            parts = self.host.parts
            in_background(
                self, lambda: parts().keep_in_memory(), lambda _: self._restart(), self.host.say_error
            )

        self.app.push_screen(ConfirmScreen("Log in", self._server.name, MEMORY, "Keep in memory"), answered)

    async def _restart(self) -> None:
        await self.steps.reset()
        self._start()

    def _tick(self) -> None:
        line = self.steps.line("sign-in")
        if self._sign_in is None or line is None:
            return
        waited = self.host.now() - self._waiting_since
        line.show_side(join(say(clock(waited), Tone.BUSY), say(f" / {clock(self._options.wait)}", Tone.DIM)))

    def _set_phase(self, phase: Phase) -> None:
        self._phase = phase
        box = self.query_one("#sign-in", Static)
        box.display = self._sign_in is not None and phase in ("waiting", "pasting")
        if box.display and self._sign_in is not None:
            box.update(where(self._sign_in, os.environ))
        paste = self.query_one("#paste", Input)
        paste.display = phase == "pasting"
        if phase == "pasting":
            paste.focus()
        else:
            self.set_focus(None)
        self.query_one(KeyLine).show(KEYS[phase])

    def _say(self, words: Content | None) -> None:
        said = self.query_one("#said", Static)
        said.display = words is not None
        said.update(words or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("open_again", "copy_link", "paste"):
            return self._phase == "waiting"
        if action == "again":
            return self._phase == "failed"
        return True

    def action_open_again(self) -> None:
        in_background(self, self._control.reopen, self._opened, self.host.say_error)

    def _opened(self, opened: bool) -> None:
        if not opened:
            self._show_link()
            self.host.say("No browser could be opened here. The link is on the screen.")

    def _show_link(self) -> None:
        if self._sign_in is not None:
            self._say(say(self._sign_in.url, limit=MAX_LINK))

    def action_copy_link(self) -> None:
        if self._sign_in is not None:
            self.host.copy(self._sign_in.url)
            self.host.say("The link was sent to the terminal's clipboard. Open it in any browser.")

    def action_paste(self) -> None:
        self._set_phase("pasting")

    async def action_again(self) -> None:
        await self._restart()

    @on(Input.Submitted, "#paste")
    def _pasted(self, event: Input.Submitted) -> None:
        event.stop()
        refusal = self._control.paste(event.value.strip())
        with self.prevent(Input.Changed):
            event.input.value = ""
        if refusal is None:
            self._say(None)
            self._set_phase("working" if self._sign_in is None else "waiting")
        else:
            self._say(say(refusal, Tone.BAD))

    def action_close(self) -> None:
        if self._phase == "pasting":
            self._say(None)
            self._set_phase("waiting")
        elif self._phase == "done":
            self.dismiss(self._credential)
        else:
            if self._phase != "failed":
                control = self._control
                in_background(self.app, control.cancel, lambda _: None, self.host.say_error)
                self.host.say("Cancelled. Everything is as it was.")
            self.dismiss(None)

"""Runs a login, and shows its steps."""

from __future__ import annotations

import os
from collections import deque
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content

from keyrack.domain.errors import StoreAbsent
from keyrack.domain.model import CredentialInfo, Server
from keyrack.oauth.effects import ShowCode, SignIn, Step
from keyrack.oauth.trace import Exchange
from keyrack.operations.login import login as login_op
from keyrack.operations.login.advice import token_may_do
from keyrack.operations.login.control import LoginControl
from keyrack.operations.login.flow_runner import NO_BROWSER, Event
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.login.remote import over_ssh
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.service import service_for
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import deliver, in_background
from keyrack.tui.kit.dialog import Dialog
from keyrack.tui.kit.present import title
from keyrack.tui.kit.styles import BOX
from keyrack.tui.login.device import DeviceScreen
from keyrack.tui.login.login_box import LoginBox
from keyrack.tui.login.login_state import LoginState
from keyrack.tui.login.login_words import ASKING, failure, success
from keyrack.tui.login.trace import TraceScreen
from keyrack.tui.login.trace_words import harmless

MAX_TRACE = 500  # exchanges of one login that are kept; the oldest go first


class LoginProgress(Dialog[CredentialInfo | Literal["token"]]):
    """`LoginScreen` adds the keys."""

    CSS_PATH: ClassVar = [BOX, "login.tcss"]
    AUTO_FOCUS = ""  # the hidden field would take the keys when a screen above is closed

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self._options = LoginOptions(device=over_ssh(os.environ))
        self._control = LoginControl()
        self._attempt = 0
        self._state = LoginState()
        self._trace: deque[Exchange] = deque(maxlen=MAX_TRACE)

    def compose(self) -> ComposeResult:
        yield LoginBox(self.head)

    def on_mount(self) -> None:
        self.set_interval(1.0, self._tick)
        self._start()

    @property
    def _box(self) -> LoginBox:
        return self.query_one(LoginBox)

    @property
    def head(self) -> Content:
        return title("Log in", self._server.display_name)

    @property
    def keys(self) -> list[Binding]:
        """For the key line."""
        return self._state.keys()

    @property
    def note(self) -> str:
        """keyrack's own words below the sign-in page's address."""
        return self.host.sign_in_note

    def adapters(self) -> Adapters:
        """For the login. Can be slow, so it is called off the UI thread."""
        return self.host.adapters()

    def _start(self) -> None:
        self._attempt += 1
        self._control = LoginControl()
        self._state = LoginState()
        self._trace.clear()
        self._set_phase("working")
        self._box.say(None)
        attempt, control, options = self._attempt, self._control, self._options
        adapters, server = self.adapters, self._server

        def tell(event: Event) -> None:
            deliver(self, self._event, attempt, event)

        # The app's side, not this screen's: a login that ends after esc is noticed all the same.
        in_background(
            self.app,
            lambda: login_op.login(adapters(), server, options, control=control, on_event=tell),
            lambda credential: self._succeeded(attempt, credential),
            lambda error: self._failed(attempt, error),
        )

    async def _restart(self) -> None:
        await self._box.steps.reset()
        self._start()

    # -- what the login tells

    def _event(self, attempt: int, event: Event) -> None:
        if attempt != self._attempt:
            return
        over = self._state.is_over  # the end can overtake what was told before it
        match event:
            case Step():
                self._step(event)
            case SignIn() | ShowCode() if over:
                pass
            case SignIn():
                self._state.sign_in = event
                self._state.code = ASKING if event.device and self._options.device else ""
                self._state.waiting_since = self.host.now()
                self._set_phase("waiting")
                self._tick()
            case ShowCode():
                self._take_code(event)
            case Exchange():
                self._keep(harmless(event))

    def _step(self, step: Step) -> None:
        self._box.steps.show(step)
        if step.title == NO_BROWSER:
            self._show_link()
            if self._state.offers_code and not self._state.code:  # it is asked for by itself then
                self._set_code(ASKING)
        elif step.key == "device":  # no code, and the browser's way goes on
            self._set_code("")
        elif self._state.is_waiting and self._box.steps.running != "sign-in":
            self._state.sign_in = None
            self._set_phase("working")

    def _keep(self, exchange: Exchange) -> None:
        self._trace.append(exchange)
        for screen in self.app.screen_stack:
            if isinstance(screen, TraceScreen):
                screen.add(exchange)

    def _succeeded(self, attempt: int, credential: CredentialInfo) -> None:
        if attempt != self._attempt or not self.is_open:
            self.host.look_again()
            return
        self._state.credential = credential
        self._set_phase("done")
        self._box.say(success(credential, self.host.now()))

    def _failed(self, attempt: int, error: Exception) -> None:
        if attempt != self._attempt or not self.is_open:
            return
        adapters, url = self.host.adapters, self._server.url
        in_background(
            self,
            lambda: token_may_do(error, service_for(adapters(), url)),
            lambda may_do: self._show_failure(attempt, error, token_may_do=may_do),
            lambda _: self._show_failure(attempt, error, token_may_do=False),
        )

    def _show_failure(self, attempt: int, error: Exception, *, token_may_do: bool) -> None:
        if attempt != self._attempt:
            return
        self._state.error, self._state.token_may_do = error, token_may_do
        self._set_phase("failed")
        self._box.say(failure(error, self._state.command_keys()))
        running = self._box.steps.running
        if running is not None:
            self._box.steps.fail(running)
        if isinstance(error, StoreAbsent):
            self._find_a_place(str(error))

    def _find_a_place(self, why: str) -> None:
        from keyrack.tui.storage.setup import set_up_storage

        def ended(found: bool) -> None:
            if found:
                self.call_later(self._restart)
            else:
                self.dismiss(None)
                self.host.say("Nothing was stored or changed.")

        set_up_storage(self.host, self._server.display_name, why, ended)

    # -- what is shown

    def _tick(self) -> None:
        if self._state.sign_in is not None:
            waited = self.host.now() - self._state.waiting_since
            self._box.show_waited(waited, self._state.waits_for(self._options.wait))

    def _set_phase(self, phase: keymap.LoginPhase) -> None:
        self._state.phase = phase
        self._show_phase()

    def _show_phase(self) -> None:
        self._box.show_state(self._state, self.keys, self.note)
        if not self._state.is_waiting:
            self._close_code()

    def _show_link(self) -> None:
        if self._state.sign_in is not None:
            self._box.show_link(self._state.sign_in)

    # -- the code for another device

    def _take_code(self, code: ShowCode) -> None:
        self._set_code(code)
        if self._state.phase == "waiting" and self.is_active:
            self._open_code(code)

    def _set_code(self, code: ShowCode | str) -> None:
        self._state.code = code
        if not code:
            self._close_code()
        self._show_phase()

    def _open_code(self, code: ShowCode) -> None:
        self.app.push_screen(DeviceScreen(self._server.display_name, code))

    def _close_code(self) -> None:
        for screen in self.app.screen_stack:
            if isinstance(screen, DeviceScreen):
                screen.close_by_itself()

"""The login screen, step by step. Esc cancels it at any time, and nothing is changed."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.widgets import Input

from keyrack.oauth.effects import ShowCode
from keyrack.tui.kit import keymap
from keyrack.tui.kit.background import in_background
from keyrack.tui.kit.present import say
from keyrack.tui.login.client import ClientScreen, OwnClient
from keyrack.tui.login.login_progress import LoginProgress
from keyrack.tui.login.login_words import ASKING
from keyrack.tui.login.trace import TraceScreen
from keyrack.wording.tones import Tone


class LoginScreen(LoginProgress):
    """Answers with the stored credential's facts, with the wish to store a token instead, or nothing."""

    BINDINGS: ClassVar = [*keymap.LOGIN]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._state.takes(action)

    def action_open_again(self) -> None:
        in_background(self, self._control.reopen, self._opened, self.host.say_error)

    def _opened(self, opened: bool) -> None:
        if not opened:
            self._show_link()
            self.host.say("No browser could be opened here. Use the link on the screen.")

    def action_copy_link(self) -> None:
        if self._state.sign_in is not None:
            self.host.copy(self._state.sign_in.url)
            self.host.say("Copied the link through the terminal. Open it in any browser.")

    def action_device(self) -> None:
        if isinstance(self._state.code, ShowCode):
            self._open_code(self._state.code)
        elif self._control.ask_for_code():
            self._set_code(ASKING)

    def action_register_again(self) -> None:
        self._control.register_again()

    def action_use_localhost(self) -> None:
        self._control.use_localhost()

    def action_trace(self) -> None:
        self.app.push_screen(TraceScreen(self._server.display_name, self._trace))

    def action_copy_redirect(self) -> None:
        if self._state.redirect_uri:
            self.host.copy(self._state.redirect_uri)
            self.host.say("Copied the redirect URI through the terminal.")

    def action_client(self) -> None:
        self.app.push_screen(ClientScreen(self._server, self._state.redirect_uri), self._with_client)

    def action_token(self) -> None:
        self.dismiss("token")

    async def _with_client(self, client: OwnClient | None) -> None:
        if client is not None:
            self._options = client.used_in(self._options)
            await self._restart()

    def action_paste(self) -> None:
        self._set_phase("pasting")

    async def action_reset_scopes(self) -> None:
        self._options = self._options._replace(scopes=(), reset_scopes=True)
        await self._restart()

    async def action_again(self) -> None:
        await self._restart()

    def action_scroll(self, to: str) -> None:
        keymap.scroll(self._box, to)

    @on(Input.Submitted, "#paste")
    def _pasted(self, event: Input.Submitted) -> None:
        event.stop()
        refusal = self._control.paste(event.value.strip())
        with self.prevent(Input.Changed):
            event.input.value = ""
        if refusal is None:
            self._box.say(None)
            self._set_phase("working" if self._state.sign_in is None else "waiting")
        else:
            self._box.say(say(refusal, Tone.BAD))

    def action_finish(self) -> None:
        self.dismiss(self._state.credential)

    def action_close(self) -> None:
        if self._state.phase == "pasting":
            self._box.say(None)
            self._set_phase("waiting")
        elif self._state.phase == "done":
            self.action_finish()
        else:
            if self.cancel():
                self.host.say("Canceled. Nothing was changed.")
            self.dismiss(None)

    def cancel(self) -> bool:
        """End a login that runs; False if it has ended."""
        if self._state.is_over:
            return False
        control = self._control
        in_background(self.app, control.cancel, lambda _: None, self.host.say_error)
        return True

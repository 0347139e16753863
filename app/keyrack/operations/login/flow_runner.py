"""Performs the login flow's effects: requests, steps, the callback, and every way to sign in."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from keyrack.domain.errors import Cancelled, KeyrackError
from keyrack.domain.model import TokenSet
from keyrack.oauth.effects import BindCallback, Flow, RegisterAgain, ShowCode, SignIn, Step
from keyrack.oauth.http import Failed, Request, Response, Send
from keyrack.oauth.stray import about_stray
from keyrack.oauth.trace import Exchange, browsing, came_back, exchange
from keyrack.operations.drive import perform
from keyrack.operations.login.control import Answer, LoginControl
from keyrack.operations.login.device import DeviceSignIn
from keyrack.operations.ports import Adapters, Callback, HttpClient

T = TypeVar("T")
Event = Step | SignIn | ShowCode | Exchange
MOST_STRAY = 3  # stray responses that are shown; anyone can send any number of them
NO_BROWSER = "No browser opened; use the link"  # the title of the sign-in step


class FlowRunner:
    """Performs the effects of one login, and holds what they open until `close`."""

    def __init__(
        self,
        adapters: Adapters,
        http_client: HttpClient,
        server_url: str,
        control: LoginControl,
        tell: Callable[[Event], Any],
        begin: Callable[[str], Any] = lambda client_id: None,
    ) -> None:
        """`begin` gets the ID of an earlier login's client before the browser opens with it."""
        self._parts, self._http_client, self._server_url = adapters, http_client, server_url
        self._control, self._tell = control, tell
        self._begin = begin
        self.answered = False  # did the sign-in page redirect back?
        self._callback: Callback | None = None
        self._device: DeviceSignIn | None = None
        self._told: Exchange | None = None
        self._strays: list[Step] = []
        self._step: Step | None = None
        self._began = 0.0

    def perform(self, flow: Flow[T], *, open_browser: bool, device: bool, wait: float) -> T:
        """Run the flow to its end. Raises its exceptions."""
        self._control.holds(self._http_client)
        sign_in = partial(self._sign_in, open_browser=open_browser, device=device, wait=wait)
        handlers = {Send: self._send, Step: self.step, BindCallback: self._bind, SignIn: sign_in}
        return perform(flow, handlers, before=self._control.check)

    def send(self, request: Request) -> Response | Failed:
        """Send a request, and report the masked exchange."""
        reply = self._http_client.send(request, server_url=self._server_url)
        self._trace(exchange(request, reply))
        return reply

    def step(self, step: Step) -> None:
        """Report a step with the time it has taken so far."""
        now = time.monotonic()
        if self._step is None or self._step.key != step.key:
            self._began = now
        self._step = step._replace(seconds=now - self._began)
        self._tell(self._step)

    def fail(self, error: KeyrackError) -> None:
        """Report that the current step has failed."""
        if self._step and self._step.state == "running" and not isinstance(error, Cancelled):
            self.step(self._step._replace(state="failed", detail=str(error)))

    def close(self) -> None:
        if self._device is not None:
            self._device.stop()
        if self._callback is not None:
            self._callback.close()
        self._http_client.close()

    def _send(self, effect: Send) -> Response | Failed:
        return self.send(effect.request)

    def _bind(self, effect: BindCallback) -> str:
        if self._callback is not None:  # the sign-in starts again
            self._callback.close()
        self._callback = self._parts.listen(effect.port, effect.host, effect.path)
        return self._callback.redirect_uri

    def _sign_in(
        self, sign_in: SignIn, *, open_browser: bool, device: bool, wait: float
    ) -> Answer | TokenSet | RegisterAgain:
        assert self._callback is not None
        if sign_in.earlier_client:
            self._begin(sign_in.earlier_client)
        self._tell(sign_in)
        self._trace(browsing(sign_in.url))
        answer = self._control.wait(
            sign_in,
            self._callback,
            self._parts.browse if open_browser else None,
            wait,
            self._no_browser,
            partial(self._begin_device, sign_in) if sign_in.device else None,
            device=device,
            stray=partial(self._tell_stray, sign_in),
        )
        if self._device is not None:
            self._device.stop()
        self.answered = not isinstance(answer, RegisterAgain)
        if not isinstance(answer, TokenSet | RegisterAgain):
            self._trace(came_back(sign_in.redirect_uri, answer))
        return answer

    def _tell_stray(self, sign_in: SignIn, answer: Answer) -> None:
        told = about_stray(answer, sign_in)
        if told in self._strays or len(self._strays) >= MOST_STRAY:
            return
        self._strays.append(told)
        self._trace(came_back(sign_in.redirect_uri, answer))
        self._tell(told)

    def _begin_device(self, sign_in: SignIn) -> None:
        assert sign_in.device is not None
        self._device = DeviceSignIn(
            sign_in.device,
            self.send,
            self._show_code,
            partial(self._control.finish, sign_in),
            self._no_code,
        )

    def _show_code(self, code: ShowCode) -> None:
        self._control.prolong(code.expires_at - self._parts.now())
        self._tell(code)

    def _no_code(self, error: KeyrackError) -> None:
        """Report it. The browser sign-in continues."""
        self._control.no_code()
        self._tell(Step("device", "No code for another device", "failed", str(error)))

    def _no_browser(self) -> None:
        self.step(Step("sign-in", NO_BROWSER, "running"))

    def _trace(self, account: Exchange) -> None:
        if account != self._told:  # polling for a device code repeats the same request
            self._told = account
            self._tell(account)

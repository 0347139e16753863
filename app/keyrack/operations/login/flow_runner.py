"""Performs what the login flow yields: requests, steps, the callback, the sign-in in all its ways."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from keyrack.domain.errors import Cancelled, KeyrackError
from keyrack.domain.model import TokenSet
from keyrack.oauth.effects import Anew, BindCallback, Flow, ShowCode, SignIn, Step
from keyrack.oauth.http import Failed, Request, Response, Send
from keyrack.oauth.stray import about_stray
from keyrack.oauth.trace import Exchange, browsing, came_back, exchange
from keyrack.operations.drive import perform
from keyrack.operations.login.control import Answer, LoginControl
from keyrack.operations.login.device import DeviceSignIn
from keyrack.operations.ports import Adapters, Callback, HttpClient

T = TypeVar("T")
Event = Step | SignIn | ShowCode | Exchange
MOST_STRAY = 3  # different answers of others that are told; anybody can send any number
NO_BROWSER = "No browser opened; use the link"  # the sign-in step's title then


class FlowRunner:
    """The effects of one login, and what they leave open until `close`."""

    def __init__(
        self,
        adapters: Adapters,
        http_client: HttpClient,
        server_url: str,
        control: LoginControl,
        tell: Callable[[Event], Any],
        begin: Callable[[str], Any] = lambda client_id: None,
    ) -> None:
        """`begin` gets the id of an earlier login's client before the browser opens with it."""
        self._parts, self._http_client, self._server_url = adapters, http_client, server_url
        self._control, self._tell = control, tell
        self._begin = begin
        self.answered = False  # did the person come back from the sign-in page?
        self._callback: Callback | None = None
        self._device: DeviceSignIn | None = None
        self._told: Exchange | None = None
        self._strays: list[Step] = []
        self._step: Step | None = None
        self._began = 0.0

    def perform(self, flow: Flow[T], *, open_browser: bool, device: bool, wait: float) -> T:
        """Play the flow to its end; its exceptions pass through."""
        self._control.holds(self._http_client)
        sign_in = partial(self._sign_in, open_browser=open_browser, device=device, wait=wait)
        handlers = {Send: self._send, Step: self.step, BindCallback: self._bind, SignIn: sign_in}
        return perform(flow, handlers, before=self._control.check)

    def send(self, request: Request) -> Response | Failed:
        """Send, and tell the masked account of it."""
        reply = self._http_client.send(request, server_url=self._server_url)
        self._trace(exchange(request, reply))
        return reply

    def step(self, step: Step) -> None:
        """Tell a step with the time that it has taken so far."""
        now = time.monotonic()
        if self._step is None or self._step.key != step.key:
            self._began = now
        self._step = step._replace(seconds=now - self._began)
        self._tell(self._step)

    def fail(self, error: KeyrackError) -> None:
        """The login ends here: on the step that was under way."""
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
        if self._callback is not None:  # the sign-in begins anew
            self._callback.close()
        self._callback = self._parts.listen(effect.port, effect.host, effect.path)
        return self._callback.redirect_uri

    def _sign_in(
        self, sign_in: SignIn, *, open_browser: bool, device: bool, wait: float
    ) -> Answer | TokenSet | Anew:
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
        self.answered = not isinstance(answer, Anew)
        if not isinstance(answer, TokenSet | Anew):
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
        """The browser's way is still open, so this ends nothing."""
        self._control.no_code()
        self._tell(Step("device", "No code for another device", "failed", str(error)))

    def _no_browser(self) -> None:
        self.step(Step("sign-in", NO_BROWSER, "running"))

    def _trace(self, account: Exchange) -> None:
        if account != self._told:  # a device authorization asks the same again and again
            self._told = account
            self._tell(account)

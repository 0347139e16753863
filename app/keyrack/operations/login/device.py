"""Runs a device authorization in its own thread, in parallel to the browser sign-in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import AccessDenied, Cancelled, KeyrackError
from keyrack.domain.model import TokenSet
from keyrack.oauth.device import device_flow
from keyrack.oauth.effects import DeviceRequest, Pause, ShowCode
from keyrack.oauth.http import Failed, Request, Response, Send
from keyrack.operations.drive import perform


class DeviceSignIn:
    """One device authorization. `stop` ends it at its next pause.

    `done` gets the tokens, or the error if the user refused. `failed` gets any other error,
    after which the browser sign-in can still succeed.
    """

    def __init__(
        self,
        login_request: DeviceRequest,
        send: Callable[[Request], Response | Failed],
        show: Callable[[ShowCode], Any],
        done: Callable[[TokenSet | AccessDenied], Any],
        failed: Callable[[KeyrackError], Any],
    ) -> None:
        self._login_request, self._send, self._show, self._done, self._failed = (
            login_request,
            send,
            show,
            done,
            failed,
        )
        self._stopped = threading.Event()
        threading.Thread(target=self._run, daemon=True, name="device").start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        handlers = {Send: self._sent, ShowCode: self._show, Pause: self._pause}
        try:
            tokens = perform(device_flow(self._login_request), handlers, before=self._check)
        except AccessDenied as no:
            self._done(no)
        except KeyrackError as error:
            if not self._stopped.is_set():
                self._failed(error)
        else:
            self._done(tokens)

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Cancelled("The sign-in has ended in another way.")

    def _sent(self, effect: Send) -> Response | Failed:
        return self._send(effect.request)

    def _pause(self, effect: Pause) -> None:
        self._stopped.wait(effect.seconds)

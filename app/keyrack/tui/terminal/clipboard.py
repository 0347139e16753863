"""The terminal's clipboard (OSC 52). A secret in it is overwritten after a while, and when keyrack exits."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable
from typing import Any, Protocol

from keyrack.domain.secret import Secret

SECONDS = 45  # that a secret stays
TMUX_SECONDS = 1.0  # for each of tmux's commands


class Stoppable(Protocol):
    def stop(self) -> None: ...


class Application(Protocol):
    def send(self, sequence: str) -> None: ...
    def set_timer(self, delay: float, callback: Callable[[], Any]) -> Stoppable: ...
    def say(self, sentence: str) -> None: ...


class Clipboard:
    """A terminal tells nobody what is in its clipboard, so what another program has put there meanwhile is
    overwritten too."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self._secret = Secret("")  # what is in it, if that is secret
        self._timer: Stoppable | None = None

    def copy(self, text: str) -> None:
        replaced = self._forget()
        self._put(text)
        if replaced:
            _forget_soon(replaced)

    def copy_secret(self, secret: Secret) -> None:
        """Also remove it after `SECONDS`, if nothing else has been copied until then."""
        self.copy(secret.reveal())
        self._secret = secret
        self._timer = self._app.set_timer(SECONDS, self._clear_in_time)

    def clear(self) -> Secret:
        """Overwrite the secret in it; returns that, or an empty one if there is none."""
        secret = self._forget()
        if secret:
            self._put(" ")  # for a terminal that takes no empty text, such as tmux
            self._put("")
        return secret

    def _clear_in_time(self) -> None:
        _forget_soon(self.clear())
        self._app.say("The token was removed from the terminal's clipboard.")

    def _forget(self) -> Secret:
        secret, self._secret = self._secret, Secret("")
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        return secret

    def _put(self, text: str) -> None:
        self._app.send(f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07")


def _forget_soon(secret: Secret) -> None:
    threading.Thread(target=forget_in_tmux, args=(secret,), daemon=True).start()


def forget_in_tmux(secret: Secret) -> None:
    """Delete tmux's paste buffer with the secret: tmux keeps what was copied before. Blocks."""
    if not secret or "TMUX" not in os.environ:
        return
    from keyrack.system.running import run

    def tmux(*words: str) -> str:
        return run(["tmux", *words], os.environ, TMUX_SECONDS).out

    for name in tmux("list-buffers", "-F", "#{buffer_name}").splitlines():
        if Secret(tmux("show-buffer", "-b", name)) == secret:
            tmux("delete-buffer", "-b", name)
            return

"""^z: the terminal goes back to the shell, and keyrack stops until the shell continues it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from keyrack.system.ending import is_held, wait_for_held

if TYPE_CHECKING:
    from textual.signal import Signal

    from keyrack.tui.kit.keyboard import Keyboard


class Application(Protocol):
    app_suspend_signal: Signal[Any]
    keyboard: Keyboard

    @property
    def can_suspend(self) -> bool: ...
    def stop(self) -> bool: ...
    def say(self, sentence: str) -> None: ...
    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool: ...


class Suspension:
    def __init__(self, app: Application) -> None:
        self._app = app
        self._waiting = False

    def begin(self) -> None:
        """Suspend, after a refresh that is in progress.

        It may have used up the old refresh token, and its lock would keep others from refreshing.
        """
        if self._waiting:
            return
        if not is_held():
            self._stop()
            return
        from keyrack.tui.kit.background import in_background

        self._waiting = True
        self._app.say("keyrack goes to the background when the refresh has ended.")
        in_background(self._app, wait_for_held, self._go_on, self._go_on)

    def _go_on(self, outcome: Any) -> None:
        self._waiting = False
        self.begin()

    def _stop(self) -> None:
        if self._app.can_suspend:
            self._app.app_suspend_signal.publish(self._app)  # a token that is shown goes
            stopped = self._app.stop()
            self._app.keyboard.forget()
            if not stopped:
                self._app.say("keyrack runs without a shell to go back to.")

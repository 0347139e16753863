"""Ends the screen when the terminal is gone, or when another process asks for it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Protocol

from keyrack.system.ending import end_soon

HANG_UP = 1  # SIGHUP's number, also on systems without that signal


class Application(Protocol):
    @property
    def is_looping(self) -> bool:
        """Whether its event loop has started, and not closed."""
        ...

    def call_in_loop(self, callback: Callable[..., Any], *args: Any) -> None:
        """Call back in its event loop, if that is open. From any thread, and from a signal's handler."""
        ...

    def exit(self, *, return_code: int) -> None: ...


class Signals:
    """SIGTERM and SIGHUP, and a terminal that goes without a signal."""

    def __init__(self, app: Application) -> None:
        self._app = app

    @contextmanager
    def taken(self) -> Generator[None]:
        """Exit cleanly on SIGTERM and SIGHUP, even if the terminal blocks the event loop.

        The loop's own signal handlers would only run once it is free.
        """
        numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
        before = {n: signal.getsignal(n) for n in numbers if signal.getsignal(n) != signal.SIG_IGN}
        for number in before:
            signal.signal(number, self._on_signal)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: object) -> None:
        if not self._app.is_looping:
            end_soon(128 + number)
            raise SystemExit(128 + number)
        if number == getattr(signal, "SIGHUP", None):
            self.hang_up()
        else:
            end_soon(128 + number)
            self._app.call_in_loop(self._leave, number)

    def hang_up(self) -> None:
        """Exit because the terminal is gone: SIGHUP, end of input, or failed output.

        Can be called from any thread.
        """
        end_soon(128 + HANG_UP)
        self._app.call_in_loop(self._hung_up)

    def _hung_up(self) -> None:
        if hasattr(signal, "SIGCONT"):
            # SIGCONT follows a hang-up, and would start the screen again.
            signal.signal(signal.SIGCONT, signal.SIG_IGN)
        # Writing to a terminal that is gone must not block the exit.
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        os.close(nowhere)
        self._leave(HANG_UP)

    def _leave(self, number: int) -> None:
        self._app.exit(return_code=128 + number)

"""Waits in the main thread for a signal, another thread or a time, without taking any CPU time."""

from __future__ import annotations

import select
import signal
import socket
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self


class Wakeups:
    """While it is open, these signals do nothing but wake `wait`. For the main thread."""

    def __init__(self, signals: Iterable[str]) -> None:
        """The names of the signals; those that the system lacks are left out."""
        self._numbers = [getattr(signal, name) for name in signals if hasattr(signal, name)]
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        # An Event would not do: a handler that sets it while the same thread waits for it can lock up.
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in self._numbers:
            self._before[number] = signal.signal(number, lambda number, frame: None)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._fd)
        self._reader.close()
        self._writer.close()

    def wake(self) -> None:
        """From any thread."""
        try:
            self._writer.send(b"\0")  # no signal has this number
        except OSError:
            pass  # closed, or so full that it wakes anyway

    def wait(self, seconds: float | None) -> frozenset[int]:
        """The signals that have come; none after `seconds`, or after `wake`."""
        ready, _, _ = select.select([self._reader], [], [], seconds)
        return frozenset(self._reader.recv(4096)) - {0} if ready else frozenset()

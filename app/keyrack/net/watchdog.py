"""Ends an exchange that takes too long in total.

A timeout for each read never triggers if a server sends one byte per second. So a
timer shuts the socket down, which wakes the thread that waits for it.
"""

from __future__ import annotations

import socket
import threading
from typing import Any


class Watchdog:
    """Watches the sockets of one exchange. A context manager; safe to use from any thread."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = self._start(seconds)

    def __enter__(self) -> Watchdog:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._timer.cancel()
            self._sockets.clear()

    def limit(self, seconds: float) -> None:
        """Shorten the remaining time to `seconds`."""
        with self._lock:
            self._timer.cancel()
            self._timer = self._start(seconds)

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """For httpx's "trace" extension, which reports each socket when it is opened."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                with self._lock:
                    self._sockets.append(found)
                if self.expired:
                    _shut(found)

    def expire(self) -> None:
        """Wake whoever is reading or writing: their connection ends."""
        with self._lock:
            self.expired = True
            sockets = list(self._sockets)
        for each in sockets:
            _shut(each)

    def _start(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(max(seconds, 0.0), self.expire)
        timer.daemon = True
        timer.start()
        return timer


def _shut(found: socket.socket) -> None:
    try:
        # Not SSLSocket.shutdown, which drops the TLS state that the reading thread still uses.
        socket.socket.shutdown(found, socket.SHUT_RDWR)
    except OSError:
        pass  # already closed, or replaced by its TLS socket

"""Ends an exchange that takes too long as a whole.

A time-out of one read never ends a server that sends a byte a second; so a timer
shuts the socket, and whoever waits on it is woken.
"""

from __future__ import annotations

import socket
import threading
from typing import Any


class Watchdog:
    """Watches the sockets of one exchange. Use as a context manager; safe from any thread."""

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
        """From now on only `seconds` are left."""
        with self._lock:
            self._timer.cancel()
            self._timer = self._start(seconds)

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """httpx's "trace" extension: tells of each socket as it is made."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                with self._lock:
                    self._sockets.append(found)
                if self.expired:
                    _shut(found)

    def expire(self) -> None:
        """Wake whoever reads or writes; they find the connection ended."""
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
        # Not SSLSocket.shutdown: that drops the TLS state under the reading thread.
        socket.socket.shutdown(found, socket.SHUT_RDWR)
    except OSError:
        pass  # closed already, or moved into the TLS socket that follows

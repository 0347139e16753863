"""The loopback listener that the browser is redirected to (RFC 8252, section 7.3).

Browsers also send favicon requests and open idle connections, and anyone on this
machine can send anything. So each visitor gets a thread and a time limit, and only
a single GET with the right state ends the wait.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.redirect import LOOPBACK
from keyrack.domain.secret import Secret
from keyrack.domain.text import plain
from keyrack.net.page import NOT_SIGNED_IN, SIGNED_IN, answer
from keyrack.net.ports import bind
from keyrack.net.visit import Visit, judge, read_head

PATIENCE = 5.0  # seconds for a visitor to send its request
VISITORS = 20  # at a time; another one replaces the oldest


def listen(port: int | None = None, host: str = "127.0.0.1", path: str = "/callback") -> LoopbackCallback:
    """Start to listen. `host` is the one in the redirect URI.

    Raises KeyrackError if the port can't be used.
    """
    if host not in LOOPBACK:
        raise KeyrackError(
            f"The browser can only return to this machine, but the redirect URI names {plain(host, 80)}.",
            hint="If your app also allows a redirect to this machine, use --redirect-host localhost.",
        )
    return LoopbackCallback(port, host, path)


class LoopbackCallback:
    """The real `operations.ports.Callback`. Safe from any thread."""

    def __init__(
        self,
        port: int | None = None,
        host: str = "127.0.0.1",
        path: str = "/callback",
        *,
        patience: float = PATIENCE,
        visitors: int = VISITORS,
    ) -> None:
        self._path = path if path.startswith("/") else f"/{path}"
        self._patience = patience
        self._most = visitors
        self._state: Secret | None = None
        self._stray: Callable[[dict[str, Secret]], Any] = lambda parameters: None
        self._taken = False
        self._closed = False
        self._result: dict[str, Secret] | None = None
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._visitors: dict[socket.socket, None] = {}  # oldest first
        self._port, self._listeners = bind(port, host)
        self.redirect_uri = f"http://{host}:{self._port}{self._path}"
        self._wake, self._sleeper = socket.socketpair()
        self._accepting = threading.Thread(target=self._accept, name="keyrack-callback", daemon=True)
        self._accepting.start()

    def expect(
        self, state: Secret, stray: Callable[[dict[str, Secret]], Any] = lambda parameters: None
    ) -> None:
        """Set the state that ends the wait. Before this call, every visitor is refused.

        `stray` is called in the visitor's thread with a response that has another state or none.
        """
        with self._lock:
            self._state, self._stray = state, stray

    def wait(self, seconds: float) -> dict[str, Secret] | None:
        """The callback's parameters; None after `seconds`, or if `close` was called."""
        self._over.wait(max(seconds, 0.0))
        with self._lock:
            return self._result

    def close(self) -> None:
        """Stop listening and end the wait. Pages that are being sent still arrive."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            visitors = list(self._visitors)
        self._over.set()
        self._wake.close()  # wakes the accepting thread, which frees the port
        for visitor in visitors:
            _put_out(visitor)
        self._accepting.join(1.0)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector, self._sleeper:
            selector.register(self._sleeper, selectors.EVENT_READ)
            for listener in self._listeners:
                listener.setblocking(False)
                selector.register(listener, selectors.EVENT_READ)
            while not self._closed:
                for key, _ in selector.select():
                    if isinstance(key.fileobj, socket.socket) and key.fileobj is not self._sleeper:
                        self._welcome(key.fileobj)
            for listener in self._listeners:
                listener.close()

    def _welcome(self, listener: socket.socket) -> None:
        try:
            visitor, _ = listener.accept()
        except OSError:
            return  # gone again
        with self._lock:
            if len(self._visitors) >= self._most:
                oldest = next(iter(self._visitors))
                del self._visitors[oldest]
                _put_out(oldest)
            self._visitors[visitor] = None
        threading.Thread(target=self._serve, args=(visitor,), name="keyrack-visitor", daemon=True).start()

    def _serve(self, visitor: socket.socket) -> None:
        with visitor:
            head = read_head(visitor, self._patience)
            with self._lock:
                state, stray = self._state, self._stray
            visit = Visit(400) if head is None else judge(head, port=self._port, path=self._path, state=state)
            mine = visit.parameters is not None and self._claim()
            try:
                visitor.settimeout(self._patience)
                visitor.sendall(_answer(visit, mine))
                visitor.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # it left before the reply; its request still counts
        if visit.stray is not None:
            stray(visit.stray)
        with self._lock:
            self._visitors.pop(visitor, None)
            if mine:  # only now, so that the page is sent before `close`
                self._result = visit.parameters
                self._over.set()

    def _claim(self) -> bool:
        """True only for the first visitor with the right state."""
        with self._lock:
            first = not self._taken and not self._closed
            self._taken = self._taken or first
            return first


def _answer(visit: Visit, mine: bool) -> bytes:
    if visit.stray is not None:
        return answer(visit.status, NOT_SIGNED_IN)
    if visit.parameters is None or not mine:
        return answer(visit.status if visit.parameters is None else 400, head_only=visit.head_only)
    return answer(200, NOT_SIGNED_IN if "error" in visit.parameters else SIGNED_IN)


def _put_out(visitor: socket.socket) -> None:
    """Stop reading from a visitor; what was sent to it still arrives."""
    try:
        visitor.shutdown(socket.SHUT_RD)
    except OSError:
        pass

"""HTTP for many requests to one server: connections are kept, and replies are read piece by piece.

The rules are those of `http_client`, but a request goes to the server's own origin or nowhere. Each
connection is a transport of its own, so that an exchange can be ended from another thread, and so that a
request is only sent again where the server can't have seen it.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from keyrack.domain import resource
from keyrack.domain.errors import BadUrl
from keyrack.domain.model import TlsFiles
from keyrack.net import address
from keyrack.net.exchange import Route, quiet
from keyrack.net.failure import is_tls, sentence, setting_for, too_slow
from keyrack.net.outgoing import Outgoing, prepare
from keyrack.net.proxy import proxy_for
from keyrack.net.tls import NO_FILES, trust, with_certificate
from keyrack.oauth.http import BrokenOff, Failed, Request
from keyrack.system.interrupt import Interrupt

if TYPE_CHECKING:
    import ssl

    import httpx

CONNECT = 10.0  # seconds for one address
LARGEST = 256 * 1024 * 1024  # bytes to which one piece may be decompressed
WRITE = 60.0  # seconds in which the server takes nothing of what is sent
KEPT = 15.0  # seconds: some servers close an idle connection after that
RESOLVED = 60.0  # seconds for which a name's addresses are used again
MOST_KEPT = 8  # idle connections
# A connection on which nothing arrives is probed, so that a network that is gone is noticed.
PROBES = tuple(
    (level, getattr(socket, name), value)
    for level, name, value in (
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 30),
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 10),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", 4),
        (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
    )
    if hasattr(socket, name)
)


class HttpxStreams:
    """The real `operations.ports.Streams`. Safe to use from any thread."""

    def __init__(
        self, server_url: str, files: TlsFiles = NO_FILES, resolver: address.Resolver = socket.getaddrinfo
    ) -> None:
        """`files`: the user's TLS files for the server. Raises KeyrackError if they can't be used."""
        self._server_url = server_url
        self._resolver = resolver
        self._proxy = proxy_for(server_url)
        is_plain = not server_url.lower().startswith("https:") and self._proxy is None
        self._context: ssl.SSLContext | bool = False if is_plain else with_certificate(files) or trust(files)
        self._lock = threading.Lock()
        self._idle: list[_Connection] = []
        self._routes: tuple[float, tuple[Route, ...]] = (0.0, ())
        quiet()

    def open(self, request: Request, interrupt: Interrupt) -> _Reply | Failed:
        """Send a request, and return the head of the reply. No redirect is followed.

        `request.seconds` is how long the server may be silent; None: as long as the connection lives.
        `request.repeatable`: send it again if a kept connection turns out to be closed.
        """
        try:
            if resource.origin(request.url) != resource.origin(self._server_url):
                return Failed(
                    f"keyrack won't send this to {resource.origin(request.url)}, which is another origin.",
                    refused=True,
                )
        except BadUrl as error:
            return Failed(str(error), refused=True)
        ready = prepare(request)
        if isinstance(ready, Failed):
            return ready
        kept = self._take()
        if kept is not None:
            reply = self._send(request, ready, kept, interrupt)
            if not isinstance(reply, _Unsent) or not request.repeatable:
                return reply.failed if isinstance(reply, _Unsent) else reply
        return self._open_new(request, ready, interrupt)

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _open_new(self, request: Request, ready: Outgoing, interrupt: Interrupt) -> _Reply | Failed:
        """Try the addresses until one accepts the connection."""
        routes = self._known_routes()
        if isinstance(routes, Failed):
            return routes
        reply: _Reply | _Unsent | Failed = Failed(too_slow(resource.host(request.url)))
        for route in routes:
            reply = self._send(request, ready, _Connection(route, self._context), interrupt)
            if not (isinstance(reply, _Unsent) and reply.unconnected):
                break
        else:
            self._routes = (0.0, ())
        return reply.failed if isinstance(reply, _Unsent) else reply

    def _send(
        self, request: Request, ready: Outgoing, connection: _Connection, interrupt: Interrupt
    ) -> _Reply | _Unsent | Failed:
        import httpx

        host = resource.host(request.url)
        interrupt.calls(connection.shut)
        try:
            reply = connection.send(request, ready)
        except ImportError:
            return Failed("The environment sets a SOCKS proxy, which keyrack does not support.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            connection.close()
            if interrupt.is_set:
                return Failed(f"The request to {host} was stopped.")
            failed = Failed(sentence(error, host), setting=setting_for(error))
            unconnected = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            if unconnected and is_tls(error):
                return failed
            if unconnected or not isinstance(error, httpx.TimeoutException):
                return _Unsent(failed, unconnected)
            return failed
        return _Reply(reply, request.url, connection, self._give_back, interrupt)

    def _known_routes(self) -> tuple[Route, ...] | Failed:
        if self._proxy is not None:
            return (Route(proxy=self._proxy),)
        until, routes = self._routes
        if time.monotonic() < until:
            return routes
        found = address.addresses(
            self._server_url, server_url=self._server_url, resolver=self._resolver, seconds=CONNECT
        )
        if isinstance(found, Failed):
            return found
        routes = tuple(Route(address=each) for each in found)
        self._routes = (time.monotonic() + RESOLVED, routes)
        return routes

    def _take(self) -> _Connection | None:
        """A kept connection that is still open."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None or connection.is_usable():
                return connection
            connection.close()

    def _give_back(self, connection: _Connection) -> None:
        connection.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(connection)
            surplus = self._idle.pop(0) if len(self._idle) > MOST_KEPT else None
        if surplus is not None:
            surplus.close()


class _Unsent:
    """A request that got no reply, and that the server may not have seen."""

    def __init__(self, failed: Failed, unconnected: bool) -> None:
        self.failed = failed
        self.unconnected = unconnected


class _Connection:
    def __init__(self, route: Route, context: ssl.SSLContext | bool) -> None:
        import httpx

        self.idle_since = 0.0
        self._route = route
        self._socket: socket.socket | None = None
        self._is_shut = False
        self._transport = httpx.HTTPTransport(
            verify=context,
            trust_env=False,
            proxy=route.proxy,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None),
            socket_options=PROBES,
        )

    def send(self, request: Request, ready: Outgoing) -> httpx.Response:
        """Raises what httpx raises."""
        import httpx

        url = httpx.URL(request.url)
        extensions: dict[str, Any] = {
            "timeout": {"connect": CONNECT, "read": request.seconds, "write": WRITE, "pool": None}
        }
        if self._socket is None:
            extensions["trace"] = self._trace
        host = resource.host(request.url)
        if self._route.address is not None and self._route.address != host:
            url = url.copy_with(host=self._route.address)
            extensions["sni_hostname"] = host  # what the certificate must be for
        return self._transport.handle_request(
            httpx.Request(
                request.method,
                url,
                headers=ready.headers,
                content=ready.content or None,
                extensions=extensions,
            )
        )

    def is_usable(self) -> bool:
        if self._socket is None or time.monotonic() - self.idle_since > KEPT:
            return False
        try:
            return not select.select([self._socket], [], [], 0)[0]  # readable: it has been closed
        except (OSError, ValueError):
            return False

    def shut(self) -> None:
        """Wake whoever waits for this connection: it ends."""
        self._is_shut = True
        if self._socket is not None:
            _shut(self._socket)

    def close(self) -> None:
        self._transport.close()

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._is_shut and self._socket is not None:
                _shut(self._socket)


class _Reply:
    """A reply whose body is still to be read; the real `operations.ports.StreamReply`."""

    def __init__(
        self, reply: httpx.Response, url: str, connection: _Connection, give_back: Any, interrupt: Interrupt
    ) -> None:
        self.status = reply.status_code
        self.headers = tuple(
            (key.decode("latin-1"), value.decode("latin-1")) for key, value in reply.headers.raw
        )
        self.url = url
        self._reply = reply
        self._connection = connection
        self._give_back = give_back
        self._interrupt = interrupt
        self._is_over = False

    def header(self, name: str) -> str | None:
        """The first header with that name, ignoring case."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for key, value in self.headers if key.lower() == name)

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives. Raises BrokenOff if it ends before it is complete."""
        import httpx

        from keyrack.net.incoming import BadCoding, decoded

        host = resource.host(self.url)
        try:
            yield from decoded(self._reply, LARGEST)
        except BadCoding:
            raise BrokenOff(
                f"{host} sent its response in an encoding that keyrack did not ask for."
            ) from None
        except (httpx.HTTPError, OSError, ValueError) as error:
            raise BrokenOff(sentence(error, host)) from None
        if self._interrupt.is_set:
            raise BrokenOff(f"The request to {host} was stopped.")
        self._is_over = True

    def close(self) -> None:
        """Keep the connection if the body was read to its end; else close it."""
        self._interrupt.calls(None)
        self._reply.close()
        if self._is_over and "close" not in (self.header("connection") or "").lower():
            self._give_back(self._connection)
        else:
            self._connection.close()


def _shut(found: socket.socket) -> None:
    try:
        # Not SSLSocket.shutdown, which drops the TLS state that the reading thread still uses.
        socket.socket.shutdown(found, socket.SHUT_RDWR)
    except OSError:
        pass  # already closed, or replaced by its TLS socket

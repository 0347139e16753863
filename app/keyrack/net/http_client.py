"""HTTP to a server and to the URLs that it names.

Each send has its own connection, so nothing that was opened or verified for one server
is used for another. It uses httpx's transport and not its client, whose redirects,
cookies and logins from the environment are not wanted.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from keyrack.domain import resource
from keyrack.domain.errors import BadUrl
from keyrack.domain.model import TlsFiles
from keyrack.net import address
from keyrack.net.echo import without_echo
from keyrack.net.exchange import Route, exchange, quiet
from keyrack.net.failure import is_tls, sentence, setting_for, too_slow
from keyrack.net.limits import Limits
from keyrack.net.outgoing import Outgoing, prepare
from keyrack.net.proxy import proxy_for
from keyrack.net.redirect import next_address
from keyrack.net.tls import NO_FILES, trust, with_certificate
from keyrack.net.watchdog import Watchdog
from keyrack.oauth.http import Failed, Request, Response

if TYPE_CHECKING:
    import ssl


class HttpxClient:
    """The real `operations.ports.HttpClient`. Safe to use from any thread."""

    def __init__(
        self,
        limits: Limits = Limits(),
        resolver: address.Resolver = socket.getaddrinfo,
        files: TlsFiles = NO_FILES,
        issuers: Iterable[str] = (),
    ) -> None:
        """`files`: the user's TLS files for one server. A client certificate in them is only offered to
        that server and to `issuers`. Raises KeyrackError if they can't be used.
        """
        self._limits = limits
        self._resolver = resolver
        self._files = files
        self._identified = with_certificate(files)
        self._issuers = frozenset(map(resource.origin, issuers))
        self._lock = threading.Lock()
        self._running: set[Watchdog] = set()
        self._context: ssl.SSLContext | None = trust(files) if files != NO_FILES else None
        self._closed = False

    def close(self) -> None:
        """End all running sends, which then return Failed."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for each in running:
            each.expire()

    def send(self, request: Request, *, server_url: str) -> Response | Failed:
        """Send a request on behalf of the server at `server_url`.

        Redirects are followed within an origin, for a GET or a POST that may be repeated.
        """
        deadline = time.monotonic() + min(self._limits.total, request.seconds or self._limits.total)
        try:
            request = request._replace(url=resource.parse_url(request.url))
        except BadUrl as error:
            return Failed(str(error), refused=True)
        for _ in range(self._limits.hops + 1):
            reply = self._send_once(request, server_url, deadline)
            if isinstance(reply, Failed):
                return reply
            target = next_address(request, reply)
            if target is None or isinstance(target, Failed):
                return target or reply
            request = request._replace(url=target)
        reason = f"{resource.host(request.url)} redirects too many times."
        return Failed(reason, refused=True, sent_to=request.url)

    def _send_once(self, request: Request, server_url: str, deadline: float) -> Response | Failed:
        refusal = address.permission(request.url, server_url=server_url)
        if refusal is not None:
            return refusal
        ready = prepare(request)
        if isinstance(ready, Failed):
            return ready
        routes = self._routes(request.url, server_url, deadline)
        if isinstance(routes, Failed):
            return routes
        return self._try(request, ready, routes, self._trust(request.url, server_url), deadline)

    def _routes(self, url: str, server_url: str, deadline: float) -> tuple[Route, ...] | Failed:
        proxy = proxy_for(url)
        if proxy is None:
            wait = min(self._limits.connect, deadline - time.monotonic())
            found = address.addresses(url, server_url=server_url, resolver=self._resolver, seconds=wait)
            return found if isinstance(found, Failed) else tuple(Route(address=each) for each in found)
        # The proxy resolves the name, so only a literal address in the URL can be checked.
        said = address.literal(resource.host(url))
        own = resource.origin(url) == resource.origin(server_url)
        if said is not None and not own and address.forbidden(said, server_url):
            return Failed(f"keyrack won't contact {said}: it is in a private network.", refused=True)
        return (Route(proxy=proxy),)

    def _try(
        self,
        request: Request,
        ready: Outgoing,
        routes: tuple[Route, ...],
        context: ssl.SSLContext | bool,
        deadline: float,
    ) -> Response | Failed:
        """Try the addresses until one accepts the connection."""
        import httpx

        quiet()
        host = resource.host(request.url)
        failed = Failed(too_slow(host))
        for route in routes:
            with self._watch(deadline) as dog:
                try:
                    reply = exchange(request, ready, route, context, self._limits, deadline, dog)
                    return without_echo(request, reply) if isinstance(reply, Response) else reply
                except ImportError:
                    return Failed("The environment sets a SOCKS proxy, which keyrack does not support.")
                except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
                    failed = Failed(too_slow(host)) if dog.expired else self._failed(error, host, context)
                    if self._closed:
                        return Failed(f"The request to {host} was stopped.")
                    unanswered = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                    if dog.expired or not unanswered or is_tls(error):
                        return failed
        return failed

    def _failed(self, error: Exception, host: str, context: ssl.SSLContext | bool) -> Failed:
        setting = setting_for(error)
        if setting == "client_cert" and self._identified is not None and context is not self._identified:
            setting = "issuer"  # there is a certificate, but not for this origin
        return Failed(sentence(error, host), setting=setting)

    @contextmanager
    def _watch(self, deadline: float) -> Generator[Watchdog]:
        with Watchdog(deadline - time.monotonic()) as dog:
            with self._lock:
                self._running.add(dog)
                closed = self._closed
            if closed:
                dog.expire()
            try:
                yield dog
            finally:
                with self._lock:
                    self._running.discard(dog)

    def _trust(self, url: str, server_url: str) -> ssl.SSLContext | bool:
        """The TLS context, created once; False (never used) without TLS."""
        if not url.lower().startswith("https:") and proxy_for(url) is None:
            return False
        there = resource.origin(url)
        if self._identified is not None and (there == resource.origin(server_url) or there in self._issuers):
            return self._identified
        with self._lock:
            if self._context is None:
                self._context = trust(self._files)
            return self._context

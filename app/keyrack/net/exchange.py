"""Sends one request over one connection with httpx's transport, and reads the reply."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from keyrack.domain import resource
from keyrack.domain.named_tuple import NamedTuple
from keyrack.net.failure import too_slow
from keyrack.net.incoming import read_body, read_event
from keyrack.net.limits import Limits
from keyrack.net.outgoing import Outgoing
from keyrack.net.watchdog import Watchdog
from keyrack.oauth.http import Failed, Request, Response

if TYPE_CHECKING:
    import ssl

    import httpx


class Route(NamedTuple):
    """How to reach the host: directly at a checked address, or through a proxy."""

    address: str | None = None
    proxy: str | None = None


def quiet() -> None:
    """Limit the libraries' loggers to warnings: below that, they log URLs and headers with tokens."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def exchange(
    request: Request,
    ready: Outgoing,
    route: Route,
    context: ssl.SSLContext | bool,
    limits: Limits,
    deadline: float,
    dog: Watchdog,
) -> Response | Failed:
    """Send and read. Raises what httpx raises; `failure` has the sentences for it."""
    import httpx

    host = resource.host(request.url)
    url = httpx.URL(request.url)
    connect = min(limits.connect, max(deadline - time.monotonic(), 0.001))
    read = limits.total if request.once else limits.read
    extensions: dict[str, Any] = {
        "timeout": {"connect": connect, "read": read, "write": limits.read, "pool": limits.read},
        "trace": dog.trace,
    }
    if route.address is not None and route.address != host:
        url = url.copy_with(host=route.address)
        extensions["sni_hostname"] = host  # what the certificate must be for
    outgoing = httpx.Request(
        request.method, url, headers=ready.headers, content=ready.content or None, extensions=extensions
    )
    with httpx.HTTPTransport(verify=context, trust_env=False, proxy=route.proxy) as transport:
        reply = transport.handle_request(outgoing)
        try:
            body = _body(request, reply, host, limits, deadline, dog)
        finally:
            reply.close()
    if isinstance(body, Failed):
        return body
    headers = tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in reply.headers.raw)
    return Response(reply.status_code, headers, body, request.url)


def _body(
    request: Request, reply: httpx.Response, host: str, limits: Limits, deadline: float, dog: Watchdog
) -> bytes | Failed:
    import httpx

    kind = reply.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "text/event-stream" and not (request.stream and "json" not in kind):
        body = read_body(reply, limits.body, host)
        # If the watchdog closed the connection, it looks like the end of a body without a length.
        return Failed(too_slow(host)) if dog.expired else body
    dog.limit(min(limits.event, deadline - time.monotonic()))
    event = bytearray()
    try:
        read_event(reply, limits.body, event)
    except httpx.HTTPError:
        pass  # only the head was needed
    return bytes(event)

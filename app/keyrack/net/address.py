"""Which hosts and addresses a request may be sent to.

keyrack connects to exactly the addresses that were checked here, so a name that
resolves differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from keyrack.domain import resource
from keyrack.domain.errors import BadUrl
from keyrack.oauth.http import Failed

# Like socket.getaddrinfo, the default.
Resolver = Callable[..., list[Any]]

LOOPBACK = ("127.0.0.1", "::1")


def permission(url: str, *, server_url: str) -> Failed | None:
    """Why keyrack must not contact this URL; None if it may.

    The user chose the server's own origin. Every other URL was named by a server
    and must pass the rules.
    """
    try:
        if resource.origin(url) == resource.origin(server_url):
            return None
    except BadUrl as error:
        return Failed(str(error), refused=True)
    why = resource.refusal_of(url, server_url=server_url)
    return Failed(f"keyrack won't contact {resource.origin(url)}: {why}.", refused=True) if why else None


def addresses(url: str, *, server_url: str, resolver: Resolver, seconds: float) -> tuple[str, ...] | Failed:
    """The addresses to connect to for `url`, in the order to try."""
    host = resource.host(url)
    if resource.ip_of(host) is not None:
        found: tuple[str, ...] | Failed = (host,)
    elif host == "localhost" or host.endswith(".localhost"):
        found = LOOPBACK  # never from a resolver: plain http is allowed there
    else:
        found = resolve(host, resolver, seconds)
    if isinstance(found, Failed) or resource.origin(url) == resource.origin(server_url):
        return found
    allowed = tuple(each for each in found if not forbidden(each, server_url))
    if not allowed and _lies_inside(server_url, resolver, seconds):
        # A company's server and its sign-in server, both with public names.
        return found
    if not allowed:
        return Failed(f"keyrack won't contact {host}: its name resolves to a private network.", refused=True)
    return allowed


def forbidden(address: str, server_url: str) -> bool:
    """Must keyrack not contact this address on behalf of the server?"""
    return resource.refusal_of_host(address, server_url=server_url) is not None


def resolve(host: str, resolver: Resolver, seconds: float) -> tuple[str, ...] | Failed:
    """Resolve a name, in a thread because the resolver has no time limit."""
    answers: list[tuple[str, ...] | Failed] = []

    def ask() -> None:
        try:
            rows = resolver(host, None, type=socket.SOCK_STREAM)
            answers.append(tuple(dict.fromkeys(str(row[4][0]) for row in rows)))
        except (OSError, UnicodeError):
            answers.append(())

    thread = threading.Thread(target=ask, name="keyrack-resolve", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if not answers:
        return Failed(f"The name {host} was not resolved in time.")
    return answers[0] or Failed(f"The name {host} was not found.")


def literal(host: str) -> str | None:
    """The address that a proxy would understand a host as: `127.1`, `0x7f000001`, `10.0.0.1.`."""
    bare = host.rstrip(".")
    if resource.ip_of(bare) is not None:
        return bare
    if bare == "localhost" or bare.endswith(".localhost"):
        return LOOPBACK[0]
    try:
        return socket.inet_ntoa(socket.inet_aton(bare))
    except (OSError, UnicodeError):
        return None


def _lies_inside(server_url: str, resolver: Resolver, seconds: float) -> bool:
    """Are all addresses of the user's own server in the private network too?

    Only called for https (plain http to such a name is refused earlier), so the host
    inside needs a certificate for the name.
    """
    found = resolve(resource.host(server_url), resolver, seconds)
    return not isinstance(found, Failed) and all(forbidden(each, "https://a.example") for each in found)

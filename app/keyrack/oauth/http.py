"""What HTTP is to a flow: requests, replies, and the effect that sends one.

A flow is a generator that yields effects; whoever performs it sends back what came of each. So a test
feeds canned replies, and nothing here needs a socket.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple

from keyrack.domain.secret import Secret


class Request(NamedTuple):
    """One HTTP request. Headers and form fields may be Secrets; `net` reveals them."""

    method: str
    url: str
    headers: Mapping[str, str | Secret] = {}
    form: Mapping[str, str | Secret] | None = None
    json: Any = None
    # Ask only for the head of the reply: an event stream never ends.
    stream: bool = False
    # Wait for the reply as long as a send may take: what is asked with works once, so an answer
    # that nobody waits for is lost (a rotating refresh token, an authorization code).
    once: bool = False
    # It may be made again, whatever its method, where its own origin sends it on with 307 or 308.
    repeatable: bool = False
    seconds: float | None = None  # that all of it may take, where that is less than usual

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What it carries, and what a server may repeat in its reply."""
        values = (*self.headers.values(), *(self.form or {}).values())
        return tuple(value for value in values if isinstance(value, Secret))


class Response(NamedTuple):
    """One HTTP reply. `headers` keeps repeated lines (WWW-Authenticate comes in several)."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    url: str = ""

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Every header line of that name."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())


class Failed(NamedTuple):
    """A request that got no reply: a sentence for a person. Not an exception, so that
    a flow can go on to the next well-known address."""

    reason: str
    refused: bool = False  # keyrack would not send it (a forbidden address, a redirect elsewhere)
    sent_to: str | None = None  # where a redirect that was not followed leads
    answered: bool = False  # there was a reply, which keyrack does not read
    setting: str = ""  # of keyrack's own file, that may help: as in KeyrackError


class Send(NamedTuple):
    """Send a request. Answered with Response or Failed."""

    request: Request


Sending = Generator[Send, Response | Failed, Any]  # a flow that only sends

"""What HTTP is to a flow: requests, replies, and the effect that sends one.

A flow is a generator that yields effects; its driver performs each and sends the result back. So a test
feeds canned replies, and nothing here needs a socket.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, TypeAlias, TypeVar

from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.secret import Secret

T = TypeVar("T")


class Request(NamedTuple):
    """One HTTP request. Headers and form fields may be Secrets; `net` reveals them."""

    method: str
    url: str
    headers: Mapping[str, str | Secret] = {}
    form: Mapping[str, str | Secret] | None = None
    json: Any = None
    content: bytes | None = None  # sent as it is; its Content-Type is one of the headers
    # Only read the head of the reply: an event stream never ends.
    stream: bool = False
    # Wait for the reply as long as a send may take. The request works only once, so a reply that nobody
    # waits for is lost (a rotating refresh token, an authorization code).
    once: bool = False
    # May be repeated, whatever its method, if its own origin redirects it with 307 or 308.
    repeatable: bool = False
    seconds: float | None = None  # the total time limit, if shorter than usual

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What it carries, and what a server may repeat in its reply."""
        values = (*self.headers.values(), *(self.form or {}).values())
        return tuple(value for value in values if isinstance(value, Secret))


class Response(NamedTuple):
    """One HTTP reply. `headers` keeps repeated lines, such as those of WWW-Authenticate."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    url: str = ""

    def header(self, name: str) -> str | None:
        """The first header with that name, ignoring case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Every header line with that name."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())


class Failed(NamedTuple):
    """A request that got no reply, with a sentence for the user. Not an exception, so that a flow can
    continue with the next well-known URL."""

    reason: str
    refused: bool = False  # keyrack refused to send it (a forbidden address, a redirect to another origin)
    sent_to: str | None = None  # the target of a redirect that was not followed
    answered: bool = False  # there was a reply, but keyrack did not read it
    setting: str = ""  # the setting in keyrack's own file that may help, as in KeyrackError


class BrokenOff(Exception):
    """A reply that ended before it was complete, with a sentence for the user."""


class Send(NamedTuple):
    """Send a request. The result is a Response or Failed."""

    request: Request


# A flow that only sends, and returns a T. What it is sent is typed as object, since Python's types can't
# tie an effect to its own reply; `send` does.
Sending: TypeAlias = Generator[Send, object, T]


def send(request: Request) -> Sending[Response | Failed]:
    """Send a request, and return what came of it."""
    reply = yield Send(request)
    assert isinstance(reply, Response | Failed)
    return reply

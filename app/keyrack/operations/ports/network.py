"""The interfaces to servers and to what is known of their services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import (
    TlsFiles,
)
from keyrack.domain.secret import Secret

if TYPE_CHECKING:
    from keyrack.domain.errors import BadServiceFile
    from keyrack.domain.service import Call, Service, ServiceAnswer
    from keyrack.domain.vendor import Vendor
    from keyrack.oauth.http import Failed, Request, Response
    from keyrack.system.interrupt import Interrupt

    ServiceReply = tuple[int, tuple[tuple[str, str], ...], Any]


class HttpClient(Protocol):
    """HTTP to a server and to the URLs that it names. Safe to use from any thread. Blocks, with a limit."""

    def send(self, request: Request, *, server_url: str) -> Response | Failed: ...
    def close(self) -> None: ...


class Callback(Protocol):
    """The loopback listener (RFC 8252, section 7.3)."""

    redirect_uri: str

    def expect(self, state: Any, stray: Callable[[dict[str, Any]], Any]) -> None: ...
    def wait(self, seconds: float) -> dict[str, Any] | None: ...
    def close(self) -> None: ...


class StreamReply(Protocol):
    """A reply whose body is read piece by piece. `close` it, also after an error."""

    status: int
    headers: tuple[tuple[str, str], ...]
    url: str

    def header(self, name: str) -> str | None: ...
    def all(self, name: str) -> tuple[str, ...]: ...

    def pieces(self) -> Iterator[bytes]:
        """Raises BrokenOff if it ends before it is complete."""
        ...

    def close(self) -> None: ...


class Streams(Protocol):
    """HTTP to one server's own origin, over connections that are kept. Safe to use from any thread."""

    def open(self, request: Request, interrupt: Interrupt) -> StreamReply | Failed:
        """Send a request, and return the head of the reply. `interrupt` ends it at any time."""
        ...

    def close(self) -> None: ...


def no_streams(server_url: str, *files: TlsFiles) -> Streams:
    """The default of `Adapters.streams`."""
    raise KeyrackError("There is no connection for a bridge here.")


class Services(Protocol):
    """The known services, and the known vendors of authorization servers.

    `service_for` and `problems` read files; don't call them in the screen's thread.
    """

    def service_for(self, url: str) -> Service | None:
        """The service of a server's URL; None if unknown."""
        ...

    def problems(self) -> tuple[BadServiceFile, ...]:
        """The user's own service files that can't be used."""
        ...

    def vendor_of(self, issuer: str) -> Vendor:
        """The vendor of an issuer; UNKNOWN for others."""
        ...

    def check_call(self, service: Service, fields: Mapping[str, Secret]) -> Call | None:
        """The request for the service's own check of the token. Raises KeyrackError if a field is missing."""
        ...

    def revoke_call(self, service: Service, fields: Mapping[str, Secret]) -> Call | None:
        """The request that revokes the token. Raises KeyrackError if a field is missing."""
        ...

    def may_send(self, service: Service, url: str) -> bool:
        """May the service's token go to this URL?"""
        ...

    # A reply is its status, its headers, and its JSON (None if it is not JSON).
    def read_check(self, service: Service, reply: ServiceReply) -> ServiceAnswer: ...
    def read_revoke(self, service: Service, reply: ServiceReply) -> ServiceAnswer: ...

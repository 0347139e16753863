"""A bridge's link to the server: sends requests with the credential, and with a renewed one after a 401."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from keyrack.domain.errors import KeyrackError, LoginNeeded, Temporary
from keyrack.domain.model import Server
from keyrack.domain.resource import origin, redirect_target
from keyrack.oauth.http import BrokenOff, Failed, Request, Response
from keyrack.operations.credential import other_headers
from keyrack.operations.ports import Adapters, StreamReply
from keyrack.operations.relay.credential import BridgeCredential
from keyrack.relay.replies import challenge_of, wants_scopes
from keyrack.system.interrupt import Interrupt

LARGEST = 256 * 1024 * 1024  # bytes of one message
MOST_REDIRECTS = 3


class Link:
    """Safe to use from any thread."""

    def __init__(
        self, adapters: Adapters, server: Server, tell: Callable[[str], Any], *, interactive: bool
    ) -> None:
        """Raises KeyrackError for a server without a URL, or with TLS files that can't be used."""
        assert server.url is not None
        self.url = server.url
        self.name = server.display_name
        self.tell = tell
        self._streams = adapters.streams(server.url, server.client.tls)
        self._others = other_headers(server)
        self._credential = BridgeCredential(adapters, server, tell, interactive=interactive)

    def close(self) -> None:
        self._streams.close()

    def send(
        self,
        method: str,
        headers: Mapping[str, str],
        interrupt: Interrupt,
        *,
        content: bytes | None = None,
        seconds: float | None = None,
        repeatable: bool = False,
        url: str | None = None,
    ) -> StreamReply:
        """Send a request to the server's URL, or to another one of its origin.

        Raises LoginNeeded, whose hint has the command, and Temporary or KeyrackError without a reply.
        """
        redirects, refusals = 0, 0
        while True:
            carried = self._credential.headers()
            request = Request(
                method,
                url or self.url,
                {**headers, **self._others, **carried},
                content=content,
                seconds=seconds,
                repeatable=repeatable,
            )
            reply = self._streams.open(request, interrupt)
            if isinstance(reply, Failed):
                if reply.refused:
                    raise KeyrackError(reply.reason)
                raise Temporary(reply.reason)
            challenge = challenge_of(reply.all("www-authenticate"))
            if reply.status == 401 or wants_scopes(reply.status, challenge):
                reply.close()
                refusals += 1
                if refusals == 1 and reply.status == 401:
                    self._credential.renew(carried, challenge)
                elif refusals <= 2:
                    self._credential.replace(carried, challenge)
                else:
                    raise LoginNeeded(f"{self.name} refuses the new token too.")
                continue
            if url is None and self._follows(method, reply) and redirects < MOST_REDIRECTS:
                redirects += 1
                reply.close()
                continue
            return reply

    def _follows(self, method: str, reply: StreamReply) -> bool:
        """Does the server's URL move within its origin? From now on, the new one is used."""
        if reply.status not in ((301, 302, 307, 308) if method == "GET" else (307, 308)):
            return False
        target = redirect_target(reply.url, reply.header("location") or "")
        if target is None or origin(target) != origin(self.url):
            return False
        self.url = target
        return True


def body_of(reply: StreamReply, limit: int = LARGEST) -> bytes:
    """The whole body; closes the reply. Raises BrokenOff, also for one that is larger than `limit`."""
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in reply.pieces():
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise BrokenOff(f"The response is larger than {limit // 1024 // 1024} MiB.")
    finally:
        reply.close()
    return b"".join(pieces)


def whole(reply: StreamReply) -> Response:
    """The reply with as much of its body as arrives; closes it."""
    try:
        body = body_of(reply)
    except BrokenOff:
        body = b""
    return Response(reply.status, reply.headers, body, reply.url)


def told(error: KeyrackError) -> str:
    """An error as one text, for a program that shows only that."""
    return " ".join(filter(None, (str(error), " ".join(error.hint.split("\n")))))

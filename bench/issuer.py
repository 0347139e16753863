"""A token endpoint that costs next to nothing: each refresh token brings a new pair of tokens.

Prints its port, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys

LIFE = 30  # seconds: so short that each credential is always due


class Endpoint(asyncio.Protocol):
    """Requests with a body of a stated length, one after the other on a connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._seen = transport, b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        asked, end, body = self._seen.partition(b"\r\n\r\n")
        length = int(asked.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        if not end or len(body) < length:
            return
        self._seen = body[length:]
        tokens = {"access_token": secrets.token_urlsafe(24), "refresh_token": secrets.token_urlsafe(24)}
        reply = json.dumps({**tokens, "token_type": "Bearer", "expires_in": LIFE}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(reply)}\r\n\r\n"
        self._transport.write(head.encode() + reply)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Endpoint, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())

"""MCP servers that ask for a login, each at a path of its own, and take their time to say so.

Prints its port, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys

REPLY = b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 0\r\n\r\n"


class Server(asyncio.Protocol):
    """Answers what comes first on a connection; a request is read to the end of its head."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if b"\r\n\r\n" in data:
            asyncio.get_running_loop().call_later(float(sys.argv[1]), self._transport.write, REPLY)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Server, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())

"""A stand-in for a remote MCP server that takes as little time as it can: it prints its port, and serves."""

from __future__ import annotations

import asyncio
import json
from typing import Any


class Connection(asyncio.Protocol):
    """Answers each POST with a stream of one event, as the SDKs' servers do."""

    def connection_made(self, transport: Any) -> None:
        self._transport, self._waiting = transport, b""

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, rest = self._waiting.partition(b"\r\n\r\n")
            lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
            length = next((int(value) for name, _, value in lines if name.lower() == b"content-length"), 0)
            if len(rest) < length:
                return
            body, self._waiting = rest[:length], rest[length:]
            self._transport.write(self._reply(head, body))

    def _reply(self, head: bytes, body: bytes) -> bytes:
        if not head.startswith(b"POST"):
            return b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n"
        message = json.loads(body)
        if "id" not in message:
            return b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
        result: dict[str, Any] = {"content": [{"type": "text", "text": "hello"}]}
        if message["method"] == "initialize":
            version = message["params"]["protocolVersion"]
            info = {"name": "bench", "version": "1"}
            result = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}
        answer = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
        event = b"event: message\r\ndata: " + answer + b"\r\n\r\n"
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: s\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(event), event)
        )


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

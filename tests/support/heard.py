"""What an MCP server hears: each request's method and the bearer token that came with it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Heard(NamedTuple):
    """A request that was answered."""

    method: str  # JSON-RPC's, such as "tools/call"; HTTP's where there was no body
    token: str  # "" without one
    status: int  # HTTP's


def listening(app: Any, heard: list[Heard]) -> Any:
    """The ASGI app, with a note of each request in `heard` before its answer goes out."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        body = b""

        async def receiving() -> Any:
            nonlocal body
            message = await receive()
            body += message.get("body", b"")
            return message

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                heard.append(Heard(_method(scope, body), _token(scope), message["status"]))
            await send(message)

        await app(scope, receiving, sending)

    return wrapped


def _method(scope: Any, body: bytes) -> str:
    try:
        return json.loads(body)["method"]
    except (ValueError, KeyError, TypeError):
        return scope["method"]


def _token(scope: Any) -> str:
    value = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    return value.removeprefix("Bearer ") if value.startswith("Bearer ") else ""

"""A bridge by the official SDK, to compare with: its stdio server joined to its HTTP client."""

from __future__ import annotations

import sys

import anyio
from mcp.client.streamable_http import streamable_http_client
from mcp.server.stdio import stdio_server


async def pump(source: object, target: object) -> None:
    async for message in source:  # type: ignore[attr-defined]
        await target.send(message)  # type: ignore[attr-defined]


async def main(url: str) -> None:
    async with (
        stdio_server() as (above, to_above),
        streamable_http_client(url) as (below, to_below),
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(pump, below, to_above)
        await pump(above, to_below)
        tasks.cancel_scope.cancel()


anyio.run(main, sys.argv[1])

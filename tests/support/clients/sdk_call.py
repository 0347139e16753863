"""sdk_call.py TOOL COMMAND…: one call by the official SDK's client, of version 1 or 2."""

from __future__ import annotations

import asyncio
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main(tool: str, command: str, *words: str) -> None:
    server = StdioServerParameters(command=command, args=list(words), env=dict(os.environ))
    async with stdio_client(server) as (reads, writes), ClientSession(reads, writes) as session:
        await session.initialize()
        assert tool in [each.name for each in (await session.list_tools()).tools]
        result = await session.call_tool(tool, {})
        print(*(getattr(part, "text", "") for part in result.content), sep="\n")


asyncio.run(main(*sys.argv[1:]))

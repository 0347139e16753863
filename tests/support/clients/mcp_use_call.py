"""mcp_use_call.py SERVER TOOL: one call through the mcp-use library, with the servers of ./mcp.json."""

import asyncio
import sys

from mcp_use import MCPClient  # pyright: ignore[reportMissingImports]  # it has a .venv of its own


async def main(server: str, tool: str) -> None:
    client = MCPClient(config="mcp.json")
    session = await client.create_session(server)
    result = await session.call_tool(tool, {})
    print(*(part.text for part in result.content), sep="\n")
    await client.close_all_sessions()


asyncio.run(main(*sys.argv[1:]))

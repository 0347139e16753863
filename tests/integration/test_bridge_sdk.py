"""The official SDK's client against its server, through the bridge."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CreateMessageResult, ElicitResult, ListRootsResult, Root, TextContent

from support.bridge import KEYRACK
from support.everything import LARGE, Everything, everything

OLD = ("legacy", "sse")


@pytest.fixture(scope="module", params=["stream", "json", "sse"])
def server(request: pytest.FixtureRequest) -> Iterator[Everything]:
    with everything(sse=request.param == "sse", json=request.param == "json", resumable=True) as found:
        yield found


def through(server: Everything, work: Callable[[Client], Awaitable[Any]], **options: Any) -> None:
    """Run `work` with a client that is connected through a bridge."""

    async def run() -> None:
        command = StdioServerParameters(command=KEYRACK, args=["bridge", server.url], env=dict(os.environ))
        with anyio.fail_after(60):
            async with Client(command, **options) as client:
                await work(client)

    anyio.run(run)


def text(result: Any) -> str:
    return result.content[0].text


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_tools_resources_and_prompts(server: Everything, mode: str) -> None:
    async def work(client: Client) -> None:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert {"echo", "wait"} <= names
        assert text(await client.call_tool("echo", {"text": "ö\n\u2028 "})) == "ö\n\u2028 "
        assert [str(each.uri) for each in (await client.list_resources()).resources] == ["note://today"]
        assert (await client.read_resource("note://zoë")).contents[0].text == "the note zoë"  # type: ignore
        assert [each.name for each in (await client.list_prompts()).prompts] == ["greet"]
        prompt = await client.get_prompt("greet", {"name": "Zoë"})
        assert prompt.messages[0].content.text == "Greet Zoë."  # type: ignore

    through(server, work, mode=mode)


def test_progress_arrives_before_the_response(server: Everything) -> None:
    steps: list[float] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        steps.append(progress)

    async def work(client: Client) -> None:
        assert text(await client.call_tool("count", {"to": 20}, progress_callback=on_progress)) == "counted"

    through(server, work, mode="legacy")
    if "mcp" not in server.url or steps:  # a server that answers in JSON sends none
        assert steps == list(range(1, 21))

"""An MCP server of the official SDK's with everything that the protocol has, on a real socket."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.streamable_http import EventCallback, EventId, EventMessage, EventStore, StreamId
from mcp_types import JSONRPCMessage, SamplingMessage, TextContent
from pydantic import BaseModel

from keyrack.demo.loopback import Loopback
from support.heard import Heard, listening

LARGE = 20 * 1024 * 1024  # characters


class Favourite(BaseModel):
    colour: str


class Events(EventStore):
    """Keeps all events, so that streams can be resumed."""

    def __init__(self) -> None:
        self._events: list[tuple[StreamId, JSONRPCMessage | None]] = []

    async def store_event(self, stream_id: StreamId, message: JSONRPCMessage | None) -> EventId:
        self._events.append((stream_id, message))
        return str(len(self._events))

    async def replay_events_after(
        self, last_event_id: EventId, send_callback: EventCallback
    ) -> StreamId | None:
        stream_id = self._events[int(last_event_id) - 1][0]
        for number, (stream, message) in enumerate(self._events, 1):
            if number > int(last_event_id) and stream == stream_id and message is not None:
                await send_callback(EventMessage(message, str(number)))
        return stream_id


class Everything:
    """The server, and what became of its calls."""

    def __init__(self) -> None:
        self.server = MCPServer("everything", log_level="CRITICAL")
        self.heard: list[Heard] = []
        self.cancelled: list[str] = []
        self.started: list[str] = []
        self.url = ""
        self.is_sse = False
        self._define()

    @staticmethod
    def pause() -> None:
        """For a loop that waits for a condition."""
        time.sleep(0.01)

    def _define(self) -> None:
        tool = self.server.tool

        @tool()
        def echo(text: str) -> str:
            return text

        @tool()
        def large() -> str:
            return "x" * LARGE

        @tool()
        def length(text: str) -> int:
            return len(text)

        @tool()
        async def count(to: int, context: Context) -> str:
            for number in range(to):
                await context.report_progress(number + 1, to, f"step {number + 1}")
            return "counted"

        @tool()
        async def count_slowly(context: Context) -> str:
            for number in range(20):
                await context.report_progress(number + 1)
                await anyio.sleep(0.1)
            return "counted"

        @tool()
        async def wait(context: Context) -> str:
            self.started.append("wait")
            try:
                await anyio.sleep(600)
            except BaseException:
                self.cancelled.append("wait")
                raise
            return "waited"

        @tool()
        async def ask_model(question: str, context: Context) -> str:
            said = SamplingMessage(role="user", content=TextContent(type="text", text=question))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                reply = await context.session.create_message(
                    [said], max_tokens=10, related_request_id=context.request_id
                )
            assert isinstance(reply.content, TextContent)
            return reply.content.text

        @tool()
        async def ask_person(context: Context) -> str:
            reply = await context.elicit("Which colour?", Favourite)
            return reply.data.colour if reply.action == "accept" else reply.action

        @tool()
        async def roots(context: Context) -> list[str]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                listed = await context.session.list_roots()
            return [str(root.uri) for root in listed.roots]

        @tool()
        async def hang_up(context: Context) -> str:
            """The stream of this call is cut before its response."""
            await context.close_sse_stream()
            await anyio.sleep(0.2)
            return "after the cut"

        @tool()
        async def add_tool(context: Context) -> str:
            self.server.add_tool(lambda: "new", name="added")
            await context.session.send_tool_list_changed()
            await context.notify_tools_changed()
            return "added"

        @self.server.resource("note://today")
        def today() -> str:
            return "a note"

        @self.server.resource("note://{name}")
        def note(name: str) -> str:
            return f"the note {name}"

        @self.server.prompt()
        def greet(name: str) -> str:
            return f"Greet {name}."


@contextmanager
def everything(*, sse: bool = False, json: bool = False, resumable: bool = False) -> Iterator[Everything]:
    """`sse`: by the transport of 2024-11-05. `json`: responses without a stream."""
    found = Everything()
    found.is_sse = sse
    with Loopback() as loopback:
        sock, base = loopback.reserve()
        if sse:
            app: Any = found.server.sse_app()
            found.url = f"{base}/sse"
        else:
            app = found.server.streamable_http_app(
                json_response=json,
                event_store=Events() if resumable else None,
                retry_interval=50 if resumable else None,
                max_request_body_size=64 * 1024 * 1024,
            )
            found.url = f"{base}/mcp"
        loopback.serve(sock, listening(app, found.heard))
        yield found

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
from support.everything import Everything, everything


@pytest.fixture(scope="module", params=["stream", "sse"])
def server(request: pytest.FixtureRequest) -> Iterator[Everything]:
    with everything(sse=request.param == "sse", resumable=True) as found:
        yield found


@pytest.fixture(scope="module")
def json_server() -> Iterator[Everything]:
    with everything(json=True) as found:
        yield found


def through(server: Everything, work: Callable[[Client], Awaitable[Any]], **options: Any) -> None:
    """Run `work` with a client that is connected through a bridge."""

    async def run() -> None:
        command = StdioServerParameters(command=KEYRACK, args=["bridge", server.url], env=dict(os.environ))
        with anyio.fail_after(60):
            async with Client(command, **options) as client:
                await work(client)

    anyio.run(run)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  # the server is in another thread
        await anyio.sleep(0.01)


def text(result: Any) -> str:
    return result.content[0].text


async def look_around(client: Client) -> None:
    names = {tool.name for tool in (await client.list_tools()).tools}
    assert {"echo", "wait"} <= names
    assert text(await client.call_tool("echo", {"text": "ö\n\u2028 "})) == "ö\n\u2028 "
    assert [str(each.uri) for each in (await client.list_resources()).resources] == ["note://today"]
    assert (await client.read_resource("note://zoë")).contents[0].text == "the note zoë"  # type: ignore
    assert [each.name for each in (await client.list_prompts()).prompts] == ["greet"]
    prompt = await client.get_prompt("greet", {"name": "Zoë"})
    assert prompt.messages[0].content.text == "Greet Zoë."  # type: ignore


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_tools_resources_and_prompts(server: Everything, mode: str) -> None:
    through(server, look_around, mode=mode)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_same_from_a_server_that_answers_in_json(json_server: Everything, mode: str) -> None:
    through(json_server, look_around, mode=mode)


def test_progress_arrives_before_the_response(server: Everything) -> None:
    steps: list[float] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        steps.append(progress)

    async def work(client: Client) -> None:
        assert text(await client.call_tool("count", {"to": 20}, progress_callback=on_progress)) == "counted"

    through(server, work, mode="legacy")
    assert steps == list(range(1, 21))


async def model(context: Any, params: Any) -> CreateMessageResult:
    asked = params.messages[0].content.text
    return CreateMessageResult(
        role="assistant", content=TextContent(type="text", text=f"{asked} Yes."), model="m"
    )


async def person(context: Any, params: Any) -> ElicitResult:
    return ElicitResult(action="accept", content={"colour": "green"})


async def folders(context: Any) -> ListRootsResult:
    return ListRootsResult(roots=[Root(uri="file:///work")])  # type: ignore[arg-type]


def test_a_server_asks_the_program_for_a_model_a_person_and_its_roots(server: Everything) -> None:
    async def work(client: Client) -> None:
        assert text(await client.call_tool("ask_model", {"question": "Really?"})) == "Really? Yes."
        assert text(await client.call_tool("ask_person")) == "green"
        assert text(await client.call_tool("roots")) == "file:///work"

    callbacks: dict[str, Any] = {
        "sampling_callback": model, "elicitation_callback": person, "list_roots_callback": folders
    }  # fmt: skip
    through(server, work, mode="legacy", **callbacks)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_cancelled_call_ends_at_the_server_and_others_go_on(server: Everything, mode: str) -> None:
    server.started.clear()
    server.cancelled.clear()

    async def work(client: Client) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "wait")
            await until(lambda: bool(server.started))
            assert text(await client.call_tool("echo", {"text": "meanwhile"})) == "meanwhile"
            tasks.cancel_scope.cancel()
        await until(lambda: bool(server.cancelled))
        assert text(await client.call_tool("echo", {"text": "after"})) == "after"

    through(server, work, mode=mode)


def test_a_hundred_calls_at_once_are_all_answered(server: Everything) -> None:
    answers: list[str] = []

    async def work(client: Client) -> None:
        async def call(number: int) -> None:
            answers.append(text(await client.call_tool("echo", {"text": str(number)})))

        async with anyio.create_task_group() as tasks:
            for number in range(100):
                tasks.start_soon(call, number)

    through(server, work, mode="legacy")
    assert sorted(map(int, answers)) == list(range(100))


def test_a_server_tells_of_a_change_by_itself(server: Everything) -> None:
    told: list[str] = []

    async def hear(message: Any) -> None:
        told.append(type(message).__name__)

    async def work(client: Client) -> None:
        await until(lambda: server.is_sse or any(each.method == "GET" for each in server.heard))
        await client.call_tool("add_tool")
        await until(lambda: any("ToolListChanged" in each for each in told))

    server.heard.clear()
    through(server, work, mode="legacy", message_handler=hear)


def test_a_subscription_of_the_newest_revision_tells_of_a_change() -> None:
    async def work(client: Client) -> None:
        async with client.listen(tools_list_changed=True) as changes:
            await client.call_tool("add_tool")
            async for _ in changes:
                return

    with everything() as server:
        through(server, work)


def test_a_call_whose_stream_was_cut_is_resumed() -> None:
    async def work(client: Client) -> None:
        assert text(await client.call_tool("hang_up")) == "after the cut"

    with everything(resumable=True) as server:
        through(server, work, mode="legacy")
        assert [each.method for each in server.heard].count("tools/call") == 1

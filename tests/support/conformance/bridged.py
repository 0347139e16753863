"""The official SDK's client as the suite's, through `keyrack bridge`: `bridged.py http://localhost:PORT/mcp`."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult
from pydantic import ValidationError

KEYRACK = str(Path(sys.executable).with_name("keyrack"))
NOT_GIVEN = (MCPError, ValidationError)  # some of the suite's servers answer with an empty result
SAMPLES = {"string": "x", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}


async def accept(context: Any, params: Any) -> ElicitResult:
    """A person who leaves each field as it is."""
    fields: dict[str, Any] = getattr(params, "requested_schema", {}).get("properties", {})
    defaults = {name: field["default"] for name, field in fields.items() if "default" in field}
    return ElicitResult(action="accept", content=defaults)


async def main(url: str) -> None:
    version = os.environ.get("MCP_CONFORMANCE_PROTOCOL_VERSION", "2025-11-25")
    context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    bridge = StdioServerParameters(command=KEYRACK, args=["bridge", url], env=dict(os.environ))
    mode = "auto" if version >= "2026" else "legacy"
    async with Client(bridge, mode=mode, elicitation_callback=accept) as client:
        tools = (await client.list_tools()).tools
        calls = [(each["name"], each["arguments"]) for each in context.get("toolCalls", ())]
        calls = calls or [(tool.name, arguments_of(tool.input_schema)) for tool in tools]
        for name, arguments in calls:
            if name == "json_schema_echo":
                arguments = {"schema": next(tool.input_schema for tool in tools if tool.name != name)}
            with suppress(*NOT_GIVEN):
                await client.call_tool(name, arguments)
        with suppress(*NOT_GIVEN):
            for resource in (await client.list_resources()).resources:
                await client.read_resource(resource.uri)
        with suppress(*NOT_GIVEN):
            for prompt in (await client.list_prompts()).prompts:
                await client.get_prompt(prompt.name, {})


def arguments_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        name: SAMPLES.get(field.get("type", "string"), "x")
        for name, field in schema.get("properties", {}).items()
    }


anyio.run(main, sys.argv[1])

"""The headers of streamable HTTP: with a session, and without one since 2026-07-28."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.shared.inbound import decode_header_value, find_invalid_x_mcp_header, x_mcp_header_map

from keyrack.relay.headers import MOST_MARKED, argument_headers_of, header_value, headers_of
from keyrack.relay.message import Message, read

BASE = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
META = {"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}}


def message(method: str, **params: Any) -> Message:
    return read(json.dumps({"id": 1, "method": method, "params": params}).encode())


def test_initialize_is_sent_without_a_session() -> None:
    headers = headers_of(message("initialize"), session="s", version="2025-06-18", tools={})
    assert headers == BASE


def test_what_follows_has_the_session_and_the_revision() -> None:
    headers = headers_of(message("tools/list"), session="s", version="2025-06-18", tools={})
    assert headers == BASE | {"Mcp-Session-Id": "s", "MCP-Protocol-Version": "2025-06-18"}


def test_a_request_of_2026_repeats_its_method_and_name_and_has_no_session() -> None:
    headers = headers_of(message("tools/call", name="x", **META), session="s", version="v", tools={})
    expected = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "x"}
    assert headers == BASE | expected


def test_a_resource_is_named_by_its_uri() -> None:
    headers = headers_of(message("resources/read", uri="a://ö", **META), session="", version="", tools={})
    assert decode_header_value(headers["Mcp-Name"]) == "a://ö"


def test_arguments_that_the_schema_marks_are_repeated() -> None:
    schema = {
        "properties": {
            "where": {"type": "string", "x-mcp-header": "Region"},
            "deep": {"properties": {"n": {"type": "integer", "x-mcp-header": "N"}}},
            "on": {"type": "boolean", "x-mcp-header": "On"},
            "not": {"type": "string"},
        }
    }
    paths = argument_headers_of(schema)
    call = message("tools/call", name="x", arguments={"where": "eu", "deep": {"n": 3}, "on": True}, **META)
    headers = headers_of(call, session="", version="", tools={"x": paths})
    assert {name: value for name, value in headers.items() if name.startswith("Mcp-Param")} == {
        "Mcp-Param-Region": "eu", "Mcp-Param-N": "3", "Mcp-Param-On": "true"
    }  # fmt: skip
    assert "Mcp-Param-Region" not in headers_of(
        message("tools/call", name="x", arguments={}, **META), session="", version="", tools={"x": paths}
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"type": "number", "x-mcp-header": "A"},
        {"type": "string", "x-mcp-header": "A B"},
        {"type": "string", "x-mcp-header": "Region"},
        {"type": "string", "x-mcp-header": 3},
    ],
)
def test_no_headers_are_made_of_a_schema_whose_marks_are_not_valid(bad: dict[str, Any]) -> None:
    schema = {"properties": {"where": {"type": "string", "x-mcp-header": "region"}, "bad": bad}}
    assert find_invalid_x_mcp_header(schema) is not None  # the SDK's opinion
    assert argument_headers_of(schema) == {}


def test_a_schema_can_neither_name_countless_headers_nor_be_endlessly_deep() -> None:
    mark = {"type": "string", "x-mcp-header": "A"}
    wide = {f"a{n}": mark | {"x-mcp-header": f"A{n}"} for n in range(MOST_MARKED)}
    assert len(argument_headers_of({"properties": wide})) == MOST_MARKED
    assert argument_headers_of({"properties": wide | {"more": mark}}) == {}
    deep: dict[str, Any] = {"properties": {"a": mark}}
    for _ in range(2000):
        deep = {"properties": {"a": deep}}
    assert argument_headers_of(deep) == {}


def test_the_marks_are_those_that_the_sdk_finds() -> None:
    schema = {"properties": {"a": {"properties": {"b": {"type": "string", "x-mcp-header": "B"}}}}}
    assert argument_headers_of(schema) == x_mcp_header_map(schema)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_value_can_be_a_header(value: str) -> None:
    coded = header_value(value)
    assert coded.isascii() and coded.isprintable() and coded == coded.strip()
    assert decode_header_value(coded) == value

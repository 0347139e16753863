"""The headers that MCP's streamable HTTP transport sends with a message."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from keyrack.relay.message import Message

ACCEPT = "application/json, text/event-stream"
NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
SAFE = re.compile(r"[\x20-\x7e]*")
CODED = re.compile(r"=\?base64\?.*\?=")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
MOST_MARKED = 100  # arguments of one tool: more headers than that are not sent
DEEPEST = 50  # levels of `properties`
MARK = "x-mcp-header"  # in a tool's schema: this argument is sent in a header too

Paths = Mapping[tuple[str, ...], str]  # the arguments that go into headers, with the headers' names


def headers_of(message: Message, *, session: str, version: str, tools: Mapping[str, Paths]) -> dict[str, str]:
    """`session` and `version` are what `initialize` agreed on, or "".

    A request of 2026-07-28 or later names its revision itself, and its headers repeat parts of it: its
    method, its name, and the arguments that the tool's schema marks (from `tools`). It has no session.
    """
    headers = {"Content-Type": "application/json", "Accept": ACCEPT}
    own = message.version
    if own:
        headers["MCP-Protocol-Version"] = header_value(own)
        headers["Mcp-Method"] = header_value(message.method)
        name = message.params.get(NAMED_BY.get(message.method, ""))
        if isinstance(name, str):
            headers["Mcp-Name"] = header_value(name)
            if message.method == "tools/call":
                headers |= _argument_headers(tools.get(name, {}), message.params.get("arguments"))
        return headers
    if message.method == "initialize":
        return headers
    return headers | session_headers(session, version)


def session_headers(session: str, version: str) -> dict[str, str]:
    """The headers of every request after `initialize`, before 2026-07-28."""
    headers = {"Mcp-Session-Id": session} if session else {}
    return headers | ({"MCP-Protocol-Version": version} if version else {})


def header_value(value: str) -> str:
    """The value, in base64 if a header would not carry it unchanged."""
    if SAFE.fullmatch(value) and value == value.strip() and not CODED.fullmatch(value):
        return value
    return f"=?base64?{base64.b64encode(value.encode('utf-8', 'replace')).decode()}?="


def argument_headers_of(schema: object) -> Paths:
    """The marked arguments of a tool's input schema: strings, integers and booleans at any depth of
    `properties`. Empty if one of the marks is not valid: a client must not use such a tool's headers."""
    found: dict[tuple[str, ...], str] = {}
    lower: set[str] = set()
    for path, marked, kind in _marks(schema, ()):
        is_new = isinstance(marked, str) and marked.lower() not in lower
        if not (is_new and TOKEN.fullmatch(marked) and kind in ("string", "integer", "boolean")):
            return {}
        if len(found) == MOST_MARKED:
            return {}
        found[path] = marked
        lower.add(marked.lower())
    return found


def _marks(schema: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    properties = schema.get("properties") if isinstance(schema, dict) and len(path) < DEEPEST else None
    for name, each in properties.items() if isinstance(properties, dict) else ():
        if isinstance(each, dict) and MARK in each:
            yield (*path, name), each[MARK], each.get("type")
        yield from _marks(each, (*path, name))


def _argument_headers(paths: Paths, arguments: object) -> dict[str, str]:
    headers: dict[str, str] = {}
    for path, name in paths.items():
        value = arguments
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, str | int | float):
            headers[f"Mcp-Param-{name}"] = header_value(str(value))
    return headers

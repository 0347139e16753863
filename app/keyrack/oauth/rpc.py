"""What JSON-RPC replies say about a server (MCP's transports)."""

from __future__ import annotations

import re
from typing import Any

from keyrack.oauth.document import BadDocument, read_object
from keyrack.oauth.http import Failed, Response

DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # the form of MCP's revisions
UNSUPPORTED_VERSION, MODERN_HEADERS, NO_METHOD = -32022, (-32020, -32021), -32601


def _message(reply: Response) -> dict[str, Any]:
    """The JSON-RPC message of a JSON reply, or of the first events of a stream."""
    if "text/event-stream" in (reply.header("Content-Type") or ""):
        for line in reply.body.splitlines():
            if line.startswith(b"data:"):
                try:
                    message = read_object(line[5:])
                except BadDocument:
                    continue
                if "result" in message or "error" in message:
                    return message
        return {}
    try:
        return read_object(reply.body)
    except BadDocument:
        return {}


def has_result(reply: Response | Failed) -> bool:
    return isinstance(reply, Response) and isinstance(_message(reply).get("result"), dict)


def result_of(reply: Response) -> dict[str, Any]:
    return _message(reply)["result"]


def is_modern(reply: Response | Failed) -> bool:
    """Does this response to `server/discover` come from a server of 2026-07-28 or later?"""
    if isinstance(reply, Failed):
        return False
    code = _rpc_error(reply).get("code")
    return (
        (reply.status == 200 and has_result(reply))
        or (reply.status == 400 and code in MODERN_HEADERS)
        or (reply.status == 404 and code == NO_METHOD)
    )


def is_modern_error(reply: Response | Failed) -> bool:
    """Does this response to `initialize` show that the server no longer supports it?"""
    if isinstance(reply, Failed) or reply.status == 200:
        return False
    return is_modern(reply) or _rpc_error(reply).get("code") == UNSUPPORTED_VERSION


def offered_version(reply: Response | Failed) -> str | None:
    """The newest revision that a modern server offers, if it does not support ours."""
    if isinstance(reply, Failed) or reply.status != 400:
        return None
    error = _rpc_error(reply)
    data = error.get("data")
    supported = data.get("supported") if isinstance(data, dict) else None
    if error.get("code") != UNSUPPORTED_VERSION or not isinstance(supported, list):
        return None
    versions = [v for v in supported if isinstance(v, str) and DATED.fullmatch(v)]
    return max(versions, default=None)


def _rpc_error(reply: Response) -> dict[str, Any]:
    error = _message(reply).get("error")
    return error if isinstance(error, dict) else {}

"""What a bridge must know of a JSON-RPC message, which is passed on as the bytes that arrived."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from keyrack.domain.named_tuple import NamedTuple

Kind = Literal["request", "notification", "response", "batch", "other"]
Id: TypeAlias = str | int | float | None

META_VERSION = "io.modelcontextprotocol/protocolVersion"  # in `_meta`, since 2026-07-28
INTERNAL = -32603
BROKEN = -32700  # not JSON


class NotAMessage(ValueError):
    """The bytes are not JSON, or can't be a JSON-RPC message."""


class Message(NamedTuple):
    """One JSON-RPC message, or a batch of them (MCP 2025-03-26)."""

    raw: bytes
    kind: Kind
    ids: tuple[Id, ...] = ()  # of the requests in it, which are owed a response
    method: str = ""
    params: Mapping[str, Any] = {}
    answers: tuple[Id, ...] = ()  # the requests that it answers
    result: Any = None  # of a response

    @property
    def version(self) -> str:
        """The revision that the message names itself, as all requests do since 2026-07-28; else ""."""
        meta = self.params.get("_meta")
        version = meta.get(META_VERSION) if isinstance(meta, dict) else None
        return version if isinstance(version, str) else ""


def read(raw: bytes) -> Message:
    """The message in these bytes. Raises NotAMessage."""
    try:
        found = json.loads(raw.decode("utf-8-sig"))  # not what json takes bytes for: a program expects UTF-8
    except (ValueError, RecursionError):
        raise NotAMessage("It is not JSON.") from None
    if isinstance(found, list):
        each = [_one(raw, item) for item in found]
        ids = tuple(id for one in each for id in one.ids)
        return Message(raw, "batch", ids, answers=tuple(id for one in each for id in one.answers))
    return _one(raw, found)


def _one(raw: bytes, found: object) -> Message:
    if not isinstance(found, dict):
        raise NotAMessage("It is not a JSON-RPC message.")
    method, id, params = found.get("method"), found.get("id"), found.get("params")
    if not isinstance(id, str | int | float | None):
        raise NotAMessage("Its id is neither a string nor a number.")
    if isinstance(method, str):
        kind = "request" if "id" in found else "notification"
        ids = (id,) if kind == "request" else ()
        return Message(raw, kind, ids, method, params if isinstance(params, dict) else {})
    if "result" in found or "error" in found:
        return Message(raw, "response", answers=(id,), result=found.get("result"))
    return Message(raw, "other")


def line_of(raw: bytes) -> bytes:
    """The message on one line. JSON has line breaks only between its tokens, and no byte-order mark."""
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if b"\n" in raw or b"\r" in raw:
        return raw.replace(b"\r", b" ").replace(b"\n", b" ").strip()
    return raw


def error_line(id: Id, sentence: str, code: int = INTERNAL) -> bytes:
    """A response with an error, for a request that gets no other."""
    error = {"code": code, "message": sentence}
    return json.dumps({"jsonrpc": "2.0", "id": id, "error": error}).encode()


def with_id(raw: bytes, id: Id) -> bytes:
    """The response with another id."""
    return json.dumps({**json.loads(raw), "id": id}).encode()

"""A model server that thinks nothing, so that a program's session can call tools without an account.

"Use NAME." in the last message, and it calls that tool; a tool's result there, and it says what it got;
anything else, and it says "ok". It speaks Anthropic's Messages API.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

WANTED = re.compile(r"Use (\w[\w.-]*\w)\.")


class Turn(NamedTuple):
    """What the model does: calls a tool, or says something."""

    tool: str = ""
    says: str = "ok"


@contextmanager
def serving_model() -> Iterator[str]:
    """Its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        if not self.path.partition("?")[0].endswith("/messages"):
            self._answer("application/json", b"{}", 404)
            return
        message, events = anthropic(request, decide(request.get("messages", []), bool(request.get("tools"))))
        if request.get("stream"):
            lines = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]
            self._answer("text/event-stream", "".join(lines).encode())
        else:
            self._answer("application/json", json.dumps(message).encode())

    def _answer(self, kind: str, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def decide(messages: list[Any], has_tools: bool) -> Turn:
    """The model's turn after these messages. Programs also ask for titles and the like, without tools."""
    for message in reversed(messages):
        if message.get("role") == "assistant":
            break
        if result := list(_results(message.get("content"))):
            return Turn(says=" ".join(result))
        wanted = WANTED.findall(" ".join(_texts(message.get("content"))))
        if wanted and has_tools:
            return Turn(tool=wanted[-1])
    return Turn()


def anthropic(request: Any, turn: Turn) -> tuple[Any, list[Any]]:
    """The message, and the events of which a stream of it consists."""
    if turn.tool:
        block: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": turn.tool, "input": {}}
        delta: dict[str, Any] = {"type": "input_json_delta", "partial_json": "{}"}
        empty = block
    else:
        block = {"type": "text", "text": turn.says}
        delta = {"type": "text_delta", "text": turn.says}
        empty = {"type": "text", "text": ""}
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request.get("model", "none"),
        "content": [block],
        "stop_reason": "tool_use" if turn.tool else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    return message, [
        {"type": "message_start", "message": message | {"content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    ]


def _results(content: Any) -> Iterator[str]:
    for part in content if isinstance(content, list) else ():
        if part.get("type") == "tool_result":
            yield " ".join(_texts(part.get("content")))


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else ():
        if part.get("type") == "text":
            yield part["text"]

"""A model server that thinks nothing, so that a program's session can call tools without an account.

"Use NAME." in the last message, and it calls that tool; a tool's result there, and it says what it got;
anything else, and it says "ok". With "After 5 seconds, use NAME again." it calls that tool so long after the
first result. It speaks as Anthropic's Messages, OpenAI's Chat Completions and Gemini do.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from support.clients.model_replies import Reply, anthropic, chat, gemini

WANTED = re.compile(r"Use (\w[\w.-]*\w)\.")
AGAIN = re.compile(r"After (\d+) seconds, use (\w[\w.-]*\w) again\.")
REPLIES = {"/messages": anthropic, "/chat/completions": chat, "enerateContent": gemini}
TEXT = ("text", "content", "parts", "functionResponse", "response", "result", "output")


class Turn(NamedTuple):
    """What the model does: calls a tool, or says something."""

    tool: str = ""
    says: str = "ok"
    after: int = 0  # seconds to wait before


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

    def do_GET(self) -> None:
        models = {"object": "list", "data": [{"id": "none", "object": "model"}]}
        self._answer("application/json", json.dumps(models).encode())

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        path = self.path.partition("?")[0]
        reply = next((REPLIES[end] for end in REPLIES if path.endswith(end)), None)
        if reply is None:  # the counting of tokens and the like
            self._answer("application/json", b"{}", 404)
            return
        turn = decide(request.get("messages") or request.get("contents") or [], bool(request.get("tools")))
        time.sleep(turn.after)
        self._say(
            reply(request.get("model", "none"), turn.tool, turn.says),
            request.get("stream") or "stream" in path,
        )

    def _say(self, reply: Reply, streams: bool) -> None:
        if not streams:
            self._answer("application/json", json.dumps(reply.whole).encode())
            return
        lines = [
            (f"event: {event['type']}\n" if "type" in event else "") + f"data: {json.dumps(event)}\n\n"
            for event in reply.events
        ]
        self._answer("text/event-stream", ("".join(lines) + reply.end).encode())

    def _answer(self, kind: str, body: bytes, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def decide(messages: list[Any], has_tools: bool) -> Turn:
    """The model's turn after these messages. Programs also ask for titles and the like, without tools."""
    for message in reversed(messages):
        if message.get("role") in ("assistant", "model"):
            break
        if result := list(_results(message)):
            again = AGAIN.findall(" ".join(each for before in messages for each in _texts(before)))
            if again and sum(bool(list(_results(each))) for each in messages) == 1:
                return Turn(tool=again[-1][1], after=int(again[-1][0]))
            return Turn(says=" ".join(result))
        wanted = WANTED.findall(" ".join(_texts(message)))
        if wanted and has_tools:
            return Turn(tool=wanted[-1])
    return Turn()


def _results(message: Any) -> Iterator[str]:
    """The texts of the tools' results in a message, beside which there may be reminders."""
    if message.get("role") == "tool":
        yield from _texts(message)
    parts = message.get("content") or message.get("parts")
    for part in parts if isinstance(parts, list) else ():
        if part.get("type") == "tool_result" or "functionResponse" in part:
            yield from _texts(part)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for key in TEXT:
            yield from _texts(value.get(key))

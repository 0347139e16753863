"""An MCP server and its authorization server on one real socket, unusual wherever a test wants it.

`OddServer(routes)` is well-behaved but for the routes that it is given: an Answer, or a function that
makes one of what was asked.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode

PRM = "/.well-known/oauth-protected-resource"
META = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"


class Asked(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def rpc(self) -> str:
        """The JSON-RPC method, or ""."""
        try:
            return json.loads(self.body)["method"]
        except (ValueError, KeyError, TypeError):
            return ""


class Answer(NamedTuple):
    status: int = 200
    body: Any = b""  # bytes as they are, anything else as JSON
    headers: Mapping[str, str] = {}


NOT_THERE = Answer(404)
HANG_UP = Answer(0)  # the connection is closed without a word
SILENCE = Answer(-1)  # nothing is said until the server ends
Route = Answer | Callable[[Asked], Answer]


class OddServer:
    def __init__(self, routes: Mapping[str, Route] | None = None) -> None:
        self.asked: list[Asked] = []
        self.tokens: set[str] = set()
        self.guarded: Callable[[str], bool] = lambda rpc: True  # does this JSON-RPC method need a token?
        self.challenge = "Bearer"
        self._end = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.port = self._http.server_port
        self.base = f"http://127.0.0.1:{self.port}"
        self.other = f"http://localhost:{self.port}"  # the same socket, and another origin
        self.url = self.base + "/mcp"
        self.routes: dict[str, Route] = {
            "POST /mcp": self.mcp,
            f"GET {PRM}/mcp": lambda _: Answer(body=self.resource()),
            f"GET {META}": lambda _: Answer(body=self.metadata()),
            "POST /register": lambda asked: Answer(201, {**json.loads(asked.body), "client_id": "c-1"}),
            "GET /authorize": self.authorize,
            "POST /token": self.token,
            **(routes or {}),
        }

    def resource(self, **changes: Any) -> dict[str, Any]:
        return {"resource": self.url, "authorization_servers": [self.base], **changes}

    def metadata(self, issuer: str = "", **changes: Any) -> dict[str, Any]:
        issuer = issuer or self.base
        at = issuer.rstrip("/")
        return {
            "issuer": issuer,
            "authorization_endpoint": at + "/authorize",
            "token_endpoint": at + "/token",
            "registration_endpoint": at + "/register",
            "code_challenge_methods_supported": ["S256"],
            **changes,
        }

    def mcp(self, asked: Asked) -> Answer:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if self.guarded(asked.rpc) and token not in self.tokens:
            return Answer(401, headers={"WWW-Authenticate": self.challenge})
        if asked.rpc not in ("initialize", "tools/list", "tools/call"):
            return Answer(202 if asked.rpc.startswith("notifications/") else 400)
        result = {"protocolVersion": "2025-06-18"} if asked.rpc == "initialize" else {"tools": []}
        return Answer(body={"jsonrpc": "2.0", "id": json.loads(asked.body)["id"], "result": result})

    def authorize(self, asked: Asked) -> Answer:
        back = urlencode({"code": "code-1", "state": asked.query["state"]})
        return Answer(302, headers={"Location": f"{asked.query['redirect_uri']}?{back}"})

    def token(self, _: Asked) -> Answer:
        token = f"at-{len(self.tokens)}"
        self.tokens.add(token)
        return Answer(body={"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def to(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do(self) -> None:
                path, _, query = self.path.partition("?")
                fields = {key: values[0] for key, values in parse_qs(query).items()}
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                names = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, path, fields, names, body)
                server.asked.append(asked)
                route = server.routes.get(f"{self.command} {path}", NOT_THERE)
                self.say(route(asked) if callable(route) and not isinstance(route, Answer) else route)

            def say(self, answer: Answer) -> None:
                if answer == SILENCE:
                    server._end.wait()
                if answer.status <= 0:
                    self.close_connection = True
                    return
                body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                try:
                    self.send_response(answer.status)
                    for name, value in answer.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the client went away

            do_GET = do_POST = do_DELETE = do

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def _serve(self) -> None:
        self._http.serve_forever(0.05)

    def _stop(self) -> None:
        self._end.set()
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def odd_server(routes: Mapping[str, Route] | None = None) -> Iterator[OddServer]:
    server = OddServer(routes)
    thread = threading.Thread(target=server._serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server._stop()
        thread.join(10)

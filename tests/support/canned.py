"""Canned servers: a function from a request to a reply, and a driver that performs a flow on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from keyrack.domain.secret import Secret
from keyrack.oauth.effects import BindCallback, SignIn, Step
from keyrack.oauth.http import Failed, Request, Response, Send

URL = "https://mcp.example/mcp"
ISSUER = "https://auth.example"
PRM = "https://mcp.example/.well-known/oauth-protected-resource/mcp"
PRM_ROOT = "https://mcp.example/.well-known/oauth-protected-resource"
META = ISSUER + "/.well-known/oauth-authorization-server"
REDIRECT = "http://127.0.0.1:8085/callback"


def reply(body: Any = None, status: int = 200, **headers: str) -> Response:
    lines = tuple((key.replace("_", "-"), value) for key, value in headers.items())
    raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    return Response(status, (("Content-Type", "application/json"), *lines), raw)


def rpc(
    result: Any = None, error: Mapping[str, Any] | None = None, status: int = 200, **headers: str
) -> Response:
    message = {"jsonrpc": "2.0", "id": 1, **({"error": error} if error else {"result": result or {}})}
    return reply(message, status, **headers)


def unauthorized(challenge: str = "Bearer") -> Response:
    return reply(None, 401, WWW_Authenticate=challenge)


Route = Response | Failed | Callable[[Request], Response | Failed]


class World:
    """Replies by "METHOD url"; what is not there is 404. Keeps what was asked."""

    def __init__(self, **routes: Route) -> None:
        self.routes: dict[str, Any] = {
            f"POST {URL}": unauthorized(),
            f"GET {PRM}": reply(
                {"resource": URL, "authorization_servers": [ISSUER], "scopes_supported": ["read"]}
            ),
            f"GET {META}": reply(metadata()),
            f"POST {ISSUER}/register": reply({"client_id": "dyn-1", "redirect_uris": [REDIRECT]}, 201),
            f"POST {ISSUER}/token": reply(
                {"access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "refresh_token": "rt-1"}
            ),
            **routes,
        }
        self.asked: list[Request] = []

    def send(self, request: Request, *, server_url: str = URL) -> Response | Failed:
        self.asked.append(request)
        route: Route = self.routes.get(f"{request.method} {request.url}", reply(None, 404))
        return route if isinstance(route, Response | Failed) else route(request)

    def close(self) -> None:
        pass

    def to(self, url: str) -> list[Request]:
        return [request for request in self.asked if request.url == url]


def metadata(**changes: Any) -> dict[str, Any]:
    fields = {
        "issuer": ISSUER,
        "authorization_endpoint": ISSUER + "/authorize",
        "token_endpoint": ISSUER + "/token",
        "registration_endpoint": ISSUER + "/register",
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        **changes,
    }
    return {key: value for key, value in fields.items() if value is not None}


def query(url: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}


class Played:
    """What a flow did."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.sign_ins: list[SignIn] = []
        self.hosts: list[str] = []  # of the callbacks that were bound
        self.result: Any = None


def approve(sign_in: SignIn) -> dict[str, Secret]:
    return {"code": Secret("code-1"), "state": sign_in.state}


def play(flow: Any, world: World, person: Callable[[SignIn], Any] = approve) -> Played:
    """Perform a flow's effects; its exceptions pass through with `played` noted on them."""
    played, answer = Played(), None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration as stop:
            played.result = stop.value
            return played
        answer = None
        match effect:
            case Send(request):
                answer = world.send(request)
            case BindCallback(_, host, _):
                played.hosts.append(host)
                answer = REDIRECT.replace("127.0.0.1", host)
            case SignIn():
                played.sign_ins.append(effect)
                answer = person(effect)
            case Step():
                played.steps.append(effect)

"""An MCP server and its issuer behind TLS, each with its own origin, that record their visitors."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from support.certificates import Certificates


class Seen(NamedTuple):
    method: str
    path: str
    certified: bool  # did the client show its certificate?
    form: dict[str, str]


class TlsServer:
    """Answers by path; `seen` is what came."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.seen: list[Seen] = []
        self.routes: dict[str, Any] = {}
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._serve({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                self._serve({key: values[0] for key, values in parse_qs(body).items()})

            def _serve(self, form: dict[str, str]) -> None:
                parts = urlsplit(self.path)
                connection: Any = self.connection
                certified = bool(connection.getpeercert())
                world.seen.append(Seen(self.command, parts.path, certified, form))
                route = world.routes.get(parts.path)
                answer: Any = route(self.headers, parts.query) if callable(route) else route
                status, body, headers = answer or (404, None, {})
                sent = json.dumps(body).encode() if body is not None else b""
                self.send_response(status)
                for name, value in {"Content-Length": str(len(sent)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def to(self, path: str) -> list[Seen]:
        return [each for each in self.seen if each.path == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class TlsWorld(NamedTuple):
    mcp: TlsServer
    issuer: TlsServer
    tokens: TlsServer  # a third origin; its token endpoint is used where the issuer's metadata names it

    @property
    def url(self) -> str:
        return f"{self.mcp.url}/mcp"


@contextmanager
def tls_world(
    certificates: Certificates,
    verify: ssl.VerifyMode = ssl.CERT_REQUIRED,
    *,
    issuers: ssl.VerifyMode = ssl.CERT_OPTIONAL,
    elsewhere: bool = False,
) -> Iterator[TlsWorld]:
    """Whose certificate the MCP server and its issuer want. `elsewhere`: tokens are at the third origin."""
    world = TlsWorld(
        TlsServer(certificates.context(verify)),
        TlsServer(certificates.context(issuers)),
        TlsServer(certificates.context()),
    )
    try:
        _settle(world, world.tokens if elsewhere else world.issuer)
        yield world
    finally:
        for server in world:
            server.close()


def _settle(world: TlsWorld, tokens: TlsServer) -> None:
    mcp, issuer = world.mcp, world.issuer
    meta = f"{mcp.url}/.well-known/oauth-protected-resource/mcp"

    def ask(headers: Any, query: str) -> tuple[int, Any, dict[str, str]]:
        if not headers.get("Authorization"):
            return 401, None, {"WWW-Authenticate": f'Bearer resource_metadata="{meta}"'}
        result = {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "serverInfo": {"name": "x", "version": "1"},
        }
        return 200, {"jsonrpc": "2.0", "id": 1, "result": result}, {"Content-Type": "application/json"}

    def authorize(headers: Any, query: str) -> tuple[int, Any, dict[str, str]]:
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        back = urlencode({"code": "code-1", "state": asked["state"]})
        return 302, None, {"Location": f"{asked['redirect_uri']}?{back}"}

    granted = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "refresh_token": "rt-1"}
    mcp.routes |= {
        "/mcp": ask,
        urlsplit(meta).path: (200, {"resource": world.url, "authorization_servers": [issuer.url]}, {}),
    }
    tokens.routes["/token"] = (200, granted, {"Content-Type": "application/json"})
    issuer.routes |= {
        "/authorize": authorize,
        "/revoke": (200, {}, {}),
        "/register": (201, {"client_id": "dyn-1"}, {}),
        "/.well-known/oauth-authorization-server": (
            200,
            {
                "issuer": issuer.url,
                "authorization_endpoint": f"{issuer.url}/authorize",
                "token_endpoint": f"{tokens.url}/token",
                "revocation_endpoint": f"{issuer.url}/revoke",
                "registration_endpoint": f"{issuer.url}/register",
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
            },
            {},
        ),
    }

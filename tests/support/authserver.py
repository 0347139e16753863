"""Third-party authorization servers, each with an MCP server behind it.

`oidc()`: npm's oidc-provider in Node, strict and with reuse detection.
`sdk()`: the routes of the official Python SDK, as in the demo.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from mcp.server.auth.provider import AccessToken, ProviderTokenVerifier, TokenVerifier

from keyrack.demo.loopback import Loopback
from keyrack.demo.provider import Provider
from keyrack.demo.servers import Guard, authorization_server, mcp_server
from keyrack.domain.model import Server, Source
from support.heard import Heard, listening
from support.require import need

FOLDER = Path(__file__).with_name("oidc")
SCOPES = ["mcp:read", "mcp:write"]
MCP_SERVER = {"client_id": "mcp-server", "client_secret": "mcp-server-secret"}  # a client that as.mjs knows
PORT_TAKEN = 98  # as.mjs ends with it
START_SECONDS = 60
# No TLS here, whose set-up takes 30 ms a call.
LOOPBACK: dict[str, Any] = {"trust_env": False, "verify": False}


class Count(NamedTuple):
    """What an oidc-provider was asked for at its token endpoint, since its start."""

    asked: int  # requests of any kind, faulty ones too
    renewed: int  # refresh tokens that were taken and replaced
    refused: int  # refresh requests that were answered with an error
    revoked: int  # grants that ended, among them those whose refresh token came twice
    answered: int  # requests that were granted or refused


class AuthServer(NamedTuple):
    """What a test must know of a running pair."""

    issuer: str
    mcp_url: str
    others: tuple[str, ...] = ()  # further MCP servers with the same issuer

    @property
    def server(self) -> Server:
        """The MCP server, as keyrack's own configuration would name it."""
        return Server("guarded", self.mcp_url, sources=(Source("keyrack", "config.toml", "guarded"),))

    def fault(
        self, path: str, mode: str, *, status: int = 503, times: int = 1, after: str = "1", ms: int = 0
    ) -> None:
        """Let the next requests to `path` fail (oidc only): status | reset | hang | lost | slow.

        `after` is the Retry-After that goes with a status; `ms` how long a slow answer takes.
        """
        query = {"path": path, "mode": mode, "status": status, "times": times, "after": after, "ms": ms}
        httpx.get(f"{self.issuer}/-/fault", params=query, **LOOPBACK).raise_for_status()

    def count(self) -> Count:
        """What came to the token endpoint so far (oidc only)."""
        reply = httpx.get(f"{self.issuer}/-/count", **LOOPBACK).raise_for_status().json()
        granted, refused = reply["granted"], reply["refused"]
        return Count(
            reply["asked"],
            granted.get("refresh_token", 0),
            refused.get("refresh_token", 0),
            reply["revoked"],
            sum(granted.values()) + sum(refused.values()),
        )

    def accepts(self, token: str) -> bool:
        """Does the MCP server take this token?"""
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        return httpx.post(self.mcp_url, json=call, headers=headers, **LOOPBACK).status_code != 401

    def active(self, token: str) -> bool:
        """Does the issuer still know this token, of either kind (oidc only; RFC 7662)?"""
        form = {"token": token, **MCP_SERVER}
        reply = httpx.post(f"{self.issuer}/token/introspection", data=form, **LOOPBACK)
        return reply.raise_for_status().json()["active"]


def node() -> str | None:
    """A Node that is new enough for oidc-provider: npm's own, else the machine's."""
    for program in FOLDER.glob("node_modules/node-linux-*/bin/node"):
        return str(program)
    return shutil.which("node")


def need_oidc() -> None:
    """Skip (or fail, where all is required) without oidc-provider."""
    present = node() is not None and (FOLDER / "node_modules" / "oidc-provider").is_dir()
    need("oidc-provider with Node (npm ci --prefix tests/support/oidc)", present)


@contextmanager
def oidc(
    token_seconds: int = 3600,
    *,
    par: bool = False,
    refresh_when_asked: bool = False,
    device_seconds: int | None = None,
    auth_methods: tuple[str, ...] = (),
    client_key: Mapping[str, Any] | None = None,
    plain_scopes: bool = False,
    heard: list[Heard] | None = None,
    forgotten: Callable[[str], bool] = lambda token: False,
    others: int = 0,
) -> Iterator[AuthServer]:
    """oidc-provider, and an MCP server that asks it about every token (RFC 7662).

    `par`: it takes pushed requests only. `refresh_when_asked`: a refresh token comes only for the scopes
    openid and offline_access together, with prompt=consent, as is the library's own way.
    `device_seconds`: it gives codes for other devices that live so long. `auth_methods`: how clients may
    authenticate, where not in every way; client_secret_post must be among them. `client_key`: the public
    JWK of "machine-with-key". `plain_scopes`: it knows no resource indicators (RFC 8707), so clients may
    register with the MCP server's scopes. `heard` receives every request for the MCP server. `forgotten`: the
    tokens that the MCP server refuses, although they have not expired. `others`: so many MCP servers more.
    """
    need_oidc()
    options = {"TOKEN_SECONDS": str(token_seconds)}
    options |= {"PAR": "required"} if par else {}
    options |= {"REFRESH": "asked"} if refresh_when_asked else {}
    options |= {"DEVICE_SECONDS": str(device_seconds)} if device_seconds else {}
    options |= {"AUTH_METHODS": " ".join(auth_methods)} if auth_methods else {}
    options |= {"CLIENT_JWK": json.dumps(client_key)} if client_key else {}
    options |= {"SCOPES": "plain"} if plain_scopes else {}
    with Loopback() as loopback:
        sock, base = loopback.reserve()
        url = f"{base}/mcp"
        more = [(also, f"{there}/mcp") for also, there in (loopback.reserve() for _ in range(others))]
        with _provider_process(" ".join((url, *(each for _, each in more))), options) as issuer:
            guard = Guard(issuer, Introspection(issuer, url if plain_scopes else None, forgotten), SCOPES[:1])
            app = mcp_server("guarded", "hello", url, guard)
            loopback.serve(sock, app if heard is None else listening(app, heard))
            for also, each in more:
                asking = Guard(issuer, Introspection(issuer, each), SCOPES[:1])
                loopback.serve(also, mcp_server("guarded", "hello", each, asking))
            yield AuthServer(issuer, url, tuple(each for _, each in more))


@contextmanager
def sdk(token_seconds: int = 3600) -> Iterator[AuthServer]:
    """The SDK's authorization server, and an MCP server that trusts it."""
    with Loopback() as loopback:
        sock, issuer = loopback.reserve()
        provider = Provider(issuer, token_seconds)
        loopback.serve(sock, authorization_server(provider, SCOPES))
        sock, base = loopback.reserve()
        url = f"{base}/mcp"
        guard = Guard(issuer, ProviderTokenVerifier(provider), SCOPES[:1])
        loopback.serve(sock, mcp_server("guarded", "hello", url, guard))
        yield AuthServer(issuer, url)


class Introspection(TokenVerifier):
    """Asks the issuer, as the MCP server's own client, what a token is worth."""

    def __init__(
        self,
        issuer: str,
        resource: str | None = None,
        forgotten: Callable[[str], bool] = lambda token: False,
    ) -> None:
        self._url = f"{issuer}/token/introspection"
        self._forgotten = forgotten
        self._resource = resource  # what tokens without an audience are for

    async def verify_token(self, token: str) -> AccessToken | None:
        async with httpx.AsyncClient(trust_env=False) as client:
            reply = await client.post(self._url, data={"token": token, **MCP_SERVER})
        facts = reply.json() if reply.status_code == 200 else {}
        if not facts.get("active") or self._forgotten(token):
            return None
        return AccessToken(
            token=token,
            client_id=facts["client_id"],
            scopes=facts.get("scope", "").split(),
            expires_at=facts.get("exp"),
            resource=facts.get("aud", self._resource),
            subject=facts.get("sub"),
        )


@contextmanager
def _provider_process(resource: str, options: Mapping[str, str]) -> Iterator[str]:
    """Run as.mjs on a free port. Its address is part of its metadata, so the port comes first."""
    with tempfile.TemporaryFile("w+") as log:
        for _ in range(5):
            port = free_port()
            env = {**os.environ, **options, "PORT": str(port), "RESOURCE": resource}
            process = subprocess.Popen(
                [str(node()), "as.mjs"],
                cwd=FOLDER,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
            if _is_ready(process):
                break
            process.wait()
            _close(process)
            if process.returncode != PORT_TAKEN:
                log.seek(0)
                raise RuntimeError(f"oidc-provider did not start: {log.read()[-2000:]}")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()
            _close(process)


def _is_ready(process: subprocess.Popen[str]) -> bool:
    limit = threading.Timer(START_SECONDS, process.kill)
    limit.start()
    assert process.stdout is not None
    with suppress(ValueError):
        ready = process.stdout.readline().strip() == "ready"
    limit.cancel()
    return ready


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def free_port() -> int:
    """One of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""The demo's web apps: an authorization server with a consent page, and MCP servers."""

from __future__ import annotations

from html import escape
from typing import Any

from mcp.server import MCPServer
from mcp.server.auth.provider import TokenVerifier
from mcp.server.auth.routes import create_auth_routes
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from keyrack.demo.provider import Provider
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import origin

PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:30em;margin:4em auto;padding:0 1em;color:#222}"
    "button{font:inherit;padding:.4em 1.2em;margin-right:.6em}li{font-family:monospace}"
)


def authorization_server(provider: Provider, scopes: list[str]) -> Starlette:
    """The SDK serves metadata, /register, /authorize, /token and /revoke; /consent is ours."""
    routes: list[Any] = create_auth_routes(
        provider,
        issuer_url=_url(provider.issuer),
        client_registration_options=ClientRegistrationOptions(
            enabled=True, valid_scopes=scopes, default_scopes=scopes
        ),
        revocation_options=RevocationOptions(enabled=True),
    )

    async def show(request: Request) -> Response:
        ticket = request.query_params.get("ticket", "")
        asked = provider.asked(ticket)
        if asked is None:
            return _page("Nothing to decide", "<p>This request has already been answered.</p>", 404)
        wanted = "".join(f"<li>{escape(scope)}</li>" for scope in asked.params.scopes or [])
        back = origin(str(asked.params.redirect_uri))
        return _page(
            "Demo sign-in",
            f"<p><b>{escape(asked.client.client_name or 'A program')}</b> asks for access to"
            f" <b>{escape(asked.params.resource or 'a server')}</b>, as the demo's only user.</p>"
            f"<ul>{wanted}</ul>"
            f"<form method=post action='/consent?ticket={escape(ticket, quote=True)}'>"
            "<button name=answer value=approve>Approve</button>"
            "<button name=answer value=deny>Deny</button></form>"
            f"<p>Either way you return to {escape(back)}.</p>",
        )

    async def decide(request: Request) -> Response:
        form = await request.form()
        back = provider.decide(request.query_params.get("ticket", ""), form.get("answer") == "approve")
        if back is None:
            return _page("Nothing to decide", "<p>This request has already been answered.</p>", 404)
        return RedirectResponse(back, status_code=303, headers={"Cache-Control": "no-store"})

    routes += [Route("/consent", show, methods=["GET"]), Route("/consent", decide, methods=["POST"])]
    return Starlette(routes=routes)


class Guard(NamedTuple):
    """Who has access: holders of this issuer's tokens with these scopes."""

    issuer: str
    verifier: TokenVerifier
    scopes: list[str]


def mcp_server(name: str, tool: str, url: str, guard: Guard | None = None) -> Starlette:
    """An MCP server with one tool at `url`, open or guarded."""
    auth = verifier = None
    if guard is not None:
        verifier = guard.verifier
        auth = AuthSettings(
            issuer_url=_url(guard.issuer),
            required_scopes=guard.scopes,
            resource_server_url=_url(url),
            validate_token_resource=True,
        )
    server = MCPServer(name, auth=auth, token_verifier=verifier, log_level="CRITICAL")
    server.tool(name=tool)(_say_hello)
    return server.streamable_http_app(stateless_http=True)


def _say_hello() -> str:
    """Says that it worked."""
    return "It works."


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
        f"<h1>{title}</h1>{body}",
        status,
        PAGE_HEADERS,
    )


def _url(text: str) -> Any:
    """The SDK's type for URLs. Its validator does not add a missing path, which issuers need."""
    return AuthSettings(issuer_url=text, resource_server_url=None).issuer_url  # type: ignore[arg-type]

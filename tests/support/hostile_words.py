"""Servers that put terminal control sequences into every string."""

from __future__ import annotations

from typing import Any

from keyrack.oauth.authorization_server import DEVICE_GRANT
from keyrack.oauth.http import Failed, Response
from support.canned import ISSUER, META, PRM, URL, metadata, reply, rpc, unauthorized
from support.hostile import NASTY

REGISTER, TOKEN, PAR = (ISSUER + path for path in ("/register", "/token", "/par"))
RESOURCE = {"resource": URL, "authorization_servers": [ISSUER], "scopes_supported": ["read"]}
TOKENS = {"access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "refresh_token": "rt-1"}
REFUSAL = {"error": NASTY, "error_description": NASTY, "error_uri": NASTY}
PUSHED = metadata(require_pushed_authorization_requests=True, pushed_authorization_request_endpoint=PAR)
CODES = metadata(device_authorization_endpoint=ISSUER + "/device", grant_types_supported=[DEVICE_GRANT])
QUOTED = NASTY.replace("\r\n", " ").replace("\\", "\\\\").replace('"', '\\"')
CHALLENGE = "Bearer " + ", ".join(
    f'{name}="{QUOTED}"' for name in ("error", "error_description", "scope", "realm")
)
POINTER = f'Bearer resource_metadata="{QUOTED}"'
ODD_HEADERS = (
    ("Content-Type", NASTY),
    ("Location", NASTY),
    ("Retry-After", NASTY),
    ("Mcp-Session-Id", NASTY),
)
ODD_ERROR = {"code": NASTY, "message": NASTY, "data": NASTY}


def server(answer: Response | Failed) -> dict[str, Any]:
    return {f"POST {URL}": answer}


def resource(**fields: Any) -> dict[str, Any]:
    return {f"GET {PRM}": reply({**RESOURCE, **fields})}


def issuer(**fields: Any) -> dict[str, Any]:
    return {f"GET {META}": reply(metadata(**fields))}


def registration(status: int = 201, **fields: Any) -> dict[str, Any]:
    return {f"POST {REGISTER}": reply(fields, status)}


def pushed(status: int = 201, **fields: Any) -> dict[str, Any]:
    return {f"GET {META}": reply(PUSHED), f"POST {PAR}": reply(fields, status)}


def tokens(**fields: Any) -> dict[str, Any]:
    return {f"POST {TOKEN}": reply({**TOKENS, **fields})}


def code(status: int = 200, **fields: Any) -> dict[str, Any]:
    return {f"GET {META}": reply(CODES), f"POST {ISSUER}/device": reply(fields, status)}


# What the canned world says otherwise, by what is hostile.
LOGINS: dict[str, dict[str, Any]] = {
    "the challenge": server(unauthorized(CHALLENGE)),
    "the document's address": server(unauthorized(POINTER)),
    "the headers": server(Response(200, ODD_HEADERS, b"<html>")),
    "the redirect": server(Response(302, ODD_HEADERS)),
    "the network": server(Failed(f"{NASTY}.")),
    "the greeting": server(rpc({"protocolVersion": NASTY, NASTY: NASTY})),
    "the server's error": server(rpc(error=ODD_ERROR, status=400)),
    "the resource": resource(resource=NASTY),
    "the resource's name": resource(resource_name=NASTY, resource_documentation=NASTY),
    "the scopes": resource(scopes_supported=[NASTY, "read", "[b]", "\x1b[2J"]),
    "the issuer": resource(authorization_servers=[NASTY]),
    "the issuer's path": resource(authorization_servers=[f"{ISSUER}/{NASTY}"]),
    "the metadata": issuer(**dict.fromkeys(metadata(), NASTY)),
    "the metadata's lists": issuer(scopes_supported=[NASTY], grant_types_supported=[NASTY]),
    "an endpoint": issuer(authorization_endpoint=f"{ISSUER}/{NASTY}"),
    "the registration's refusal": registration(400, **REFUSAL),
    "the registration": registration(client_id=NASTY, registration_client_uri=NASTY),
    "the registration's redirects": registration(client_id="c", redirect_uris=[NASTY]),
    "the registration's method": registration(client_id="c", token_endpoint_auth_method=NASTY),
    "the pushed request's refusal": pushed(400, **REFUSAL),
    "the pushed request": pushed(request_uri=NASTY),
    "the token's refusal": {f"POST {TOKEN}": reply(REFUSAL, 400)},
    "the token's trouble": {f"POST {TOKEN}": Response(503, ODD_HEADERS, NASTY.encode())},
    "the token's type": tokens(token_type=NASTY),
    "the token": tokens(access_token=NASTY),
    "the token's scopes": tokens(scope=NASTY),
    "the token's person": tokens(email=NASTY, user={"name": NASTY}),
    "the code's refusal": code(400, **REFUSAL),
    "the code": code(device_code="d", user_code=NASTY, verification_uri=NASTY),
}
ANSWERS: dict[str, dict[str, str]] = {
    "an error": {"error": NASTY, "error_description": NASTY, "error_uri": NASTY},
    "an issuer": {"code": "c", "iss": NASTY},
    "a code": {"code": NASTY, NASTY: NASTY},
}

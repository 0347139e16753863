"""Authorization server metadata (RFC 8414, OpenID Connect Discovery)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from keyrack.domain.errors import KeyrackError, NoOAuth, Temporary
from keyrack.domain.model import GrantType
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import origin, refusal_of, same_issuer
from keyrack.domain.text import verbatim
from keyrack.domain.vendor import UNKNOWN, Vendor
from keyrack.oauth.document import BadDocument, text, texts
from keyrack.oauth.http import Request, Response, Sending, send
from keyrack.oauth.well_known import (
    AS_WELL_KNOWN,
    OIDC_WELL_KNOWN,
    NotHere,
    all_temporary,
    is_hopeless,
    look,
    setting_of,
    why,
)

SIGNS = ("issuer", "authorization_endpoint", "token_endpoint")
UP = re.compile(
    r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE
)  # a path segment that removes itself or its predecessor
TENANT = "{tenantid}"
GUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


class AuthorizationServer(NamedTuple):
    """RFC 8414 metadata, as far as a client needs it."""

    issuer: str  # exactly as in the metadata: `iss` is compared with this string
    authorization_endpoint: str  # "" if only machines get tokens
    token_endpoint: str
    registration_endpoint: str | None = None
    revocation_endpoint: str | None = None
    pushed_authorization_request_endpoint: str | None = None
    require_pushed_authorization_requests: bool = False
    scopes_supported: tuple[str, ...] | None = None
    prompts_supported: tuple[str, ...] | None = None  # OpenID Connect Prompt Create 1.0, section 4.2
    token_endpoint_auth_methods_supported: tuple[str, ...] | None = None
    iss_parameter_supported: bool = False  # RFC 9207
    client_id_metadata_document_supported: bool = False
    device_authorization_endpoint: str | None = None  # only if the grant is offered too (RFC 8628)
    token_endpoint_auth_signing_alg_values_supported: tuple[str, ...] | None = None
    legacy: bool = False  # revision 2025-03-26: no resource parameter, PKCE support unknown
    tenant_issuer: str | None = None  # if for any tenant: the form of `iss`, with {tenantid} in it

    def is_named_by(self, iss: str) -> bool:
        """Does the `iss` of a response name this server (RFC 9207, section 2.4)?"""
        if self.tenant_issuer is None:
            return iss == self.issuer
        before, _, after = self.tenant_issuer.partition(TENANT)
        return re.fullmatch(re.escape(before) + GUID + re.escape(after), iss) is not None


def metadata_urls(issuer: str) -> tuple[str, ...]:
    """The URLs where an issuer's metadata can be, in the order that MCP requires (RFC 8414, section 3)."""
    base, path = origin(issuer), urlsplit(issuer).path.rstrip("/")
    if path:
        return (base + AS_WELL_KNOWN + path, base + OIDC_WELL_KNOWN + path, base + path + OIDC_WELL_KNOWN)
    return (base + AS_WELL_KNOWN, base + OIDC_WELL_KNOWN)


def read_authorization_server(
    document: Mapping[str, Any],
    issuer: str,
    *,
    server_url: str,
    grant_type: GrantType = "authorization_code",
    vendor: Vendor = UNKNOWN,
    pkce_assumed: bool = False,
) -> AuthorizationServer:
    """Validate metadata for `issuer` (RFC 8414, section 3.3; MCP: PKCE S256). Raises BadDocument.

    The result spells the issuer as the metadata does; a `vendor`'s issuer for any tenant keeps the spelling
    of the request. `pkce_assumed` accepts metadata that lists no PKCE methods, but not metadata that lists
    only others. Client credentials need neither PKCE nor an authorization endpoint.
    """
    named = text(document, "issuer")
    if named is None:
        raise BadDocument("names no issuer")
    any_tenant = named == _tenant_issuer(issuer, vendor)
    if not any_tenant and not same_issuer(named, issuer):
        raise BadDocument(
            f"is for another issuer: it says {verbatim(named)}, but keyrack asked for {verbatim(issuer)}"
        )
    endpoints = {
        key: _endpoint(document, key, server_url)
        for key in (
            "authorization_endpoint",
            "token_endpoint",
            "registration_endpoint",
            "revocation_endpoint",
            "pushed_authorization_request_endpoint",
            "device_authorization_endpoint",
        )
    }
    authorization, token = endpoints["authorization_endpoint"], endpoints["token_endpoint"]
    person = grant_type == "authorization_code"
    if not token or (person and not authorization):
        missing = "authorization_endpoint" if token else "token_endpoint"
        raise BadDocument(f"names no {missing}")
    methods = _pkce_methods(document) if person else ("S256",)
    if methods is None and not pkce_assumed:
        raise BadDocument(
            "does not say that it supports PKCE (code_challenge_methods_supported is missing), "
            "which MCP requires; its operator must add it",
            setting="pkce",
        )
    if methods is not None and "S256" not in methods:
        raise BadDocument("supports PKCE only without S256, which MCP requires; its operator must add it")
    grants = texts(document, "grant_types_supported") or ()
    return AuthorizationServer(
        issuer if any_tenant else named,
        authorization or "",
        token,
        registration_endpoint=endpoints["registration_endpoint"],
        revocation_endpoint=endpoints["revocation_endpoint"],
        pushed_authorization_request_endpoint=endpoints["pushed_authorization_request_endpoint"],
        require_pushed_authorization_requests=document.get("require_pushed_authorization_requests") is True,
        scopes_supported=texts(document, "scopes_supported"),
        prompts_supported=texts(document, "prompt_values_supported"),
        token_endpoint_auth_methods_supported=texts(document, "token_endpoint_auth_methods_supported"),
        iss_parameter_supported=document.get("authorization_response_iss_parameter_supported") is True,
        client_id_metadata_document_supported=document.get("client_id_metadata_document_supported") is True,
        device_authorization_endpoint=(
            endpoints["device_authorization_endpoint"] if DEVICE_GRANT in grants else None
        ),
        token_endpoint_auth_signing_alg_values_supported=texts(
            document, "token_endpoint_auth_signing_alg_values_supported"
        ),
        tenant_issuer=named if any_tenant else None,
    )


def _pkce_methods(document: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The PKCE methods; None if there are none. A single string counts as a list of one."""
    one = text(document, "code_challenge_methods_supported")
    return (one,) if one is not None else texts(document, "code_challenge_methods_supported")


def _tenant_issuer(issuer: str, vendor: Vendor) -> str | None:
    """The issuer with {tenantid}, as in the metadata of an issuer for any tenant; None for other issuers."""
    tenant, slash, rest = urlsplit(issuer).path.removeprefix("/").partition("/")
    return f"{origin(issuer)}/{TENANT}{slash}{rest}" if tenant in vendor.any_tenant else None


def find_authorization_server(
    issuer: str,
    server_url: str,
    grant_type: GrantType = "authorization_code",
    vendor: Vendor = UNKNOWN,
    *,
    pkce_assumed: bool = False,
) -> Sending[AuthorizationServer]:
    """Try an issuer's well-known URLs in order. Returns AuthorizationServer.

    Raises NoOAuth if there is no metadata, Temporary if there may be some later, and KeyrackError if it
    can't be trusted.
    """
    refusal = refusal_of(issuer, server_url=server_url)
    if refusal:
        raise KeyrackError(f"The server names an authorization server that keyrack won't contact: {refusal}.")
    if urlsplit(issuer).query:
        raise KeyrackError("The server names an issuer with a query, which RFC 8414 forbids.")
    if UP.search(urlsplit(issuer).path):
        raise KeyrackError("The server names an issuer whose path leads outside /.well-known.")
    absent: list[NotHere] = []
    for url in metadata_urls(issuer):
        if is_hopeless(absent):
            break
        document = yield from look(url, SIGNS)
        if isinstance(document, NotHere):
            absent.append(document)
            continue
        try:
            return read_authorization_server(
                document,
                issuer,
                server_url=server_url,
                grant_type=grant_type,
                vendor=vendor,
                pkce_assumed=pkce_assumed,
            )
        except BadDocument as problem:
            raise KeyrackError(
                f"The metadata of {origin(issuer)} {problem}.",
                hint="Nothing was sent there. The server's operator must fix it.",
                setting=problem.setting,
            ) from None
    if all_temporary(absent):
        raise Temporary(f"{absent[0]}.", hint="Try again later.", setting=setting_of(absent))
    raise NoOAuth(
        f"{origin(issuer)} publishes no authorization-server metadata{why(absent)}.",
        hint="The server's operator must publish it (RFC 8414).",
    )


def is_gone(issuer: str) -> Sending[bool]:
    """Does the issuer's own host say that its metadata no longer exists? False if it can't be reached."""
    for url in metadata_urls(issuer):
        reply = yield from send(Request("GET", url, {"Accept": "application/json"}))
        if not isinstance(reply, Response) or reply.status not in (404, 410):
            return False
    return True


def given_metadata(
    metadata: Mapping[str, Any], server_url: str, grant_type: GrantType = "authorization_code"
) -> AuthorizationServer:
    """Provider metadata from the user's configuration (mcp-use's `oauth_provider`).

    The user vouches for it, so a missing PKCE list counts as S256.
    """
    fields = {"code_challenge_methods_supported": ["S256"], **metadata}
    issuer = text(fields, "issuer")
    if issuer is None:
        raise KeyrackError("The provider metadata in the configuration has no issuer.")
    try:
        return read_authorization_server(fields, issuer, server_url=server_url, grant_type=grant_type)
    except BadDocument as problem:
        raise KeyrackError(f"The provider metadata in the configuration {problem}.") from None


def find_given_metadata(
    url: str, server_url: str, grant_type: GrantType = "authorization_code"
) -> Sending[AuthorizationServer]:
    """Metadata at a URL from the user's configuration. The document itself names the issuer."""
    document = yield from look(url, SIGNS)
    if isinstance(document, NotHere):
        if document.temporary:
            raise Temporary(f"{document}.", hint="Try again later.")
        where = origin(url)
        raise KeyrackError(f"There is no metadata at the configured URL on {where}{why([document])}.")
    try:
        return given_metadata(document, server_url, grant_type)
    except BadDocument as problem:
        raise KeyrackError(f"The metadata at the configured URL {problem}.") from None


def _endpoint(document: Mapping[str, Any], key: str, server_url: str) -> str | None:
    url = text(document, key)
    if url is None:
        return None
    refusal = refusal_of(url, server_url=server_url)
    if refusal:
        raise BadDocument(f"has a {key} that keyrack won't use: {refusal.rstrip('.')}")
    return url

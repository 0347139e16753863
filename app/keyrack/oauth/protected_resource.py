"""Which authorization servers protect a resource (RFC 9728)."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

from keyrack.domain.errors import BadUrl, KeyrackError, NoOAuth
from keyrack.domain.resource import covers, origin
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.document import BadDocument, read_object, text, texts
from keyrack.oauth.effects import Request, Send, Sending
from keyrack.oauth.well_known import document_of

PRM_WELL_KNOWN = "/.well-known/oauth-protected-resource"


class ProtectedResource(NamedTuple):
    """RFC 9728 metadata, as far as a client needs it."""

    resource: str
    authorization_servers: tuple[str, ...]
    scopes_supported: tuple[str, ...] | None = None
    name: str | None = None


def protected_resource_urls(server_url: str, challenge: Challenge | None) -> tuple[str, ...]:
    """Where the protected-resource document may be: the challenge's word, else the well-known places."""
    named = challenge.params.get("resource_metadata") if challenge else None
    if named:
        return (named,)
    base, path = origin(server_url), urlsplit(server_url).path.rstrip("/")
    places = [base + PRM_WELL_KNOWN + path, base + PRM_WELL_KNOWN]
    return tuple(dict.fromkeys(places))


def read_protected_resource(body: bytes, server_url: str) -> ProtectedResource:
    """Validate the document (RFC 9728, section 3.3). Raises BadDocument."""
    document = read_object(body)
    resource = text(document, "resource")
    if resource is None:
        raise BadDocument("names no resource")
    if not covers(resource, server_url):
        raise BadDocument("is for another server")
    servers = texts(document, "authorization_servers")
    if not servers:
        raise BadDocument("names no authorization server")
    methods = texts(document, "bearer_methods_supported")
    if methods and "header" not in methods:
        raise BadDocument("takes no token in the Authorization header, the only place that MCP allows")
    return ProtectedResource(
        resource, servers, texts(document, "scopes_supported"), text(document, "resource_name")
    )


def find_protected_resource(server_url: str, challenge: Challenge | None) -> Sending:
    """Ask the places in order. Returns ProtectedResource, or None when every place says 4xx.

    Raises KeyrackError when a document is there and wrong, NoOAuth when the challenge's is not there,
    Temporary when a place can't be reached.
    """
    for url in protected_resource_urls(server_url, challenge):
        try:
            origin(url)
        except BadUrl as error:
            raise KeyrackError(
                f"The server names a protected-resource document that keyrack will not ask for. {error}"
            ) from None
        reply = yield Send(Request("GET", url, {"Accept": "application/json"}))
        document = document_of(reply, url)
        if document is None:
            continue
        try:
            return read_protected_resource(document, server_url)
        except BadDocument as problem:
            raise KeyrackError(
                f"The server's protected-resource document {problem}.",
                hint="The server's operator has to mend it.",
            ) from None
    if challenge and "resource_metadata" in challenge.params:
        raise NoOAuth(
            "The server names a protected-resource document, but it is not there.",
            hint="The server's operator has to mend it.",
        )
    return None

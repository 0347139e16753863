"""Which authorization servers protect a resource (RFC 9728)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from keyrack.domain.errors import BadUrl, KeyrackError, NoOAuth, Temporary
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import covers, origin, parse_url
from keyrack.oauth.challenge import Challenge
from keyrack.oauth.document import BadDocument, text, texts
from keyrack.oauth.http import Sending
from keyrack.oauth.well_known import NotHere, is_hopeless, look

PRM_WELL_KNOWN = "/.well-known/oauth-protected-resource"
SIGNS = ("resource", "authorization_servers")
MOST_NAMED = 5  # documents that one challenge may name


class ProtectedResource(NamedTuple):
    """RFC 9728 metadata, as far as a client needs it."""

    resource: str
    authorization_servers: tuple[str, ...]
    scopes_supported: tuple[str, ...] | None = None
    name: str | None = None


class Unfound(NamedTuple):
    """No protected-resource document was found, and why not at each URL."""

    named: tuple[NotHere, ...] = ()  # the URLs from the challenge
    guessed: tuple[NotHere, ...] = ()

    @property
    def asked(self) -> tuple[NotHere, ...]:
        """The URLs that were tried."""
        return tuple(place for place in (*self.named, *self.guessed) if not place.forbidden)

    @property
    def error(self) -> KeyrackError:
        """The error for a document that the challenge names."""
        what = "The server names a protected-resource document"
        passing = next((place for place in self.named if place.temporary), None)
        if passing is not None:
            return Temporary(f"{what}, but {passing}.", hint="Try again later.")
        first, mend = self.named[0], "The server's operator must fix it."
        if first.forbidden:
            return KeyrackError(f"{what} that keyrack won't fetch: {first.reason}.", hint=mend)
        return NoOAuth(f"{what}, but {first if first.reason else 'it does not exist'}.", hint=mend)


def guessed_places(server_url: str) -> tuple[str, ...]:
    """The well-known URLs of a server's document (RFC 9728, section 3.1; MCP adds the root's)."""
    base, path = origin(server_url), urlsplit(server_url).path.rstrip("/")
    return tuple(dict.fromkeys((base + PRM_WELL_KNOWN + path, base + PRM_WELL_KNOWN)))


def read_protected_resource(document: Mapping[str, Any], server_url: str) -> ProtectedResource:
    """Validate the document (RFC 9728, section 3.3). Raises BadDocument."""
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
        raise BadDocument(
            "does not accept tokens in the Authorization header, the only place that MCP allows"
        )
    return ProtectedResource(
        resource, servers, texts(document, "scopes_supported"), text(document, "resource_name")
    )


def find_protected_resource(
    server_url: str, challenge: Challenge | None
) -> Sending[ProtectedResource | Unfound]:
    """Try the URLs of the challenge, then the well-known URLs. Returns ProtectedResource or Unfound.

    Raises KeyrackError if a document exists and is wrong.
    """
    named: list[NotHere] = []
    for name in (challenge.resource_metadata if challenge else ())[:MOST_NAMED]:
        url = _own(name, server_url)
        found = url if isinstance(url, NotHere) else (yield from _read(url, server_url))
        if isinstance(found, ProtectedResource):
            return found
        named.append(found)
    guessed: list[NotHere] = []
    for url in guessed_places(server_url):
        if is_hopeless((*named, *guessed)):
            break
        found = yield from _read(url, server_url)
        if isinstance(found, ProtectedResource):
            return found
        guessed.append(found)
    return Unfound(tuple(named), tuple(guessed))


def _own(name: str, server_url: str) -> str | NotHere:
    """The URL in a challenge, which can be relative. It must be on the server's own origin."""
    here = origin(server_url)
    try:
        url = parse_url(urljoin(server_url, name))
    except (BadUrl, ValueError) as error:
        reason = str(error) if isinstance(error, BadUrl) else "This is not a valid URL."
        return NotHere(here, reason[0].lower() + reason[1:].rstrip("."), forbidden=True)
    if origin(url) == here:
        return url
    reason = f"it is at {origin(url)}, and only the server's own origin is trusted for it"
    return NotHere(here, reason, forbidden=True)


def _read(url: str, server_url: str) -> Sending[ProtectedResource | NotHere]:
    """ProtectedResource or NotHere."""
    document = yield from look(url, SIGNS)
    if isinstance(document, NotHere):
        return document
    try:
        return read_protected_resource(document, server_url)
    except BadDocument as problem:
        raise KeyrackError(
            f"The server's protected-resource document {problem}.",
            hint="The server's operator must fix it.",
        ) from None

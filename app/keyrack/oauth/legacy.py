"""The 2025-03-26 revision of MCP: the server's own origin is its authorization server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keyrack.domain.errors import BadUrl, KeyrackError, Temporary
from keyrack.domain.resource import origin, refusal_of, same_issuer
from keyrack.domain.text import verbatim
from keyrack.oauth.authorization_server import (
    SIGNS,
    AuthorizationServer,
    metadata_urls,
    read_authorization_server,
)
from keyrack.oauth.document import BadDocument, text
from keyrack.oauth.http import Sending
from keyrack.oauth.protected_resource import Unfound
from keyrack.oauth.well_known import NotHere, all_temporary, is_hopeless, issuer_at, look

REVISION = {"MCP-Protocol-Version": "2025-03-26"}


def legacy_server(server_url: str) -> AuthorizationServer:
    """The default endpoints of 2025-03-26, at the server's origin."""
    base = origin(server_url)
    return AuthorizationServer(base, f"{base}/authorize", f"{base}/token", f"{base}/register", legacy=True)


def find_legacy(
    server_url: str, unfound: Unfound = Unfound(), *, guess: bool = True
) -> Sending[AuthorizationServer | str | None]:
    """Find metadata at the server's own origin.

    Returns AuthorizationServer, or the issuer (str) that the origin redirects to. If there is nothing,
    returns the default endpoints with `guess`, otherwise None. `unfound` is the earlier search for a
    protected-resource document. Raises Temporary if no URL of both searches could be fetched,
    KeyrackError if the metadata is wrong, and the error of a document that the challenge names.
    """
    base, asked = origin(server_url), list(unfound.asked)
    for url in metadata_urls(base):
        if is_hopeless(asked):
            break
        document = yield from look(url, SIGNS, REVISION)
        if not isinstance(document, NotHere):
            return _read(document, base, server_url)
        issuer = issuer_at(document.sent_to) if document.sent_to else None
        if issuer is not None:
            return issuer
        asked.append(document)
    if is_hopeless(asked) or (guess and all_temporary(asked)):
        place = next(place for place in asked if place.temporary)
        raise Temporary(f"{place}.", hint="Try again later.")
    if not guess:
        return None
    if unfound.named:
        raise unfound.error
    refusal = refusal_of(base, server_url=server_url)
    if refusal:  # checklist 16
        raise KeyrackError(f"keyrack won't sign in at {base}: {refusal}.", hint="Use the server's https URL.")
    return legacy_server(server_url)


def _read(document: Mapping[str, Any], base: str, server_url: str) -> AuthorizationServer:
    # That revision did not require servers to declare PKCE support; S256 is sent anyway.
    fields = {"code_challenge_methods_supported": ["S256"], **document}
    try:
        issuer = text(fields, "issuer")
        if issuer is None:
            raise BadDocument("names no issuer")
        if not same_issuer(issuer, base):
            raise BadDocument(
                f"is for another issuer than its own server: it says {verbatim(issuer)}, "
                f"but the server is {verbatim(base)}"
            )
        return read_authorization_server(fields, issuer, server_url=server_url)._replace(legacy=True)
    except (BadDocument, BadUrl) as problem:
        raise KeyrackError(
            f"The authorization-server metadata at {base} {problem}.",
            hint="The server's operator must fix it.",
        ) from None

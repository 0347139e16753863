"""The 2025-03-26 revision of MCP: the server's own origin is its authorization server."""

from __future__ import annotations

from keyrack.domain.errors import BadUrl, KeyrackError
from keyrack.domain.resource import origin, refusal_of, same_issuer
from keyrack.domain.text import verbatim
from keyrack.oauth.discovery import AS_WELL_KNOWN, AuthorizationServer, read_authorization_server
from keyrack.oauth.document import BadDocument, read_object, text
from keyrack.oauth.effects import Request, Send, Sending
from keyrack.oauth.well_known import document_of


def legacy_server(server_url: str) -> AuthorizationServer:
    """The default endpoints of 2025-03-26, at the server's origin."""
    base = origin(server_url)
    return AuthorizationServer(base, f"{base}/authorize", f"{base}/token", f"{base}/register", legacy=True)


def find_legacy(server_url: str) -> Sending:
    """The 2025-03-26 route: metadata at the server's own origin, else the default endpoints."""
    base = origin(server_url)
    url = base + AS_WELL_KNOWN
    reply = yield Send(
        Request("GET", url, {"Accept": "application/json", "MCP-Protocol-Version": "2025-03-26"})
    )
    document = document_of(reply, url)
    if document is None:
        refusal = refusal_of(base, server_url=server_url)
        if refusal:  # checklist 16
            raise KeyrackError(
                f"keyrack will not sign in at {base}: {refusal}.", hint="Use the server's https address."
            )
        return legacy_server(server_url)
    try:
        fields = read_object(document)
        # That revision did not ask servers to say that they support PKCE; S256 is sent all the same.
        fields.setdefault("code_challenge_methods_supported", ["S256"])
        issuer = text(fields, "issuer")
        if issuer is None:
            raise BadDocument("names no issuer")
        if not same_issuer(issuer, base):
            raise BadDocument(
                f"is for another issuer than the server it lies on: it says {verbatim(issuer)}, "
                f"and the server is {verbatim(base)}"
            )
        return read_authorization_server(fields, issuer, server_url=server_url)._replace(legacy=True)
    except (BadDocument, BadUrl) as problem:
        raise KeyrackError(
            f"The authorization-server metadata at {base} {problem}.",
            hint="The server's operator has to mend it.",
        ) from None

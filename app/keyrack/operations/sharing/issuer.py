"""Verifies that the issuer that a program stored with a login is the server's own authorization server.

The file of another program may say anything. A refresh token goes only to the issuer that its row names, and
only if the server names that issuer too. The endpoints come from the issuer's metadata, never from the file.
"""

from __future__ import annotations

from functools import partial

from keyrack.domain.errors import KeyrackError
from keyrack.domain.held import HeldToken
from keyrack.domain.model import Endpoints, Registration, Server
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.resource import same_issuer
from keyrack.domain.text import verbatim
from keyrack.oauth.authorize import resource_to_send
from keyrack.oauth.discovery import discover
from keyrack.oauth.login_request import LoginRequest
from keyrack.oauth.probe import probe
from keyrack.oauth.registration import secret_method
from keyrack.operations.connection import http_client_for
from keyrack.operations.credential import other_headers
from keyrack.operations.drive import send_all
from keyrack.operations.ports import Adapters


class OwnIssuer(NamedTuple):
    """The server's authorization server, and the program's client there."""

    registration: Registration
    endpoints: Endpoints
    resource: str | None  # to send with a refresh


def own_issuer(adapters: Adapters, server: Server, held: HeldToken) -> OwnIssuer | None:
    """None if the server has no authorization server, or the row names no client.

    Raises KeyrackError if the row names another issuer than the server; Temporary.
    """
    assert server.url is not None
    if not held.client_id:
        return None
    vendor_of, others = adapters.services().vendor_of, other_headers(server)
    earlier = Registration(held.issuer or "", held.client_id, "dynamic", held.client_secret)
    request = LoginRequest(
        server.url,
        server.client,
        stored=earlier if held.issuer else None,
        vendor_of=vendor_of,
        headers=others,
    )
    http_client = http_client_for(adapters, server)
    try:
        send = partial(http_client.send, server_url=server.url)
        probed = send_all(probe(server.url, others=others), send)
        certain = probed.verdict in ("required", "optional", "unknown")
        found = send_all(discover(request, probed.challenge, certain=certain), send)
    finally:
        http_client.close()
    if found is None:
        return None
    issuer = found.server.issuer
    if held.issuer and not same_issuer(held.issuer, issuer):
        raise KeyrackError(
            f"{held.client} got this login from {verbatim(held.issuer)}, but the server's authorization"
            f" server is {verbatim(issuer)}. The tokens were sent to neither."
        )
    is_own = server.client.client_id == held.client_id
    registration = earlier._replace(
        issuer=issuer,
        kind="pre-registered" if is_own else "dynamic",
        auth_method=secret_method(found.server) if held.client_secret else "none",
    )
    resource = resource_to_send(
        found.resource, server.client, vendor_of(issuer), found.server, held.tokens.scopes
    )
    endpoints = Endpoints(found.server.token_endpoint, found.server.revocation_endpoint)
    return OwnIssuer(registration, endpoints, resource)

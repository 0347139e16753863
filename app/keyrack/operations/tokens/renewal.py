"""Asks the issuer for new tokens, with one retry if that may help."""

from __future__ import annotations

import math
import time

from keyrack.domain.errors import Temporary
from keyrack.domain.model import Server, StoredCredential, TokenSet
from keyrack.oauth.http import Failed, Request, Response
from keyrack.oauth.retry_after import retry_after
from keyrack.oauth.token import client_credentials_request, refresh_request
from keyrack.oauth.token_reply import read_tokens
from keyrack.operations.connection import http_client_for
from keyrack.operations.ports import Adapters

TRIES = 2
PAUSE = 0.5  # seconds between the tries, if the server names no time
LONGEST_PAUSE = 2.0  # seconds; if a server asks for more, there is no retry
SLOW = 15.0  # seconds; no retry after a slower try, since others wait up to 30 s for the lock


def is_renewable(stored_credential: StoredCredential) -> bool:
    """Is there a refresh token, or a client that can get tokens by itself?"""
    if stored_credential.registration is None or stored_credential.endpoints is None:
        return False
    return (
        stored_credential.tokens.refresh_token is not None
        or stored_credential.registration.grant_type == "client_credentials"
    )


def ask_issuer(adapters: Adapters, stored_credential: StoredCredential, server: Server) -> TokenSet:
    """New tokens for a grant that is renewable. Raises what `read_tokens` raises."""
    assert stored_credential.endpoints
    url, http_client = stored_credential.endpoints.token, http_client_for(adapters, server)
    try:
        for tries_left in range(TRIES - 1, -1, -1):
            start = time.monotonic()
            reply = http_client.send(
                _request(stored_credential, url, server), server_url=stored_credential.url
            )
            try:
                return read_tokens(
                    reply,
                    url,
                    now=adapters.now(),
                    asked_scopes=stored_credential.credential.scopes,
                    old_refresh=stored_credential.tokens.refresh_token,
                    renewing=True,
                )
            except Temporary:
                pause = _pause(reply)
                if not tries_left or pause > LONGEST_PAUSE or time.monotonic() - start > SLOW:
                    raise
                time.sleep(pause)
    finally:
        http_client.close()
    raise AssertionError("unreachable")


def _request(stored_credential: StoredCredential, url: str, server: Server) -> Request:
    """Created for each try, because a signed assertion can be used only once."""
    assert stored_credential.registration
    facts = stored_credential.credential
    resource = None if server.client.send_resource is False else facts.resource
    if stored_credential.tokens.refresh_token is None:  # a machine login repeats its first request
        return client_credentials_request(
            url, stored_credential.registration, scopes=facts.scopes, resource=resource
        )
    return refresh_request(
        url,
        stored_credential.registration,
        refresh_token=stored_credential.tokens.refresh_token,
        resource=resource,
    )


def _pause(reply: Response | Failed) -> float:
    """Seconds until the next try."""
    if isinstance(reply, Failed):
        return PAUSE
    if reply.status < 400:
        return math.inf  # a network's sign-in page, which will not go away soon
    if reply.header("Retry-After") is None:
        return PAUSE
    seconds = retry_after(reply)
    return math.inf if seconds is None else seconds

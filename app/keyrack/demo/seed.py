"""Fills the demo's credential store."""

from __future__ import annotations

import secrets

from mcp.shared.auth import OAuthClientInformationFull
from pydantic import AnyUrl

from keyrack.demo.cast import Role
from keyrack.demo.provider import Provider
from keyrack.domain.model import (
    DEFAULT_ACCOUNT,
    Check,
    CredentialInfo,
    CredentialKey,
    Endpoints,
    Registration,
    StoredCredential,
    TokenSet,
    Verdict,
)
from keyrack.domain.secret import Secret
from keyrack.operations.ports import CredentialStore

CLIENT_ID = "keyrack-demo"
REDIRECT_URI = "http://127.0.0.1:8085/callback"
LIFE = {"valid": 3300.0, "expiring": 295.0, "refreshable": -1200.0, "refused": 2700.0}  # seconds left
VERDICTS: dict[str, Verdict] = {"open": "open", "bare": "required", "empty": "required"}


def register(provider: Provider, scopes: list[str]) -> Registration:
    """Register the client of the stored credentials at the issuer.

    It has a secret, because the SDK does not revoke tokens of a client without one.
    """
    secret = secrets.token_urlsafe(24)
    provider.add_client(
        OAuthClientInformationFull(
            client_id=CLIENT_ID,
            client_name="keyrack",
            redirect_uris=[AnyUrl(REDIRECT_URI)],
            client_secret=secret,
            token_endpoint_auth_method="client_secret_post",
            grant_types=["authorization_code", "refresh_token"],
            scope=" ".join(scopes),
        )
    )
    return Registration(
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        kind="dynamic",
        client_secret=Secret(secret),
        auth_method="client_secret_post",
        redirect_uris=(REDIRECT_URI,),
    )


def stock(
    credentials: CredentialStore,
    role: Role,
    url: str,
    provider: Provider,
    registration: Registration,
    now: float,
) -> None:
    """Store what the server's state needs: a grant that the issuer knows, or the result of a check."""
    if role.part in LIFE:
        credentials.save(_grant(role, url, provider, registration, now))
        if role.part == "refused":
            credentials.note(CredentialKey.of(url), refusal=(now - 300, "The server refused the token."))
    elif role.part in VERDICTS:
        credentials.note(
            CredentialKey.of(url), check=Check(now - 60, VERDICTS[role.part], revision="2026-07-28")
        )
    elif role.part == "down":
        credentials.note(
            CredentialKey.of(url), check=Check(now - 60, "unreachable", "The server refuses connections.")
        )


def _grant(
    role: Role, url: str, provider: Provider, registration: Registration, now: float
) -> StoredCredential:
    left = LIFE[role.part]
    issued = provider.issue(CLIENT_ID, list(role.scopes), url, int(left))
    if role.part == "refused":
        provider.withdraw(issued.access_token)
    refreshable = role.part not in ("expiring", "refused")
    tokens = TokenSet(
        access_token=Secret(issued.access_token),
        refresh_token=Secret(str(issued.refresh_token)) if refreshable else None,
        expires_at=now + left,
        scopes=role.scopes,
    )
    credential = CredentialInfo(
        kind="oauth",
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_kind="dynamic",
        resource=url,
        scopes=role.scopes,
        obtained_at=now + left - provider.token_seconds,
        expires_at=now + left,
        refreshable=refreshable,
        label="demo user",
    )
    endpoints = Endpoints(token=f"{provider.issuer}/token", revocation=f"{provider.issuer}/revoke")
    return StoredCredential(url, DEFAULT_ACCOUNT, credential, tokens, registration, endpoints)

"""The demo's authorization server, for the SDK's routes. Everything is in memory."""

from __future__ import annotations

import secrets
import time

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    construct_redirect_uri,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from keyrack.domain.named_tuple import NamedTuple

CODE_SECONDS = 60
TOKEN_SECONDS = 3600


class Asked(NamedTuple):
    """An authorization request that waits for the user's decision."""

    client: OAuthClientInformationFull
    params: AuthorizationParams


class Provider(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """Tokens are random; a refresh token works only once (OAuth 2.1, section 4.3.1)."""

    def __init__(self, issuer: str, token_seconds: int = TOKEN_SECONDS) -> None:
        self.issuer = issuer
        self.token_seconds = token_seconds
        self._clients: dict[str, OAuthClientInformationFull] = {}
        self._asked: dict[str, Asked] = {}
        self._codes: dict[str, AuthorizationCode] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, RefreshToken] = {}
        self._pairs: dict[str, str] = {}  # token → the other token of its grant

    # Called by the consent page.

    def asked(self, ticket: str) -> Asked | None:
        return self._asked.get(ticket)

    def decide(self, ticket: str, approve: bool) -> str | None:
        """The URL to send the browser to (RFC 6749, section 4.1.2); None if there is no such request."""
        asked = self._asked.pop(ticket, None)
        if asked is None:
            return None
        params = asked.params
        back = str(params.redirect_uri)
        if not approve:
            return construct_redirect_uri(back, error="access_denied", state=params.state)
        code = secrets.token_urlsafe(24)
        self._codes[code] = AuthorizationCode(
            code=code,
            scopes=params.scopes or [],
            expires_at=time.time() + CODE_SECONDS,
            client_id=str(asked.client.client_id),
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
        )
        return construct_redirect_uri(back, code=code, state=params.state)

    def issue(
        self, client_id: str, scopes: list[str], resource: str | None, seconds: int | None = None
    ) -> OAuthToken:
        """A new pair of tokens. The access token is valid for `seconds`."""
        life = self.token_seconds if seconds is None else seconds
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._access[access] = AccessToken(
            token=access,
            client_id=client_id,
            scopes=scopes,
            expires_at=int(time.time()) + life,
            resource=resource,
        )
        self._refresh[refresh] = RefreshToken(
            token=refresh, client_id=client_id, scopes=scopes, resource=resource
        )
        self._pairs[access], self._pairs[refresh] = refresh, access
        return OAuthToken(access_token=access, refresh_token=refresh, expires_in=life, scope=" ".join(scopes))

    def add_client(self, client: OAuthClientInformationFull) -> None:
        self._clients[str(client.client_id)] = client

    def withdraw(self, token: str) -> None:
        """Revoke a grant without telling the client, as an administrator might."""
        for name in (token, self._pairs.pop(token, "")):
            self._access.pop(name, None)
            self._refresh.pop(name, None)
            self._pairs.pop(name, None)

    # Called by the SDK's routes.

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self._clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        self.add_client(client_info)

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        ticket = secrets.token_urlsafe(24)
        self._asked[ticket] = Asked(client, params)
        return f"{self.issuer}/consent?ticket={ticket}"

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        return self._codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        del self._codes[authorization_code.code]
        return self.issue(
            authorization_code.client_id, authorization_code.scopes, authorization_code.resource
        )

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
        return self._refresh.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        await self.revoke_token(refresh_token)
        return self.issue(refresh_token.client_id, scopes or refresh_token.scopes, refresh_token.resource)

    async def load_access_token(self, token: str) -> AccessToken | None:
        found = self._access.get(token)
        return found if found and (found.expires_at or 0) > time.time() else None

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        """Revoke both tokens of the grant, whichever is given (RFC 7009, section 2.1)."""
        self.withdraw(token.token)

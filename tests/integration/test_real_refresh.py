"""How grants of a real authorization server are refreshed, how they end, and what keyrack says then."""

from __future__ import annotations

import httpx
import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import CredentialKey, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.domain.status import State
from keyrack.oauth.revoke import deregistration_request
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters, HttpClient
from keyrack.operations.servers.overview import Row, row_of
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh, refreshed
from keyrack.store.credential_store import memory_credential_store
from support.authserver import AuthServer, oidc
from support.clock import Clock

LIFE = 3600.0  # seconds: a token's, at both authorization servers
PATIENCE = 20.0  # seconds for a person who is at the browser already


def stored(world: Adapters, authority: AuthServer) -> StoredCredential:
    stored_credential = world.credentials().load(CredentialKey.of(authority.mcp_url))
    assert stored_credential is not None
    return stored_credential


def told(world: Adapters, authority: AuthServer) -> Row:
    """What the list says of the server."""
    return row_of(
        authority.server, world.credentials().record(CredentialKey.of(authority.mcp_url)), world.now()
    )


def refresh_elsewhere(
    world: Adapters, authority: AuthServer, stored_credential: StoredCredential
) -> StoredCredential:
    """Use another copy of the credential, as a thief or a restored backup would."""
    credentials = memory_credential_store(world.now)
    credentials.save(stored_credential)
    return refreshed(world._replace(credentials=lambda: credentials), authority.server)


def test_a_token_is_renewed_when_it_has_lived_its_time(
    authority: AuthServer, world: Adapters, clock: Clock
) -> None:
    login(world, authority.server)
    first = get_token(world, authority.server).token
    clock.time += LIFE - 61
    assert get_token(world, authority.server).token == first
    clock.time += 2
    second = get_token(world, authority.server)

    assert second.token != first and second.expires_at == clock.time + LIFE
    assert authority.accepts(second.token.reveal())
    assert stored(world, authority).credential.refreshed_at == clock.time


def test_an_expired_token_is_renewed_with_the_refresh_token_of_the_last_renewal(
    authority: AuthServer, world: Adapters, clock: Clock
) -> None:
    login(world, authority.server)
    seen = set()
    for _ in range(3):
        clock.time += LIFE + 1
        assert told(world, authority).status.state is State.REFRESHABLE
        handed = get_token(world, authority.server)
        assert authority.accepts(handed.token.reveal())
        seen |= {handed.token.reveal(), stored(world, authority).tokens.refresh_token}

    assert len(seen) == 6


def test_a_refresh_token_used_twice_ends_the_grant(
    oidc_server: AuthServer, world: Adapters, clock: Clock
) -> None:
    login(world, oidc_server.server)
    stolen = stored(world, oidc_server)
    refresh(world, oidc_server.server)
    with pytest.raises(LoginNeeded, match="invalid_grant"):
        refresh_elsewhere(world, oidc_server, stolen)

    clock.time += 1
    with pytest.raises(LoginNeeded, match="invalid_grant"):
        get_token(world, oidc_server.server, min_valid=LIFE + 1)
    # The access token has not expired. It ended with its grant, and is tried before it is handed out.
    assert not oidc_server.accepts(stored(world, oidc_server).tokens.access_token.reveal())
    for _ in range(2):
        with pytest.raises(LoginNeeded):
            get_token(world, oidc_server.server)
    assert stored(world, oidc_server).tokens.refresh_token is not None


def test_a_refusal_counts_only_if_the_same_refresh_token_is_still_stored(
    sdk_server: AuthServer, world: Adapters
) -> None:
    login(world, sdk_server.server)
    before = stored(world, sdk_server)

    def after_another(*_: object) -> HttpClient:
        """Meanwhile a program that knows nothing of our locks was quicker."""
        world.credentials().save(refresh_elsewhere(world, sdk_server, before))
        return world.http_client()

    refresh(world._replace(http_client=after_another), sdk_server.server)

    assert told(world, sdk_server).status.state is State.VALID
    assert stored(world, sdk_server).tokens != before.tokens
    assert sdk_server.accepts(get_token(world, sdk_server.server).token.reveal())


@pytest.mark.parametrize("age", [1, LIFE + 1], ids=["still valid", "expired"])
def test_the_record_tells_when_and_why_a_refresh_was_refused(
    oidc_server: AuthServer, world: Adapters, clock: Clock, age: float
) -> None:
    login(world, oidc_server.server)
    refresh_elsewhere(world, oidc_server, stored(world, oidc_server))
    clock.time += age
    with pytest.raises(LoginNeeded):
        refresh(world, oidc_server.server)

    row = told(world, oidc_server)
    assert row.status.state is State.LOGIN_NEEDED
    assert "invalid_grant" in row.status.reason and oidc_server.issuer in row.status.reason
    assert row.credential is not None and row.credential.refresh_refused_at == clock.time
    assert row.credential.refused_at == clock.time  # one still valid was tried: it had ended with its grant


def test_a_renewal_whose_answer_is_lost_ends_in_login_needed_and_a_login_mends_it(
    oidc_server: AuthServer, world: Adapters
) -> None:
    login(world, oidc_server.server)
    oidc_server.fault("/token", "lost", times=1)
    with pytest.raises(LoginNeeded, match="invalid_grant"):
        refresh(world, oidc_server.server)
    assert told(world, oidc_server).status.state is State.LOGIN_NEEDED

    login(world, oidc_server.server)
    assert told(world, oidc_server).status.state is State.VALID
    assert oidc_server.accepts(get_token(world, oidc_server.server).token.reveal())


@pytest.mark.parametrize("age", [0, LIFE + 1], ids=["still valid", "expired"])
def test_a_client_that_the_issuer_forgot_is_registered_anew_at_the_next_login(
    oidc_server: AuthServer, world: Adapters, clock: Clock, age: float
) -> None:
    before = login(world, oidc_server.server)
    forget_client(stored(world, oidc_server))
    clock.time += age
    with pytest.raises(LoginNeeded, match="invalid_client"):
        refresh(world, oidc_server.server)
    assert told(world, oidc_server).status.state is State.LOGIN_NEEDED

    after = login(world, oidc_server.server, LoginOptions(wait=PATIENCE))
    assert after.client_id != before.client_id
    assert oidc_server.accepts(get_token(world, oidc_server.server).token.reveal())


def forget_client(stored_credential: StoredCredential) -> None:
    """Let the issuer drop the client, without keyrack knowing (RFC 7592, section 2.3)."""
    request = (
        deregistration_request(stored_credential.registration) if stored_credential.registration else None
    )
    assert request is not None
    bearer = request.headers["Authorization"]
    assert isinstance(bearer, Secret)
    headers = {"Authorization": bearer.reveal()}
    httpx.delete(request.url, headers=headers, trust_env=False).raise_for_status()


def test_a_refresh_token_is_asked_for_where_the_issuer_wants_to_be_asked(world: Adapters) -> None:
    with oidc(refresh_when_asked=True) as authority:
        assert login(world, authority.server).refreshable
        first = get_token(world, authority.server).token
        refresh(world, authority.server)
        second = get_token(world, authority.server).token
        assert second != first and authority.accepts(second.reveal())

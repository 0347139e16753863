"""Clients that were registered by hand at a real authorization server, with a secret or a key."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from support import authserver
from support.authserver import LOOPBACK, AuthServer, free_port

BASIC = LoginOptions(client_id="by-hand-basic", client_secret=Secret("basic: +/%&="))
POST = LoginOptions(client_id="by-hand-post", client_secret=Secret("post: +/%&="))


@pytest.fixture(scope="module")
def post_server() -> Iterator[AuthServer]:
    """An authorization server that takes a client's secret in the form and nowhere else."""
    with authserver.oidc(auth_methods=("none", "client_secret_post")) as server:
        yield server


@pytest.mark.parametrize(
    ("name", "options", "method"),
    [
        ("oidc_server", BASIC, "client_secret_basic"),
        ("post_server", POST, "client_secret_post"),
        ("oidc_server", LoginOptions(client_id="registered-by-hand"), "none"),
    ],
    ids=["basic", "post", "public"],
)
def test_a_client_registered_by_hand_logs_in_refreshes_and_revokes(
    request: pytest.FixtureRequest, world: Adapters, name: str, options: LoginOptions, method: str
) -> None:
    authority: AuthServer = request.getfixturevalue(name)
    server, credentials = authority.server, world.credentials()
    credential = login(world, server, options)
    assert (credential.client_id, credential.client_kind) == (options.client_id, "pre-registered")

    before = credentials.load(CredentialKey.of(authority.mcp_url))
    refresh(world, server)
    after = credentials.load(CredentialKey.of(authority.mcp_url))
    assert before and after and after.registration and after.registration.auth_method == method
    assert after.tokens.access_token != before.tokens.access_token
    assert authority.accepts(after.tokens.access_token.reveal())

    receipt = clear(world, server, revoke=True)
    assert {line.what: line.outcome for line in receipt.lines}["Revoke"] == "done"
    assert after.tokens.refresh_token
    for token in (after.tokens.refresh_token, after.tokens.access_token):
        assert not authority.active(token.reveal())


def test_a_wrong_client_secret_ends_with_a_sentence_and_leaves_the_old_credential(
    oidc_server: AuthServer, world: Adapters
) -> None:
    login(world, oidc_server.server)
    before = world.credentials().load(CredentialKey.of(oidc_server.mcp_url))
    with pytest.raises(KeyrackError, match="invalid_client") as caught:
        login(world, oidc_server.server, BASIC._replace(client_secret=Secret("not the secret")))

    assert "not the secret" not in str(caught.value) + caught.value.hint
    assert world.credentials().load(CredentialKey.of(oidc_server.mcp_url)) == before
    assert oidc_server.accepts(get_token(world, oidc_server.server).token.reveal())


def test_a_public_client_is_revoked_where_the_server_wants_a_client_secret_all_the_same(
    sdk_server: AuthServer, world: Adapters
) -> None:
    """mcp's own SDK refuses a revocation without the field, and takes an empty one."""
    port = free_port()
    wanted = {
        "redirect_uris": [f"http://127.0.0.1:{port}/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    }
    client = httpx.post(f"{sdk_server.issuer}/register", json=wanted, **LOOPBACK).raise_for_status().json()
    login(world, sdk_server.server, LoginOptions(client_id=client["client_id"], callback_port=port))
    stored_credential = world.credentials().load(CredentialKey.of(sdk_server.mcp_url))
    assert (
        stored_credential
        and stored_credential.registration
        and stored_credential.registration.auth_method == "none"
    )
    told = {line.what: line.outcome for line in clear(world, sdk_server.server, revoke=True).lines}
    assert (told["Revoke"], told["Access token"]) == ("done", "done")
    assert not sdk_server.accepts(stored_credential.tokens.access_token.reveal())

"""Login, refresh and clear with third-party authorization servers."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from keyrack.domain.errors import KeyrackError, LoginNeeded
from keyrack.domain.model import CredentialKey
from keyrack.domain.status import State
from keyrack.oauth.effects import SignIn, Step
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.login.options import LoginOptions
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.check import check
from keyrack.operations.servers.overview import row_of
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from keyrack.wiring import adapters
from support.authserver import AuthServer
from support.signing_in import Person, sign_in


def test_a_login_ends_with_a_token_that_the_server_takes(authority: AuthServer, world: Adapters) -> None:
    events: list[Any] = []
    server = authority.server
    credential = login(world, server, on_event=events.append)

    assert credential.issuer == authority.issuer
    assert credential.resource == authority.mcp_url
    assert credential.client_kind == "dynamic"
    assert "mcp:read" in credential.scopes
    assert credential.refreshable
    assert authority.accepts(get_token(world, server).token.reveal())
    assert check(world, server).verdict == "accepted"
    record = world.credentials().record(CredentialKey.of(authority.mcp_url))
    assert row_of(server, record, time.time()).status.state is State.VALID
    done = [event.key for event in events if isinstance(event, Step) and event.state == "done"]
    assert done[-2:] == ["try", "save"]
    [asked] = [event for event in events if isinstance(event, SignIn)]
    assert asked.origin == authority.issuer


def test_a_refresh_brings_another_token_and_uses_up_the_old_one(
    authority: AuthServer, world: Adapters
) -> None:
    server = authority.server
    login(world, server)
    before = world.credentials().load(CredentialKey.of(authority.mcp_url))
    refresh(world, server)
    after = world.credentials().load(CredentialKey.of(authority.mcp_url))

    assert before and after and before.tokens.refresh_token and after.tokens.refresh_token
    assert after.tokens.access_token != before.tokens.access_token
    assert after.tokens.refresh_token != before.tokens.refresh_token
    assert authority.accepts(after.tokens.access_token.reveal())


def test_clear_with_revoke_ends_the_token_at_the_issuer(authority: AuthServer, world: Adapters) -> None:
    server = authority.server
    login(world, server)
    token = get_token(world, server).token.reveal()
    receipt = clear(world, server, revoke=True)

    assert receipt.ok
    assert {line.what: line.outcome for line in receipt.lines}["Revoke"] == "done"
    assert not authority.accepts(token)
    assert world.credentials().load(CredentialKey.of(authority.mcp_url)) is None
    with pytest.raises(LoginNeeded):
        get_token(world, server)


def test_a_refresh_after_revocation_says_login_needed(authority: AuthServer, world: Adapters) -> None:
    server = authority.server
    login(world, server)
    stored_credential = world.credentials().load(CredentialKey.of(authority.mcp_url))
    clear(world, server, revoke=True)
    assert stored_credential is not None
    world.credentials().save(stored_credential)

    with pytest.raises(LoginNeeded):
        refresh(world, server)
    record = world.credentials().record(CredentialKey.of(authority.mcp_url))
    assert row_of(server, record, time.time()).status.state is State.LOGIN_NEEDED


def test_a_second_login_replaces_the_first(authority: AuthServer, world: Adapters) -> None:
    server = authority.server
    login(world, server)
    first = get_token(world, server).token
    login(world, server)
    second = get_token(world, server).token

    assert second != first
    assert authority.accepts(second.reveal())


def test_a_denied_sign_in_leaves_the_old_credential(authority: AuthServer, world: Adapters) -> None:
    credentials, no = world.credentials(), Person(lambda url: sign_in(url, deny=True))
    login(world, authority.server)
    before = credentials.load(CredentialKey.of(authority.mcp_url))
    with pytest.raises(KeyrackError, match="Access was denied"):
        login(adapters(credentials=credentials, browse=no), authority.server)
    no.leave()

    assert credentials.load(CredentialKey.of(authority.mcp_url)) == before


def test_a_client_registered_by_hand_is_used_as_it_is(oidc_server: AuthServer, world: Adapters) -> None:
    server = oidc_server.server
    credential = login(world, server, LoginOptions(client_id="registered-by-hand"))

    assert (credential.client_id, credential.client_kind) == ("registered-by-hand", "pre-registered")


def test_forget_takes_the_registration_back(oidc_server: AuthServer, world: Adapters) -> None:
    server = oidc_server.server
    login(world, server)
    receipt = clear(world, server, revoke=True, forget=True)

    assert receipt.ok
    assert {line.what: line.outcome for line in receipt.lines}["Forget"] == "done"


def test_an_issuer_is_told_whose_login_is_renewed_and_never_asked_for_a_prompt_that_it_lacks(
    oidc_server: AuthServer, world: Adapters, person: Person
) -> None:
    server, work = oidc_server.server, oidc_server.server._replace(account="work")
    login(world, server)
    login(world, work)
    key = CredentialKey.of(oidc_server.mcp_url, "work")
    stored = world.credentials().load(key)
    assert stored is not None
    facts = stored.credential._replace(label="ana@example.com")
    world.credentials().save(stored._replace(credential=facts))
    login(world, work)

    asked = [parse_qs(urlsplit(url).query) for url in person.urls]
    assert [each.get("login_hint") for each in asked] == [None, None, ["ana@example.com"]]
    page = httpx.get(person.urls[-1], follow_redirects=True, trust_env=False, timeout=20).text
    assert 'value="ana@example.com"' in page
    # It does not list select_account, and would refuse it.
    assert [each["prompt"] for each in asked] == [["consent"]] * 3

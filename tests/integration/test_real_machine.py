"""Client credentials at a real authorization server, with a secret or a key."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings, CredentialKey, Server, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.ports import Adapters
from keyrack.operations.tokens.get_token import get_token
from support import authserver
from support.authserver import AuthServer
from support.clock import Clock
from support.signing_in import Person

BASIC, SIGNED = "client_secret_basic", "private_key_jwt"
LIFE = 3600.0  # seconds: a token's


class Site(NamedTuple):
    """An authorization server, and the private key whose public half it knows."""

    authority: AuthServer
    key: Secret

    def server(self, method: str) -> Server:
        """The MCP server with the settings of the client that authenticates in this way."""
        if method == SIGNED:
            return with_client(self.authority, client_id="machine-with-key", key=self.key)
        return with_client(self.authority, client_id="machine", secret=Secret("machine-secret"))


def with_client(
    authority: AuthServer, *, client_id: str, key: Secret | None = None, secret: Secret | None = None
) -> Server:
    plain = ClientSettings(client_id=client_id, grant_type="client_credentials")
    settings = plain._replace(client_secret=secret, client_key=key)
    return authority.server._replace(client=settings)


def key_pair() -> tuple[Secret, dict[str, str]]:
    """A private key (PEM) for ES256, and its public half as a JWK (RFC 7518, section 6.2)."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    numbers = key.public_key().public_numbers()
    x, y = (
        base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
        for number in (numbers.x, numbers.y)
    )
    return Secret(pem), {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "x": x, "y": y}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    key, public = key_pair()
    with authserver.oidc(client_key=public) as authority:
        yield Site(authority, key)


def stored(world: Adapters, site: Site) -> StoredCredential:
    stored_credential = world.credentials().load(CredentialKey.of(site.authority.mcp_url))
    assert stored_credential is not None
    return stored_credential


@pytest.mark.parametrize("method", [BASIC, SIGNED])
def test_a_machine_logs_in_by_itself_and_the_server_takes_its_token(
    site: Site, world: Adapters, person: Person, method: str
) -> None:
    credential = login(world, site.server(method))

    assert person.urls == []
    assert credential.client_kind == "pre-registered" and credential.scopes == ("mcp:read",)
    assert site.authority.accepts(get_token(world, site.server(method)).token.reveal())
    registration = stored(world, site).registration
    assert registration is not None and registration.auth_method == method


@pytest.mark.parametrize("method", [BASIC, SIGNED])
def test_a_machines_token_is_renewed_by_asking_again(
    site: Site, world: Adapters, person: Person, clock: Clock, method: str
) -> None:
    assert login(world, site.server(method)).refreshable
    tokens = {get_token(world, site.server(method)).token}
    for _ in range(2):
        clock.time += LIFE + 1
        handed = get_token(world, site.server(method))
        assert handed.expires_at == clock.time + LIFE
        assert site.authority.accepts(handed.token.reveal())
        tokens.add(handed.token)

    assert len(tokens) == 3 and person.urls == []


@pytest.mark.parametrize("method", [BASIC, SIGNED])
def test_the_next_login_needs_neither_the_secret_nor_the_key_again(
    site: Site, world: Adapters, person: Person, method: str
) -> None:
    first = login(world, site.server(method))
    second = login(world, site.authority.server)

    assert second.client_id == first.client_id and person.urls == []
    assert site.authority.accepts(get_token(world, site.authority.server).token.reveal())


@pytest.mark.parametrize("method", [BASIC, SIGNED])
def test_a_machines_token_can_be_revoked(site: Site, world: Adapters, method: str) -> None:
    login(world, site.server(method))
    token = get_token(world, site.server(method)).token.reveal()
    receipt = clear(world, site.server(method), revoke=True)

    assert {line.what: line.outcome for line in receipt.lines}["Revoke"] == "done"
    assert not site.authority.active(token)


def test_another_key_ends_with_a_sentence_and_leaves_the_old_credential(site: Site, world: Adapters) -> None:
    login(world, site.server(SIGNED))
    before = stored(world, site)
    wrong, _ = key_pair()
    with pytest.raises(KeyrackError, match="invalid_client") as caught:
        login(world, with_client(site.authority, client_id="machine-with-key", key=wrong))

    assert wrong.reveal().splitlines()[1] not in str(caught.value) + caught.value.hint
    assert stored(world, site) == before

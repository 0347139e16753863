"""Client certificates and the user's own CAs, over real TLS connections."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from integration.net_server import little_server, reply
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings, Server, Source, TlsFiles
from keyrack.net.http_client import HttpxClient
from keyrack.oauth.http import Failed, Request, Response
from keyrack.operations.clearing.clear import clear
from keyrack.operations.login.login import login
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.check import check
from keyrack.operations.tokens.get_token import get_token
from keyrack.operations.tokens.refresh import refresh
from keyrack.store.credential_store import memory_credential_store
from keyrack.wiring import adapters
from support import certificates
from support.certificates import Certificates
from support.tls_world import TlsServer, TlsWorld, tls_world

TOKEN = "/token"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def here(made: Certificates) -> Adapters:
    """keyrack, with a person who has signed in already."""

    def browse(url: str) -> bool:
        def walk() -> None:
            trusting = ssl.create_default_context(cafile=made.authority)
            httpx.get(url, verify=trusting, follow_redirects=True, trust_env=False, timeout=20)

        threading.Thread(target=walk, daemon=True).start()
        return True

    return adapters(credentials=memory_credential_store(lambda: 0.0), browse=browse)


def server_of(world: TlsWorld, files: TlsFiles, **settings: str) -> Server:
    source = Source("keyrack", "config.toml", "corp")
    return Server("corp", world.url, sources=(source,), client=ClientSettings(tls=files, **settings))  # type: ignore[arg-type]


def certified(server: TlsServer, path: str | None = None) -> set[bool]:
    return {each.certified for each in server.seen if path is None or each.path == path}


def test_a_login_through_mutual_tls_and_all_that_follows(made: Certificates, here: Adapters) -> None:
    with tls_world(made) as world:
        server = server_of(world, made.files)
        login(here, server)
        # Its issuer is not stored yet: a server could name anybody.
        assert certified(world.mcp) == {True} and certified(world.issuer, TOKEN) == {False}
        world.issuer.seen.clear()
        refresh(here, server)
        assert get_token(here, server, min_valid=90).token.reveal() == "at-1"
        assert len(world.issuer.to(TOKEN)) == 2 and certified(world.issuer) == {True}
        assert check(here, server).verdict == "accepted"
        assert clear(here, server, revoke=True).ok
        assert len(world.issuer.to("/revoke")) == 2 and certified(world.issuer, "/revoke") == {True}


def test_a_second_login_shows_the_certificate_to_the_stored_issuer(
    made: Certificates, here: Adapters
) -> None:
    with tls_world(made) as world:
        login(here, server_of(world, made.files))
        world.issuer.seen.clear()
        login(here, server_of(world, made.files))
        assert certified(world.issuer, TOKEN) == {True}


def test_a_configured_issuer_is_shown_the_certificate_at_once(made: Certificates, here: Adapters) -> None:
    with tls_world(made) as world:
        login(here, server_of(world, made.files, issuer=world.issuer.url))
        assert certified(world.issuer, TOKEN) == {True}


def test_a_machine_may_be_known_by_its_certificate_alone(made: Certificates, here: Adapters) -> None:
    machine = {"client_id": "ci", "grant_type": "client_credentials"}
    with tls_world(made) as world:
        login(here, server_of(world, made.files, issuer=world.issuer.url, **machine))
        [asked] = world.issuer.to(TOKEN)
        assert asked.certified and asked.form["client_id"] == "ci" and "client_secret" not in asked.form
    with tls_world(made, ssl.CERT_OPTIONAL) as world:
        bare = server_of(world, TlsFiles(made.authority), issuer=world.issuer.url, **machine)
        with pytest.raises(KeyrackError, match="its client has no secret or key"):
            login(here, bare)


def test_no_other_origin_is_ever_offered_the_certificate(made: Certificates, here: Adapters) -> None:
    with tls_world(made, elsewhere=True) as world:
        server = server_of(world, made.files, issuer=world.issuer.url)
        login(here, server)
        refresh(here, server)
        assert len(world.tokens.seen) == 2 and certified(world.tokens) == {False}


def test_what_a_login_lacks_is_named(made: Certificates, here: Adapters) -> None:
    with tls_world(made) as world:
        for files, said, setting in (
            (TlsFiles(), "authority that this machine does not trust", "ca_file = "),
            (TlsFiles(made.authority), "requires a client certificate", "client_cert = "),
        ):
            with pytest.raises(KeyrackError, match=said) as caught:
                login(here, server_of(world, files))
            assert "[servers.corp]" in caught.value.hint and setting in caught.value.hint
    with tls_world(made, issuers=ssl.CERT_REQUIRED) as world:
        with pytest.raises(KeyrackError, match="requires a client certificate") as caught:
            login(here, server_of(world, made.files))
        assert 'issuer = "https://…"' in caught.value.hint
        refused = TlsFiles(made.authority, made.stranger, made.other_key)
        with pytest.raises(KeyrackError, match="refuses the client certificate"):
            login(here, server_of(world, refused))


def test_another_server_gets_neither_the_certificate_nor_the_authorities(made: Certificates) -> None:
    http_client = HttpxClient(files=made.files)
    with tls_world(made, ssl.CERT_OPTIONAL) as world:
        own = http_client.send(Request("GET", f"{world.mcp.url}/x"), server_url=world.url)
        other = http_client.send(Request("GET", f"{world.issuer.url}/x"), server_url=world.url)
        plain = HttpxClient().send(Request("GET", f"{world.mcp.url}/x"), server_url=world.url)
        assert isinstance(own, Response) and isinstance(other, Response)
        assert certified(world.mcp) == {True} and certified(world.issuer) == {False}
        assert isinstance(plain, Failed) and "authority that this machine does not trust" in plain.reason


def test_the_key_may_lie_in_the_certificates_file(made: Certificates, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(Path(made.client).read_text() + Path(made.client_key).read_text())
    http_client = HttpxClient(files=TlsFiles(made.authority, str(both)))
    with little_server(reply(), context=made.context(ssl.CERT_REQUIRED)) as server:
        assert isinstance(http_client.send(Request("GET", server.url), server_url=server.url), Response)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            lambda made: made.files._replace(ca_file="/nowhere/ca.pem"),
            "The ca_file /nowhere/ca.pem can't be read: No such",
        ),
        (lambda made: made.files._replace(ca_file=made.client_key), "contains no PEM certificate"),
        (lambda made: made.files._replace(ca_file="/"), "The ca_file / can't be read: Is a directory"),
        (
            lambda made: made.files._replace(client_cert="/nowhere/c"),
            "The client_cert /nowhere/c can't be read",
        ),
        (
            lambda made: made.files._replace(client_key="/nowhere/k"),
            "The client_key_file /nowhere/k can't be read",
        ),
        (lambda made: made.files._replace(client_cert=made.client_key), "contains no PEM certificate"),
        (lambda made: made.files._replace(client_key=made.client), "contains no PEM private key"),
        (lambda made: made.files._replace(client_key=None), "contains no PEM private key"),
        (lambda made: made.files._replace(client_key=made.other_key), "does not belong to the client_cert"),
        (lambda made: made.files._replace(client_key=made.sealed_key), "is encrypted with a passphrase"),
    ],
)
def test_a_file_that_cannot_be_used_ends_it_before_anything_is_sent(
    files: Callable[[Certificates], TlsFiles], said: str, made: Certificates, here: Adapters
) -> None:
    with tls_world(made) as world:
        login(here, server_of(world, made.files))
        before = [len(server.seen) for server in world]
        server = server_of(world, files(made))
        for use in (
            lambda: login(here, server), lambda: refresh(here, server), lambda: check(here, server),
            lambda: clear(here, server, revoke=True),
        ):  # fmt: skip
            with pytest.raises(KeyrackError) as caught:
                use()
            assert said in str(caught.value)
            assert "[servers.corp] of " in caught.value.hint
        assert [len(server.seen) for server in world] == before
        # Nothing is lost by it: with the right files all is as it was.
        assert refresh(here, server_of(world, made.files)).refreshable

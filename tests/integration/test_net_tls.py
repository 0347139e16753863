"""TLS: which certificates are accepted, and what is reported of the others."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integration.net_server import little_server, reply
from keyrack.domain.secret import Secret
from keyrack.net.http_client import HttpxClient
from keyrack.net.limits import Limits
from keyrack.oauth.http import Failed, Request, Response
from support.resolver import Names, send


def certificate(folder: Path, host: str, *, days: int = 30, issuer: bool = False) -> tuple[Path, Path]:
    """A certificate and its key; self-signed, or by an authority that is `folder`/authority.pem."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.UTC)

    def build(name: str, key: Any, by: str, by_key: Any, authority: bool) -> x509.Certificate:
        try:
            known: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            known = x509.DNSName(name)
        subject, signer = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, n)]) for n in (name, by))
        start = now - datetime.timedelta(days=60)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(signer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([known]), False)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), True)
            .sign(by_key, hashes.SHA256())
        )

    key = ec.generate_private_key(ec.SECP256R1())
    if issuer:
        by_key = ec.generate_private_key(ec.SECP256R1())
        root = build("authority", by_key, "authority", by_key, True)
        (folder / "authority.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
        made = build(host, key, "authority", by_key, False)
    else:
        made = build(host, key, host, key, False)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "cert.pem", folder / "key.pem"


Make = Callable[..., ssl.SSLContext]


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    pytest.importorskip("cryptography", reason="certificates for the test are made with cryptography")

    def make(host: str, *, trusted: bool = True, **more: Any) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate(tmp_path, host, issuer=trusted, **more))
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        return context

    return make


def test_the_environments_authority_is_trusted_and_the_name_is_checked(tls: Make):
    with little_server(reply(b"safe"), context=tls("mcp.example")) as server:
        url = f"https://mcp.example:{server.port}/"
        answer = send(
            url, Names(mcp_example="127.0.0.1"), server_url=url, headers={"Authorization": Secret("Bearer t")}
        )
    assert isinstance(answer, Response) and answer.body == b"safe"


def test_an_address_can_have_a_certificate(tls: Make):
    with little_server(reply(b"safe"), context=tls("127.0.0.1")) as server:
        assert isinstance(send(server.url, Names(), server_url=server.url), Response)


@pytest.mark.parametrize(
    "made, words",
    [
        ({"trusted": False}, "is self-signed"),
        ({"days": -1}, "has expired"),
        ({"host": "other.example"}, "is for another host"),
    ],
)
def test_a_bad_certificate_is_reported(tls: Make, made: dict[str, Any], words: str):
    context = tls(**{"host": "mcp.example", **made})
    with little_server(reply(), context=context) as server:
        url = f"https://mcp.example:{server.port}/"
        answer = send(url, Names(mcp_example="127.0.0.1"), server_url=url)
        assert isinstance(answer, Failed) and not server.requests
        assert answer.reason.startswith(f"The certificate of mcp.example {words}.")
        # Only for an authority that is not known does it matter who is trusted.
        assert ("SSL_CERT_FILE" in answer.reason) == ("self-signed" in words)


@pytest.mark.parametrize(
    "variable, value, words",
    [
        (None, "", "To trust it, set SSL_CERT_FILE to a PEM file with its certificate."),
        ("SSL_CERT_FILE", "other.pem", "SSL_CERT_FILE names {path}."),
        ("SSL_CERT_FILE", "gone.pem", "{path}, which can't be read (No such file or directory)."),
        ("SSL_CERT_FILE", "words.pem", "SSL_CERT_FILE names {path}, which contains no PEM certificate."),
        ("SSL_CERT_DIR", ".", "SSL_CERT_DIR names {path}, where no certificate has the file name"),
        ("SSL_CERT_DIR", "hashed", "SSL_CERT_DIR names {path}."),
    ],
)
def test_an_unknown_authority_is_refused_with_the_variable_that_decides(
    variable: str | None, value: str, words: str, tls: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    context = tls("mcp.example")
    monkeypatch.delenv("SSL_CERT_FILE")
    (tmp_path / "other").mkdir()
    certificate(tmp_path / "other", "other.example")
    (tmp_path / "other" / "cert.pem").rename(tmp_path / "other.pem")
    (tmp_path / "words.pem").write_text("no certificate")
    (tmp_path / "hashed").mkdir()
    (tmp_path / "hashed" / "0123abcd.0").write_bytes((tmp_path / "other.pem").read_bytes())
    path = str(tmp_path / value)
    if variable:
        monkeypatch.setenv(variable, path)
    with little_server(reply(), context=context) as server:
        url = f"https://mcp.example:{server.port}/"
        answer = send(url, Names(mcp_example="127.0.0.1"), server_url=url)
        assert isinstance(answer, Failed) and not server.requests
        assert words.format(path=path) in answer.reason


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_byte_at_a_time_ends_over_tls_too(tls: Make, head: bytes):
    def dribble(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        while not threading.Event().wait(0.05):
            connection.sendall(b"a")

    with little_server(dribble, context=tls("127.0.0.1")) as server:
        http_client = HttpxClient(Limits(total=0.8))
        answer = http_client.send(Request("GET", server.url), server_url=server.url)
    assert answer == Failed("127.0.0.1 did not answer in time.")


def test_a_handshake_that_never_ends_is_ended():
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes the connection, says nothing
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        answer = HttpxClient(Limits(connect=0.3)).send(Request("GET", url), server_url=url)
    assert answer == Failed("The connection to 127.0.0.1 timed out.")


def test_an_unknown_authority_is_reported(tls: Make, monkeypatch: pytest.MonkeyPatch):
    context = tls("mcp.example")
    monkeypatch.delenv("SSL_CERT_FILE")
    with little_server(reply(), context=context) as server:
        url = f"https://mcp.example:{server.port}/"
        answer = send(url, Names(mcp_example="127.0.0.1"), server_url=url)
    assert isinstance(answer, Failed) and "an authority that this machine does not trust" in answer.reason
    assert "SSL_CERT_FILE" in answer.reason


def test_tls_to_a_server_without_it():
    def answer_plainly(listener: socket.socket) -> None:
        with listener.accept()[0] as connection:
            connection.recv(4096)
            connection.sendall(reply(status="400 Bad Request"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=answer_plainly, args=(listener,))
        server.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        answer = send(url, Names(), server_url=url)
        server.join(10)
    assert isinstance(answer, Failed) and "TLS" in answer.reason

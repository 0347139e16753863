"""Names, addresses, certificates and proxies: which connections are made, and that there are no others.

A fake resolver answers for every name, and every connection of a test is recorded
before it is made; none may leave loopback.
"""

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
from keyrack.net import address
from keyrack.net.http_client import HttpxClient
from keyrack.net.limits import Limits
from keyrack.net.proxy import proxy_for
from keyrack.oauth.http import Failed, Request, Response

PUBLIC = "https://mcp.example/mcp"  # resolves to 93.184.215.14 below
LIMITS = Limits()


class Names:
    """A resolver; names that it does not know do not exist."""

    def __init__(self, **names: str) -> None:
        self.names = {key.replace("_", "."): value.split() for key, value in names.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: Any, **_: Any) -> list[Any]:
        self.asked.append(host)
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in self.names[host]]


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that somebody tried to connect to. Those beyond loopback are not reached."""
    tried: list[str] = []
    real = socket.create_connection

    def dial(target: tuple[str, int], *args: Any, **more: Any) -> socket.socket:
        tried.append(target[0])
        if target[0] not in ("127.0.0.1", "::1"):
            raise OSError(101, "Network is unreachable")
        return real(target, *args, **more)

    monkeypatch.setattr(socket, "create_connection", dial)
    return tried


def send(url: str, names: Names, server_url: str = PUBLIC, **more: Any) -> Response | Failed:
    return HttpxClient(LIMITS, names).send(Request("GET", url, **more), server_url=server_url)


@pytest.mark.checklist("security: URLs")
@pytest.mark.parametrize(
    "lies",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.5",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "2001:db8::1",
        "10.0.0.5 192.168.1.1",
    ],
)
def test_a_name_that_leads_inside_is_refused(lies: str, dialled: list[str]):
    names = Names(mcp_example="93.184.215.14", auth_example=lies)
    answer = send("https://auth.example/x", names)
    assert isinstance(answer, Failed) and answer.refused
    assert "private network" in answer.reason and dialled == []


@pytest.mark.checklist("security: URLs")
@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://a.localhost/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://[fe80::1]/",
        "https://169.254.169.254/latest/meta-data",
        "http://auth.example/",
        "file:///etc/passwd",
        "ftp://a.example/",
        "javascript:alert(1)",
        "https://user@auth.example/",
        "https://auth.example/#x",
        "https://auth.example:0/",
        "https://auth.example/a b",
        "https://auth.example/\n",
        "//auth.example/",
        "",
    ],
)
def test_a_forbidden_url_is_never_asked(url: str, dialled: list[str]):
    names = Names(mcp_example="93.184.215.14", auth_example="93.184.215.15")
    answer = send(url, names)
    assert isinstance(answer, Failed) and answer.refused
    assert answer.reason.endswith(".") and dialled == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost."])
def test_odd_spellings_are_what_the_resolver_makes_of_them(host: str, dialled: list[str]):
    names = Names(mcp_example="93.184.215.14")
    names.names[host] = ["127.0.0.1"]
    answer = send(f"https://{host}/", names)
    assert isinstance(answer, Failed) and answer.refused and dialled == []


def test_only_the_allowed_addresses_of_a_name_are_tried(dialled: list[str]):
    answer = send("https://auth.example/", Names(auth_example="10.0.0.1 93.184.215.15 2606:4700::1 ::1"))
    assert isinstance(answer, Failed) and "no route" in answer.reason
    assert dialled == ["93.184.215.15", "2606:4700::1"]


def test_a_name_is_resolved_once_and_its_answer_is_used(dialled: list[str]):
    class Rebinding(Names):
        def __call__(self, host: str, port: Any, **more: Any) -> list[Any]:
            rows = super().__call__(host, port, **more)
            self.names[host] = ["127.0.0.1"]
            return rows

    names = Rebinding(auth_example="93.184.215.15")
    send("https://auth.example/", names)
    assert names.asked == ["auth.example"] and dialled == ["93.184.215.15"]


def test_the_users_own_server_may_lie_anywhere(dialled: list[str]):
    with little_server(reply(b"mine")) as server:
        url = f"http://box.home:{server.port}/mcp"
        answer = send(url, Names(box_home="127.0.0.1"), server_url=url)
    assert isinstance(answer, Response) and answer.body == b"mine"
    assert f"host: box.home:{server.port}".encode() in server.requests[0].lower()


def test_a_company_keeps_both_behind_public_names(dialled: list[str]):
    names = Names(mcp_corp_example="10.1.0.5", auth_corp_example="10.1.0.6")
    answer = send("https://auth.corp.example/", names, server_url="https://mcp.corp.example/mcp")
    assert isinstance(answer, Failed) and not answer.refused
    assert dialled == ["10.1.0.6"]


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "", {"Authorization": "Bearer t"}),
        Request("GET", "", {"X-Key": Secret("t")}),
        Request("POST", "", form={"code": Secret("t")}),
        Request("GET", "", {"cookie": "t"}),
    ],
)
def test_a_credential_never_goes_over_plain_http(request_: Request, dialled: list[str]):
    url = "http://box.home/mcp"
    answer = HttpxClient(LIMITS, Names(box_home="127.0.0.1")).send(request_._replace(url=url), server_url=url)
    assert isinstance(answer, Failed) and answer.refused and dialled == []
    assert "plain http" in answer.reason


def test_localhost_is_not_what_a_resolver_says(dialled: list[str]):
    with little_server(reply(b"here")) as server:
        url = f"http://app.localhost:{server.port}/"
        answer = send(url, Names(app_localhost="93.184.215.14"), server_url=url)
    assert isinstance(answer, Response) and "93.184.215.14" not in dialled


def test_an_unknown_name_is_reported():
    assert send("https://auth.example/", Names()) == Failed("The name auth.example was not found.")
    long = "a" * 70 + ".example"
    assert isinstance(
        HttpxClient(LIMITS).send(Request("GET", f"https://{long}/"), server_url=f"https://{long}/"), Failed
    )


def test_a_resolver_that_hangs_is_left_behind():
    go = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        go.wait(10)
        return []

    answer = HttpxClient(Limits(connect=0.1), hang).send(
        Request("GET", "https://a.example/"), server_url=PUBLIC
    )
    go.set()
    assert answer == Failed("The name a.example was not resolved in time.")


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


def test_a_proxy_gets_the_name_and_nothing_is_resolved_here(monkeypatch: pytest.MonkeyPatch):
    names = Names()
    with little_server(reply(b"by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        answer = send("http://box.home/mcp", names, server_url="http://box.home/mcp")
    assert isinstance(answer, Response) and answer.body == b"by proxy" and names.asked == []
    assert proxy.requests[0].startswith(b"GET http://box.home/mcp HTTP/1.1\r\n")


def test_a_host_that_no_proxy_names_is_asked_without_the_proxy(monkeypatch: pytest.MonkeyPatch):
    with little_server(reply(b"by proxy")) as proxy, little_server(reply(b"itself")) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "*.home")
        url = f"http://box.home:{server.port}/mcp"
        answer = send(url, Names(box_home="127.0.0.1"), server_url=url)
        assert isinstance(answer, Response) and answer.body == b"itself" and not proxy.connections


def test_a_host_that_no_proxy_names_is_checked_like_any_other(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example:1")
    monkeypatch.setenv("no_proxy", "*.home")
    answer = send("https://box.home/", Names(box_home="10.0.0.1"))
    assert isinstance(answer, Failed) and answer.refused


def test_a_proxy_that_says_no(monkeypatch: pytest.MonkeyPatch):
    with little_server(reply(b"", "403 Forbidden")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        answer = send("https://auth.example/", Names())
    assert answer == Failed("The proxy refused the request to auth.example.")
    assert proxy.requests[0].startswith(b"CONNECT auth.example:443")


@pytest.mark.parametrize("host", ["127.1", "10.0.0.1.", "0x0a000001", "167772161", "localhost.", "10.1"])
def test_literal_addresses_are_checked_before_a_proxy_too(host: str, monkeypatch: pytest.MonkeyPatch):
    with little_server(reply()) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        answer = send(f"https://{host}/", Names())
        assert isinstance(answer, Failed) and answer.refused and not proxy.connections


def test_which_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example,.corp.example")
    assert proxy_for("https://a.example/") == "http://proxy.example:3128"
    assert proxy_for("http://a.example/") is None
    assert proxy_for("https://inside.example:8443/") is None
    assert proxy_for("https://x.corp.example/") is None
    assert proxy_for("https://localhost/") is None


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "nonsense://x", "http://[::1"])
def test_a_proxy_that_can_not_be_used_is_reported(proxy: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", proxy)
    answer = send("https://a.example/", Names())
    assert isinstance(answer, Failed) and answer.reason.endswith(".")


def test_a_nat64_address_of_a_public_host_is_allowed():
    assert not address.forbidden("64:ff9b::808:808", PUBLIC)
    assert not address.forbidden("2606:4700::1111", PUBLIC)

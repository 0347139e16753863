"""An internet on one machine: real host names and real TLS, and no packet leaves loopback.

Every known host has a public address of its own, as the resolver tells it. A connection to it is made
to one server on loopback instead, which owns a certificate for all of them. What is not known does not
resolve, and can't be connected to.
"""

from __future__ import annotations

import datetime
import json
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from integration.net_server import LittleServer, little_server
from keyrack.net.http_client import HttpxClient
from keyrack.net.limits import Limits

# What every request has, whatever it is for.
ORDINARY = ("host", "user-agent", "accept-encoding", "content-length", "content-type", "connection")


class Asked(NamedTuple):
    """One request as it arrived. Headers by their names in lower case."""

    host: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.path}"

    @property
    def own_headers(self) -> dict[str, str]:
        """The headers beyond those that every request has."""
        plain = {"accept": "application/json"}
        return {
            name: value
            for name, value in self.headers.items()
            if name not in ORDINARY and plain.get(name) != value
        }

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class Answer(NamedTuple):
    """What a server says: JSON, or bytes as they are."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = {}

    def as_bytes(self) -> bytes:
        raw = self.body if isinstance(self.body, bytes) else b""
        if self.body is not None and not raw:
            raw = json.dumps(self.body).encode()
        kind = {"Content-Type": "application/json"} if raw else {}
        lines = {**kind, "Content-Length": str(len(raw)), **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {self.status} .\r\n{head}\r\n".encode("latin-1") + raw


Answering = Callable[[Asked], Answer]


class Internet:
    """The hosts, who answers for them, and what they were asked."""

    def __init__(self, hosts: Iterable[str], answer: Answering) -> None:
        self.addresses = {host: f"93.184.{200 + n // 200}.{n % 200 + 1}" for n, host in enumerate(hosts)}
        self.answer = answer
        self.asked: list[Asked] = []
        self.dialled: list[str] = []  # every host that somebody tried to connect to

    def http_client(self) -> HttpxClient:
        """keyrack's own, but for the resolver."""
        return HttpxClient(Limits(), self._resolve)

    def to(self, host: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.host == host]

    def behave(self, connection: socket.socket, request: bytes) -> None:
        asked = _asked(request)
        self.asked.append(asked)
        connection.sendall(self.answer(asked).as_bytes())

    def dial(self, server: LittleServer, real: Callable[..., socket.socket]) -> Callable[..., socket.socket]:
        """In socket.create_connection's place."""
        names = {address: host for host, address in self.addresses.items()}

        def connect(target: tuple[str, int], *args: Any, **more: Any) -> socket.socket:
            host = names.get(target[0], target[0])
            if target[0] == "127.0.0.1":
                return real(target, *args, **more)
            self.dialled.append(host if target[1] == 443 else f"{host}:{target[1]}")
            if host not in self.addresses or target[1] != 443:
                raise OSError(101, "Network is unreachable")
            return real(("127.0.0.1", server.port), *args, **more)

        return connect

    def _resolve(self, host: str, port: Any, **_: Any) -> list[Any]:
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.addresses[host], 0))]


@contextmanager
def internet(
    hosts: Iterable[str], answer: Answering, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> Iterator[Internet]:
    """Up until the block ends. `folder` gets the certificate authority, which is trusted meanwhile."""
    hosts = tuple(sorted(set(hosts)))
    net = Internet(hosts, answer)
    authority, context = _certified(hosts)
    (folder / "authority.pem").write_bytes(authority)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    with little_server(net.behave, context=context) as server:
        monkeypatch.setattr(socket, "create_connection", net.dial(server, socket.create_connection))
        yield net


def _asked(request: bytes) -> Asked:
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    pairs = [line.partition(":") for line in lines]
    headers = {name.lower(): value.strip(" ") for name, _, value in pairs}
    assert len(headers) == len(pairs), "a header came twice"
    return Asked(headers["host"], method, path, headers, body)


@cache
def _certified(hosts: tuple[str, ...]) -> tuple[bytes, ssl.SSLContext]:
    """An authority of one day, and a server's TLS with its certificate for all the hosts."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def certificate(name: str, public: Any, extensions: Iterable[x509.ExtensionType]) -> x509.Certificate:
        subject, issuer = (
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)]) for each in (name, "root")
        )
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(hours=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1))
        for extension in extensions:
            builder = builder.add_extension(extension, isinstance(extension, x509.BasicConstraints))
        return builder.sign(root_key, hashes.SHA256())

    root = certificate("root", root_key.public_key(), [x509.BasicConstraints(ca=True, path_length=None)])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    mine = certificate("services", key.public_key(), [names])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.write_bytes(mine.public_bytes(pem) + private)
        context.load_cert_chain(chain)
    return root.public_bytes(pem), context

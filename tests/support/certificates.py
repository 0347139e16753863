"""A CA that is valid for one day and its certificates, made with openssl."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple

from keyrack.domain.model import TlsFiles
from support.require import need


class Certificates(NamedTuple):
    """Paths of PEM files."""

    authority: str
    server: str  # for 127.0.0.1, with its key in the same file
    client: str
    client_key: str
    other_key: str
    stranger: str  # the other key's, signed by itself
    sealed_key: str  # the client's, with a passphrase

    @property
    def files(self) -> TlsFiles:
        """What the client's user would configure."""
        return TlsFiles(self.authority, self.client, self.client_key)

    def context(self, verify: ssl.VerifyMode = ssl.CERT_OPTIONAL) -> ssl.SSLContext:
        """A server's, which asks its client for a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        context.load_verify_locations(self.authority)
        context.verify_mode = verify
        return context


def make(folder: Path) -> Certificates:
    openssl = shutil.which("openssl")
    need("openssl is not installed", present=openssl is not None)

    def run(*words: str) -> None:
        subprocess.run([str(openssl), *words], cwd=folder, check=True, capture_output=True, timeout=60)

    def key(name: str) -> None:
        run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", f"{name}.key")

    def signed(name: str, extensions: str) -> None:
        key(name)
        run("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
        (folder / f"{name}.ext").write_text(extensions)
        authority = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
        run("x509", "-req", "-in", f"{name}.csr", *authority, "-days", "1", "-extfile", f"{name}.ext",
            "-out", f"{name}.pem")  # fmt: skip

    key("ca")
    constraints = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    run(
        "req",
        "-x509",
        "-new",
        "-key",
        "ca.key",
        "-subj",
        "/CN=ca",
        "-days",
        "1",
        *constraints,
        "-out",
        "ca.pem",
    )
    signed("server", "subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    signed("client", "extendedKeyUsage=clientAuth\n")
    key("other")
    run("req", "-x509", "-new", "-key", "other.key", "-subj", "/CN=other", "-days", "1", "-out", "other.pem")
    run("pkey", "-in", "client.key", "-aes256", "-passout", "pass:secret", "-out", "sealed.key")
    both = (folder / "server.pem").read_text() + (folder / "server.key").read_text()
    (folder / "both.pem").write_text(both)
    names = ("ca.pem", "both.pem", "client.pem", "client.key", "other.key", "other.pem", "sealed.key")
    return Certificates(*(str(folder / name) for name in names))

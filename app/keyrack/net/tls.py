"""TLS contexts: the certificate authorities to trust, and the client certificate for mutual TLS.

keyrack trusts what the operating system trusts, so that a company's own authority works, and
the authorities in the user's file for one server.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from typing import NoReturn

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import TlsFiles
from keyrack.domain.text import plain

NO_FILES = TlsFiles()
HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")  # a certificate's name in a folder of authorities


def trust(files: TlsFiles = NO_FILES) -> ssl.SSLContext:
    """The system's authorities, or SSL_CERT_FILE and SSL_CERT_DIR; certifi's if there are none.

    Adds those in `files`. Raises KeyrackError if that file is not valid.
    """
    context = ssl.create_default_context()
    chosen = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    if not chosen and not context.cert_store_stats()["x509_ca"] and not _has_folder():
        import certifi

        context.load_verify_locations(cafile=certifi.where())
    if files.ca_file:
        _check_readable("ca_file", files.ca_file)
        try:
            context.load_verify_locations(cafile=files.ca_file)
        except (OSError, ValueError):
            raise KeyrackError(f"The ca_file {files.ca_file} contains no PEM certificate.") from None
    return context


def whom_to_trust(env: Mapping[str, str] = os.environ) -> str:
    """A sentence that says where the trusted authorities come from, for an error with an unknown one."""
    named = [
        f"{name} names {plain(env[name], 300)}{trouble(env[name])}"
        for name, trouble in (("SSL_CERT_FILE", _trouble_of_file), ("SSL_CERT_DIR", _trouble_of_folders))
        if env.get(name)
    ]
    if not named:
        return "To trust it, set SSL_CERT_FILE to a PEM file with its certificate."
    return f"The environment decides which authorities are trusted: {', and '.join(named)}."


def _trouble_of_file(path: str) -> str:
    try:
        with open(path, "rb") as file:
            file.read(1)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        return ", which contains no PEM certificate"
    except (OSError, ValueError) as error:
        return f", which can't be read ({getattr(error, 'strerror', None) or 'the path is not valid'})"
    return ""


def _trouble_of_folders(paths: str) -> str:
    for path in paths.split(os.pathsep):
        try:
            with os.scandir(path) as entries:
                if any(HASHED.fullmatch(entry.name) for entry in entries):
                    return ""
        except (OSError, ValueError):
            pass
    return ", where no certificate has the file name that OpenSSL looks for (run openssl rehash there)"


def with_certificate(files: TlsFiles) -> ssl.SSLContext | None:
    """The same with the client's certificate (RFC 8705); None if there is none.

    Raises KeyrackError if the certificate or its key can't be used.
    """
    if not files.client_cert:
        return None
    context = trust(files)
    _check_readable("client_cert", files.client_cert)
    key = files.client_key or files.client_cert
    if files.client_key:
        _check_readable("client_key_file", files.client_key)
    try:
        context.load_cert_chain(files.client_cert, key, _no_passphrase)
    except _Encrypted:
        raise KeyrackError(
            f"The private key {key} is encrypted with a passphrase, which keyrack can't ask for.",
            hint="Remove the passphrase with openssl pkey, and make the file readable only for you.",
        ) from None
    except (OSError, ValueError) as error:
        raise KeyrackError(_sentence(error, files, key)) from None
    return context


class _Encrypted(Exception):
    pass


def _no_passphrase() -> NoReturn:
    raise _Encrypted  # otherwise OpenSSL would ask for it on the terminal


def _sentence(error: Exception, files: TlsFiles, key: str) -> str:
    if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
        return f"The private key {key} does not belong to the client_cert {files.client_cert}."
    try:
        ssl.create_default_context(cafile=files.client_cert)
    except (OSError, ValueError):
        return f"The client_cert {files.client_cert} contains no PEM certificate."
    return f"{key} contains no PEM private key for the client_cert."


def _check_readable(setting: str, path: str) -> None:
    """Raise a clear error for an unreadable file: OpenSSL's own message does not help."""
    try:
        with open(path, "rb") as file:
            file.read(1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise KeyrackError(f"The {setting} {path} can't be read: {reason}.") from None


def _has_folder() -> bool:
    """Is there a folder of authorities? It is read on demand and not included in the context's count."""
    try:
        with os.scandir(ssl.get_default_verify_paths().capath or "") as entries:
            return any(entries)
    except OSError:
        return False

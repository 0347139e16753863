"""Secrets as the Secret Service sends them (Secret Service API, "Transfer of Secrets")."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from secretstorage.dhcrypto import Session


def opened_secret(session: Session, secret: tuple[Any, ...]) -> bytes:
    """The bytes of a secret.

    secretstorage does the same, but names a backend of cryptography's, which Cipher ignores: its import takes
    a tenth of the time of `keyrack token`.
    """
    _, iv, value, _ = secret
    if not session.encrypted:
        return bytes(value)
    assert session.aes_key is not None
    decryptor = Cipher(algorithms.AES(session.aes_key), modes.CBC(bytes(iv))).decryptor()
    padded = decryptor.update(bytes(value)) + decryptor.finalize()
    return padded[: -padded[-1]]

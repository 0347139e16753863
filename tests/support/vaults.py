"""age files with a passphrase that open instantly, because their scrypt does almost no work.

Whoever writes such a file chooses the work, and pyrage chooses a second's. The tests that
are about something else use this: the same format, opened by the same code.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keyrack.domain.secret import Secret
from keyrack.store.vault import passphrase as vault_passphrase
from keyrack.store.vault.backend import VaultBackend
from keyrack.store.vault.keys import Sources
from keyrack.system.locks import Locks
from support.clock import Clock

PASSPHRASE = Secret("correct horse battery staple")
HIDDEN = "hidden-token"  # what the vault of the tests holds
LOG_WORK = 2
CHUNK = 65_536  # bytes that the payload's cipher takes at once


def seal(plain: Secret, passphrase: Secret) -> bytes:
    """In place of `vault_passphrase.seal`: age's format, version 1, with a scrypt recipient."""
    file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrap_key = hashlib.scrypt(
        passphrase.reveal().encode(), salt=b"age-encryption.org/v1/scrypt" + salt,
        n=1 << LOG_WORK, r=8, p=1, dklen=32,
    )  # fmt: skip
    wrapped = ChaCha20Poly1305(wrap_key).encrypt(bytes(12), file_key, None)
    header = b"age-encryption.org/v1\n-> scrypt %b %d\n%b\n---" % (_text(salt), LOG_WORK, _text(wrapped))
    mac = hmac.digest(_derive(file_key, b"", b"header"), header, "sha256")
    cipher = ChaCha20Poly1305(_derive(file_key, nonce, b"payload"))
    data = plain.reveal().encode()
    assert len(data) <= CHUNK
    return header + b" " + _text(mac) + b"\n" + nonce + cipher.encrypt(bytes(11) + b"\x01", data, None)


def vault(
    folder: Path,
    clock: Clock | None = None,
    *,
    file: Path | None = None,
    identity: Secret | None = None,
    passphrase: Secret | None = None,
    ask: Callable[[], Secret | None] | None = None,
) -> VaultBackend:
    """The vault in a folder, as a new process would open it."""
    sources = Sources(str(file or folder / "identity.age"), identity, passphrase, ask)
    locks = Locks(str(folder / "locks"))
    return VaultBackend(str(folder), locks, clock or Clock(), sources=sources, minutes=15)


def made(folder: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock | None = None) -> VaultBackend:
    """A new vault with PASSPHRASE, open. From now on no passphrase in this test takes a second."""
    monkeypatch.setattr("keyrack.store.vault.passphrase.seal", seal)
    store = vault(folder, clock)
    store.create(PASSPHRASE)
    return store


def open_in_no_time(identity: Path, passphrase: Secret) -> None:
    """Seal an identity file, which has all the work of a real one, anew with almost none."""
    identity.write_bytes(seal(vault_passphrase.unseal(identity.read_bytes(), passphrase), passphrase))


def _text(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _derive(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)

"""Encrypts and decrypts files in the age format, with pyrage: sealed to recipients, opened by identities.

A recipient is a public key (`age1…`), an identity is its private key (`AGE-SECRET-KEY-1…`).
For passphrases, see `passphrase`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret

BINARY, ARMOUR = b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----"
OTHER_KEYS = "No matching keys found"  # pyrage has one class for all errors


class NotSealed(Exception):
    """The data is not a complete age file."""


class OtherKeys(Exception):
    """None of these identities opens it."""


def is_sealed(data: bytes) -> bool:
    """Does it begin like an age file?"""
    return data.lstrip().startswith((BINARY, ARMOUR))


def seal(plain: bytes, recipients: Iterable[str]) -> bytes:
    """Encrypt to all recipients; each of them can open it alone."""
    pyrage = _pyrage()
    return pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(each) for each in recipients])


def unseal(sealed: bytes, identities: Iterable[Secret]) -> bytes:
    """Decrypt and authenticate. Raises NotSealed (also for a truncated file), OtherKeys."""
    pyrage = _pyrage()
    keys = [pyrage.x25519.Identity.from_str(each.reveal()) for each in identities]
    try:
        return pyrage.decrypt(sealed, keys)
    except pyrage.DecryptError as error:
        raise (OtherKeys if str(error) == OTHER_KEYS else NotSealed) from None


def new_identity() -> Secret:
    pyrage = _pyrage()
    return Secret(str(pyrage.x25519.Identity.generate()))


def recipient_of(identity: Secret) -> str:
    """The public key of a private one."""
    pyrage = _pyrage()
    return str(pyrage.x25519.Identity.from_str(identity.reveal()).to_public())


def parse_recipient(text: str) -> str:
    """Raises KeyrackError, which does not quote the text: it may be the private key."""
    pyrage = _pyrage()
    try:
        return str(pyrage.x25519.Recipient.from_str(text.strip()))
    except pyrage.RecipientError:
        raise KeyrackError(
            "That is not an age recipient. It must be a public key that starts with age1.",
            hint="Run age-keygen -y FILE to get the recipient of an identity file.",
        ) from None


def parse_identities(text: Secret, where: str) -> tuple[Secret, ...]:
    """The identities in an identity file: one per line; # begins a comment.

    Raises KeyrackError if there are none, or anything else.
    """
    pyrage = _pyrage()
    lines = (line.strip() for line in text.reveal().splitlines())
    found = tuple(Secret(line) for line in lines if line and not line.startswith("#"))
    try:
        for each in found:
            pyrage.x25519.Identity.from_str(each.reveal())
    except pyrage.IdentityError:
        found = ()
    if not found:
        raise KeyrackError(f"{where} contains no age identity.", hint="Create one with age-keygen.")
    return found


def _pyrage() -> Any:
    """Imported late, and without types of its own."""
    return import_module("pyrage")

"""Files in the age format, by way of pyrage: sealed to recipients, opened by identities.

A recipient is a public key (`age1…`), its identity the private one (`AGE-SECRET-KEY-1…`).
What a passphrase opens is in `vault_passphrase`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from keyrack.domain.errors import KeyrackError
from keyrack.domain.secret import Secret

BINARY, ARMOUR = b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----"
OTHER_KEYS = "No matching keys found"  # pyrage has one class for all its errors


class NotSealed(Exception):
    """What was to be opened is no whole file of age's."""


class OtherKeys(Exception):
    """It is sealed to none of these identities."""


def is_sealed(data: bytes) -> bool:
    """Does it begin as a file of age's does?"""
    return data.lstrip().startswith((BINARY, ARMOUR))


def seal(plain: bytes, recipients: Iterable[str]) -> bytes:
    """Encrypt to every recipient; each alone can open it."""
    pyrage = _pyrage()
    return pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(each) for each in recipients])


def unseal(sealed: bytes, identities: Iterable[Secret]) -> bytes:
    """Decrypt and authenticate. Raises NotSealed (also for a file cut short), OtherKeys."""
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
    """Raises KeyrackError, without repeating what was given: it may be the private key."""
    pyrage = _pyrage()
    try:
        return str(pyrage.x25519.Recipient.from_str(text.strip()))
    except pyrage.RecipientError:
        raise KeyrackError(
            "That is not an age recipient. It must be a public key that starts with age1.",
            hint="Run age-keygen -y FILE to get the recipient of an identity file.",
        ) from None


def parse_identities(text: Secret, where: str) -> tuple[Secret, ...]:
    """The identities in the text of an identity file: one in a line, # begins a comment.

    Raises KeyrackError where there are none, or something else.
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

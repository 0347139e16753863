"""Encryption with a passphrase: scrypt, as in `age -p`.

Runs in a process of its own. It takes a second or two and half a gigabyte of memory, and
pyrage blocks all other threads in the meantime: the screen would freeze. If memory is
short, the system kills that process and not this one.
"""

from __future__ import annotations

import os
import sys

from keyrack.domain.errors import KeyrackError, StoreSlow, StoreUnavailable
from keyrack.domain.secret import Secret
from keyrack.store.vault.age import NotSealed

PROGRAM = os.path.join(os.path.dirname(__file__), "scrypt.py")
LIMIT = 60.0  # seconds
REFUSED, BROKEN, BUSY = 10, 11, 12  # exit codes of the program
HIDDEN = "KEYRACK_"  # the prefix of variables that may be secrets; they are not passed on


class WrongPassphrase(Exception):
    """It is sealed with another passphrase."""


def seal(plain: Secret, passphrase: Secret) -> bytes:
    """Encrypt with a passphrase. Raises KeyrackError, StoreUnavailable and its kinds."""
    return _run("seal", passphrase, _bytes(plain))


def unseal(sealed: bytes, passphrase: Secret) -> Secret:
    """Decrypt. Raises WrongPassphrase, NotSealed, and what `seal` raises."""
    try:
        return Secret(_run("unseal", passphrase, sealed).decode())
    except UnicodeDecodeError:
        pass
    raise NotSealed


def _run(what: str, passphrase: Secret, data: bytes) -> bytes:
    import subprocess

    secret = _bytes(passphrase)
    try:
        # -P: no module in the current folder is imported as pyrage.
        done = subprocess.run(
            [sys.executable, "-P", PROGRAM, what],
            input=len(secret).to_bytes(4) + secret + data,
            env={name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired:
        done = None
    except OSError as error:
        raise StoreUnavailable(f"The passphrase can't be checked: {error.strerror}.") from None
    if done is None:
        raise StoreSlow(f"The passphrase could not be checked within {LIMIT:.0f} seconds.")
    if done.returncode == REFUSED:
        raise WrongPassphrase
    if done.returncode == BROKEN:
        raise NotSealed
    if done.returncode == BUSY:
        raise StoreSlow(
            "Checking the passphrase would take this machine too long.",
            hint="Try again when it is less busy. A far faster machine may have sealed the file.",
        )
    if done.returncode:
        raise StoreUnavailable(
            "The passphrase could not be checked.",
            hint="Checking it briefly needs about 600 MB of memory. An identity file needs none.",
        )
    return done.stdout


def _bytes(text: Secret) -> bytes:
    try:
        return text.reveal().encode()
    except UnicodeEncodeError:
        pass  # its message would quote the secret
    raise KeyrackError("The passphrase contains bytes that are not text.")

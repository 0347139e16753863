"""Which of keyring's backends is used, what it is called, and which are refused."""

from __future__ import annotations

import os
import sys
from typing import Any, Protocol

from keyrack.domain.errors import StoreAbsent
from keyrack.store.translate import absent

NAMES = {
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.libsecret": "Secret Service",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.kwallet": "KWallet",
}
SECRET_SERVICE = "keyring.backends.SecretService"
WINDOWS = "keyring.backends.Windows"
WINDOWS_CAPACITY = 1280  # UTF-16 code units: CRED_MAX_CREDENTIAL_BLOB_SIZE is 2,560 bytes
RECOMMENDED = 1  # keyring's own line between backends that it recommends and others


class Backend(Protocol):
    """What is used of a keyring backend."""

    def get_password(self, service: str, username: str, /) -> str | None: ...
    def set_password(self, service: str, username: str, password: str, /) -> None: ...
    def delete_password(self, service: str, username: str, /) -> None: ...


def secret_service_is_the_choice() -> bool:
    """Would keyring choose the Secret Service here, if there is one?

    On Linux, unless the user or a KDE session says otherwise. Spares asking every
    backend whether it would work, which takes 45 ms.
    """
    if not sys.platform.startswith("linux") or "PYTHON_KEYRING_BACKEND" in os.environ:
        return False
    if not _reads_plainly() or "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"):
        return False
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return not os.path.exists(os.path.join(config, "python_keyring", "keyringrc.cfg"))


def secret_service() -> Backend:
    """keyring's Secret Service backend, without looking at the others."""
    from keyring.backends.SecretService import Keyring

    return Keyring()


def chosen_by_keyring() -> Backend:
    """The backend that keyring is configured for or finds. Raises StoreAbsent where it is not fit."""
    import keyring

    backend: Any = keyring.get_keyring()
    if _module(backend) == "keyring.backends.chainer":
        # Only the first takes writes; reads must not stray to the others.
        backend = next(iter(backend.backends), None)
        if backend is None:
            raise _none_here()
    refusal = _refusal(backend)
    if refusal is not None:
        raise refusal
    return backend


def name_of(backend: Backend) -> str:
    """What people call the backend."""
    module = _module(backend)
    return NAMES.get(module) or module.removeprefix("keyring_").removeprefix("keyrings.").partition(".")[0]


def capacity_of(backend: Backend) -> int | None:
    """How many UTF-16 code units an entry holds; None: more than keyrack ever needs."""
    return WINDOWS_CAPACITY if _module(backend) == WINDOWS else None


def is_plain_secret_service(backend: Backend) -> bool:
    """Do its items lie in the default collection under the usual attributes?"""
    return _module(backend) == SECRET_SERVICE and _reads_plainly()


def _reads_plainly() -> bool:
    # KEYRING_PROPERTY_SCHEME, …_PREFERRED_COLLECTION and others change where items lie.
    return not any(name.startswith("KEYRING_PROPERTY_") for name in os.environ)


def _refusal(backend: Any) -> StoreAbsent | None:
    module = _module(backend)
    if module == "keyring.backends.fail":
        return _none_here()
    if module == "keyring.backends.null":
        return absent("keyring is switched off here (its null backend is chosen).")
    if float(type(backend).priority) < RECOMMENDED or "Plaintext" in type(backend).__name__:
        return absent(f"keyring would use {module}.{type(backend).__name__}, which is not safe for secrets.")
    return None


def _none_here() -> StoreAbsent:
    return absent("This machine has no keychain.")


def _module(backend: object) -> str:
    return type(backend).__module__

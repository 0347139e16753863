"""Chooses one of keyring's backends, and knows the names and limits of each and which to refuse."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from typing import Any, Protocol

from keyrack.domain.errors import StoreAbsent
from keyrack.store.backends.translate import absent

NAMES = {
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.libsecret": "Secret Service",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.kwallet": "KWallet",
}
SECRET_SERVICE = "keyring.backends.SecretService"
WINDOWS = "keyring.backends.Windows"
ON_THE_BUS = (SECRET_SERVICE, "keyring.backends.libsecret", "keyring.backends.kwallet")
PASS = "keyring_pass"
WINDOWS_CAPACITY = 1280  # UTF-16 code units: CRED_MAX_CREDENTIAL_BLOB_SIZE is 2,560 bytes
OPEN_TO_ALL = "While it is unlocked, every program that runs as you can read it."
LIMITS = {
    SECRET_SERVICE: (OPEN_TO_ALL,),
    "keyring.backends.libsecret": (OPEN_TO_ALL,),
    "keyring.backends.macOS": (
        "It asks once for each new program that reads an entry. An updated Python counts as a new program.",
        "It replaces an entry by deleting it first; keyrack keeps the old one until the new one is verified.",
    ),
    WINDOWS: ("Entries are limited to 1,280 characters; keyrack splits longer ones.", OPEN_TO_ALL),
    "keyring.backends.kwallet": ("It may ask once for each new program.",),
    PASS: ("Each read and write runs gpg, which may ask for the key's passphrase.",),
}
UNKNOWN = ("keyrack does not know this backend, and verifies each write by reading it back.",)
ALLOWED = "keyring does not recommend this backend, but keyrack's config.toml allows it."
RECOMMENDED = 1  # the lowest priority that keyring itself recommends


class Backend(Protocol):
    """The part of a keyring backend that keyrack uses."""

    def get_password(self, service: str, username: str, /) -> str | None: ...
    def set_password(self, service: str, username: str, password: str, /) -> None: ...
    def delete_password(self, service: str, username: str, /) -> None: ...


def secret_service_is_the_choice() -> bool:
    """Would keyring choose the Secret Service here, if there is one?

    On Linux, unless the user or a KDE session says otherwise. This avoids asking every
    backend whether it works, which takes 90 ms with the import of keyring.
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


def chosen_by_keyring(allowed: Collection[str] = ()) -> Backend:
    """The backend that keyring is configured for or finds. Raises StoreAbsent if it is not suitable.

    `allowed` names classes ("module.Class") that are used although keyring does not recommend them.
    """
    import keyring

    _quieten_pass()
    try:
        backend: Any = keyring.get_keyring()
    except (ImportError, AttributeError, RuntimeError):
        raise absent("The backend that keyring is configured to use does not work here.") from None
    if _module(backend) == "keyring.backends.chainer":
        # keyring writes only to the first one; reads must not come from the others.
        backend = next(iter(backend.backends), None)
        if backend is None:
            raise _none_here()
    refusal = _refusal(backend, allowed)
    if refusal is not None:
        raise refusal
    return backend


def name_of(backend: Backend) -> str:
    """The backend's name to show."""
    module = _module(backend)
    return NAMES.get(module) or module.removeprefix("keyring_").removeprefix("keyrings.").partition(".")[0]


def full_name(backend: Backend) -> str:
    """keyring's name for it: "module.Class"."""
    return f"{_module(backend)}.{type(backend).__name__}"


def limits_of(backend: Backend, allowed: Collection[str]) -> tuple[str, ...]:
    """Its limits, one sentence each."""
    known = LIMITS.get(_module(backend), UNKNOWN)
    return (*known, ALLOWED) if full_name(backend) in allowed and not _is_recommended(backend) else known


def capacity_of(backend: Backend) -> int | None:
    """How many UTF-16 code units fit in an entry; None: more than keyrack needs."""
    return WINDOWS_CAPACITY if _module(backend) == WINDOWS else None


def may_ask(backend: Backend) -> bool:
    """May it ask the user for something, and so take as long as they do?"""
    return _module(backend) != WINDOWS


def is_on_the_bus(backend: Backend) -> bool:
    """Is it on the session bus, and so shared by everyone on that bus?"""
    return _module(backend) in ON_THE_BUS


def is_plain_secret_service(backend: Backend) -> bool:
    """Are its items in the default collection, under the usual attributes?"""
    return _module(backend) == SECRET_SERVICE and _reads_plainly()


def _reads_plainly() -> bool:
    # KEYRING_PROPERTY_SCHEME, …_PREFERRED_COLLECTION and others change where items are.
    return not any(name.startswith("KEYRING_PROPERTY_") for name in os.environ)


def _refusal(backend: Backend, allowed: Collection[str]) -> StoreAbsent | None:
    module = _module(backend)
    if module == "keyring.backends.fail":
        return _none_here()
    if module == "keyring.backends.null":
        return absent("keyring is disabled here (its null backend is configured).")
    name = full_name(backend)
    if _is_recommended(backend) or name in allowed:
        return None
    refusal = absent(f"keyring would use {name}, which is not safe for secrets.")
    refusal.hint += f' allow_backend = ["{name}"] in keyrack\'s config.toml would allow it anyway.'
    return refusal


def _is_recommended(backend: Any) -> bool:
    return float(type(backend).priority) >= RECOMMENDED and "Plaintext" not in type(backend).__name__


def _quieten_pass() -> None:
    """Keep pass from writing to the terminal, over the screen.

    It does so for each missing entry and, if there is no pass store, as soon as keyring tests the backend.
    """
    try:
        import keyring_pass
    except ImportError:
        return
    import subprocess
    from functools import partial

    if not isinstance(keyring_pass.command, partial):
        keyring_pass.command = partial(keyring_pass.command, stderr=subprocess.DEVNULL)


def _none_here() -> StoreAbsent:
    return absent("This machine has no keychain.")


def _module(backend: object) -> str:
    return type(backend).__module__

"""The Windows Credential Manager in memory, below keyring's backend for it.

It holds 2,560 bytes per credential and raises beyond, as CredWrite does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keyring.backends.Windows
import pytest

MOST_BYTES = 5 * 512  # CRED_MAX_CREDENTIAL_BLOB_SIZE
NOT_FOUND, BAD_DATA = 1168, 1783


class WinError(Exception):
    """pywintypes.error."""

    def __init__(self, winerror: int, funcname: str) -> None:
        super().__init__(winerror, funcname)
        self.winerror = winerror
        self.funcname = funcname


class CredentialManager:
    """What keyring uses of win32cred. `tick` is called before and after each change."""

    CRED_TYPE_GENERIC = 1
    CRED_PERSIST_ENTERPRISE = 3

    def __init__(self) -> None:
        self.targets: dict[str, dict[str, Any]] = {}
        self.tick: Callable[[], object] = lambda: None

    def CredRead(self, Type: int, TargetName: str) -> dict[str, Any]:
        if TargetName not in self.targets:
            raise WinError(NOT_FOUND, "CredRead")
        return self.targets[TargetName]

    def CredWrite(self, credential: dict[str, Any], flags: int) -> None:
        blob = credential["CredentialBlob"].encode("utf-16-le")
        if len(blob) > MOST_BYTES:
            raise WinError(BAD_DATA, "CredWrite")
        self.tick()
        self.targets[credential["TargetName"]] = credential | {"CredentialBlob": blob}
        self.tick()

    def CredDelete(self, Type: int, TargetName: str) -> None:
        if TargetName not in self.targets:
            raise WinError(NOT_FOUND, "CredDelete")
        self.tick()
        del self.targets[TargetName]
        self.tick()

    def texts(self) -> dict[str, str]:
        """What can be read, by the entries' names."""
        names = {credential["UserName"] for credential in self.targets.values()}
        backend = windows_keyring()
        return {name: backend.get_password("keyrack", name) for name in names}


def windows_keyring() -> Any:
    """keyring's backend, whose methods are typed in another way than those of its base class."""
    return keyring.backends.Windows.WinVaultKeyring()


def install(monkeypatch: pytest.MonkeyPatch) -> CredentialManager:
    """Let keyring's Windows backend find a manager; KeychainBackend(windows_keyring) stores in it."""
    manager = CredentialManager()
    pywintypes = type("pywintypes", (), {"error": WinError})
    monkeypatch.setattr(keyring.backends.Windows, "win32cred", manager, raising=False)
    monkeypatch.setattr(keyring.backends.Windows, "pywintypes", pywintypes, raising=False)
    return manager

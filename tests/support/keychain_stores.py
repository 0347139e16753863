"""Credential stores over keychains of the tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from keyring.backends.Windows import WinVaultKeyring

from keyrack.store.backends.base import SecretBackend
from keyrack.store.backends.chooser import KeychainBackend
from keyrack.store.backends.chunked import ChunkedBackend
from keyrack.store.credential_store import (
    BackendCredentialStore,
)
from keyrack.store.records.files import RecordFiles
from keyrack.system.locks import Locks
from support import win_vault
from support.store_fakes import (
    Backend,
    DeleteThenAdd,
)


def store_over(store: SecretBackend | Backend | WinVaultKeyring, folder: Path) -> BackendCredentialStore:
    if isinstance(store, Backend | WinVaultKeyring):
        backend: Any = store  # keyring types its Windows backend in another way than its base class
        store = ChunkedBackend(KeychainBackend(lambda: backend, limit=5, person_limit=5))
    locks = Locks(str(folder / "locks"))
    return BackendCredentialStore(store, RecordFiles(str(folder / "records"), locks, lambda: 0.0), locks)


def backends_of(kind: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Backend | WinVaultKeyring]:
    """Makes keychains, each empty."""

    def windows() -> WinVaultKeyring:
        win_vault.install(monkeypatch)
        return WinVaultKeyring()

    return windows if kind == "windows" else DeleteThenAdd

"""Fixtures for the vault's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyrack.domain.secret import Secret
from keyrack.store.vault.backend import VaultBackend
from support.vaults import HIDDEN, made


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VaultBackend:
    """An open vault with one entry."""
    store = made(tmp_path, monkeypatch)
    store.set("one", Secret(HIDDEN))
    return store

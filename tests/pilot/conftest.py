"""Fixtures for tests of the login and vault screens."""

from __future__ import annotations

from pathlib import Path

import pytest

from keyrack.domain.model import CredentialInfo
from keyrack.domain.reading import Place, Reading
from keyrack.operations.login import login as login_op
from keyrack.operations.ports import Adapters
from keyrack.operations.storage import vault as vault_op
from keyrack.operations.tokens import set_token as set_token_op
from keyrack.wiring import adapters
from support import vaults
from support.clock import Clock
from support.css_cache import share_parsed_css
from support.demo_rows import NOW
from support.fake_login import FakeLogin
from support.store_fakes import Watched, stored_credential
from support.token_form import Saver
from support.undrawn import leave_undrawn
from support.vault_screens import SERVER, NewParts
from support.vaults import PASSPHRASE


@pytest.fixture(scope="session", autouse=True)
def quick_screens() -> None:
    share_parsed_css()
    leave_undrawn()


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> FakeLogin:
    """In place of the real one."""
    fake = FakeLogin(CredentialInfo("oauth", expires_at=NOW + 3600, obtained_at=NOW, store="Secret Service"))
    monkeypatch.setattr(login_op, "login", fake)
    return fake


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def new(own_home: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> NewParts:
    """Each call is a new process on a machine without a keychain, or with the one that is named."""
    monkeypatch.setattr("keyrack.store.vault.passphrase.seal", vaults.seal)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    reading = Reading((SERVER,), (), (Place("Claude Code", "~/.claude.json", "1 server"),))

    def make(keychain: Watched | None = None) -> Adapters:
        with monkeypatch.context() as patch:
            if keychain is not None:
                patch.setattr("keyrack.stores.MachineStores._keychain", lambda stores: keychain)
            real = adapters(env={"HOME": str(own_home)}, platform="linux", now=clock)
            real.credentials()
        return real._replace(read=lambda: reading)

    return make


@pytest.fixture
def locked(new: NewParts, clock: Clock) -> NewParts:
    """New processes on a machine whose vault is locked and holds a credential."""
    first = new()
    vault_op.create(first, PASSPHRASE)
    kept = stored_credential("one")
    facts = kept.credential._replace(expires_at=clock() + 3600, obtained_at=clock())
    first.credentials().save(kept._replace(credential=facts))
    return new


@pytest.fixture
def saver(monkeypatch: pytest.MonkeyPatch) -> Saver:
    """In place of `set_token`."""
    fake = Saver()
    monkeypatch.setattr(set_token_op, "set_token", fake)
    return fake

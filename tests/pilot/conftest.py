"""What the tests of the login's screens have in common."""

from __future__ import annotations

import pytest

from keyrack.domain.model import CredentialInfo
from keyrack.operations.login import login as login_op
from support.demo_rows import NOW
from support.fake_login import FakeLogin


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> FakeLogin:
    """In place of the real one."""
    fake = FakeLogin(CredentialInfo("oauth", expires_at=NOW + 3600, obtained_at=NOW, store="Secret Service"))
    monkeypatch.setattr(login_op, "login", fake)
    return fake

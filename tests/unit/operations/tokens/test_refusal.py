"""Where a refusal of a token or of its refresh is recorded."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from keyrack import operations
from keyrack.domain.errors import LoginNeeded
from keyrack.operations.tokens.refusal import login_needed, refused
from support.some import some
from support.workbench import NOW, SERVER, build, stored_credential


def test_only_one_module_of_the_operations_records_a_refusal() -> None:
    here = Path(next(iter(operations.__path__)))
    writers = {
        path.relative_to(here).as_posix()
        for path in here.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "note"
        and any(keyword.arg in ("refusal", "refresh_refusal") for keyword in node.keywords)
    }
    assert writers == {"tokens/refusal.py"}


@pytest.mark.parametrize(
    ("by", "expires_at", "token_refused_at", "refresh_refused_at"),
    [
        ("server", NOW + 60, NOW, None),
        ("issuer", NOW + 60, None, NOW),
        ("issuer", NOW - 60, NOW, NOW),
        ("issuer", None, None, NOW),
    ],
)
def test_what_is_recorded_depends_on_who_refused(by, expires_at, token_refused_at, refresh_refused_at):
    adapters = build()
    credentials = adapters.credentials()
    held = stored_credential(expires_at=expires_at)
    held = held._replace(credential=credentials.save(held))
    error = login_needed(SERVER, held.credential, "It was revoked.")
    assert refused(adapters, SERVER, held, error, by=by, at=NOW) is error and isinstance(error, LoginNeeded)
    facts = some(some(credentials.record(held.key)).credential)
    assert (facts.refused_at, facts.refresh_refused_at) == (token_refused_at, refresh_refused_at)
    assert facts.refusal == "It was revoked."
    assert login_needed(SERVER, facts).hint.startswith("Log in again: keyrack login")

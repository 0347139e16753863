"""`keyrack set` with the user's own service files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.cli_kit import run
from support.set_desk import GHP, Desk

Capture = pytest.CaptureFixture[str]


ACME = """
id = "acme"
name = "Acme Tools"
hosts = ["tools.example"]
auth = ["token"]
headers = { X-Acme-Tenant = "{tenant}", X-Acme-Key = "key {secret}" }

[[fields]]
key = "tenant"
label = "Tenant"
secret = false

[[fields]]
key = "secret"
label = "Key"
prefixes = ["acme_"]
"""


def test_a_file_of_the_users_own_makes_a_service_known(
    tmp_path: Path, pipe: Callable[[str], None], capsys: Capture
) -> None:
    (tmp_path / "acme.toml").write_text(ACME)
    desk = Desk(tmp_path)
    pipe("acme_0123456789\n")
    assert desk.set("internal", "--field", "tenant=blue") == 0
    assert desk.headers("internal") == {"X-Acme-Tenant": "blue", "X-Acme-Key": "key acme_0123456789"}
    pipe("other_0123456789\n")
    assert desk.set("internal", "--field", "tenant=blue") == 0
    assert "! Key: 16 characters · usually starts with acme_" in capsys.readouterr().err


def test_a_service_of_the_users_own_goes_before_keyracks(tmp_path: Path, pipe: Callable[[str], None]) -> None:
    text = 'extends = "github"\nname = "GitHub by proxy"\nheaders = { X-Proxy = "gh {token}" }\n'
    (tmp_path / "github.toml").write_text(text)
    desk = Desk(tmp_path)
    pipe(GHP)
    assert desk.set("github") == 0
    assert desk.headers("github") == {"X-Proxy": f"gh {GHP}"}


def test_a_broken_service_is_passed_over_here_and_told_by_doctor(
    tmp_path: Path, pipe: Callable[[str], None], capsys: Capture
) -> None:
    (tmp_path / "github.toml").write_text('extends = "github"\nheaders = { X-Proxy = "{tokne}" }\n')
    desk = Desk(tmp_path)
    pipe(GHP)
    assert desk.set("github") == 0
    assert desk.headers("github") == {"Authorization": f"Bearer {GHP}"}
    capsys.readouterr()
    assert run(["doctor"], adapters=lambda **_: desk.adapters) == 1
    out = capsys.readouterr().out
    assert (
        f"✕ keyrack: {tmp_path / 'github.toml'}: This service file can't be used: "
        "the header X-Proxy uses {tokne}, which is not a field.\n"
    ) in out


def test_whole_services_are_no_problem(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "acme.toml").write_text(ACME)
    assert run(["doctor"], adapters=lambda **_: Desk(tmp_path).adapters) == 0
    assert "No problems" in capsys.readouterr().out

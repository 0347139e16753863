"""A backend that the user chose in keyring's configuration: the real `pass`, with a real key."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pass_store import password_store

URL = "https://mcp.example/mcp"
TOKEN = "a-token-for-pass"


@pytest.fixture
def env() -> Iterator[dict[str, str]]:
    with password_store() as variables:
        yield dict(os.environ) | variables


def keyrack(env: dict[str, str], *words: str, text: str = "", code: int = 0) -> str:
    """What the command writes to stdout; on stderr there may be keyrack's own words alone."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("keyrack")), *words],
        env=env, input=text, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "password store" not in done.stderr, "pass wrote on the terminal"
    assert TOKEN not in done.stderr
    return done.stdout


def test_keyrings_choice_is_honoured_and_told(env: dict[str, str]) -> None:
    keyrack(env, "set", URL, "--no-check", text=TOKEN)
    store = Path(env["PASSWORD_STORE_DIR"])
    entries = [path.name for path in store.rglob("*.gpg")]
    assert len(entries) == 2, "the credential, and the list of them, as pass can't be asked through keyring"
    assert "index.a.gpg" in entries
    assert not any(TOKEN.encode() in path.read_bytes() for path in store.rglob("*") if path.is_file())
    assert keyrack(env, "token", URL) == f"{TOKEN}\n"
    told = keyrack(env, "doctor")
    assert "✓ pass" in told and "keyring_pass.PasswordStoreBackend" in told and "gpg" in told


def test_lost_records_are_rebuilt_from_it(env: dict[str, str]) -> None:
    keyrack(env, "set", URL, "--no-check", text=TOKEN)
    shutil.rmtree(Path(env["HOME"]) / ".local" / "share" / "keyrack" / "records")
    assert URL not in keyrack(env, "list", "--json")
    assert "--repair" in keyrack(env, "doctor")
    assert URL in keyrack(env, "doctor", "--repair")
    assert URL in keyrack(env, "list", "--json")
    assert keyrack(env, "token", URL) == f"{TOKEN}\n"
    keyrack(env, "clear", URL, "--yes")
    assert keyrack(env, "doctor")


def test_a_key_that_is_gone_is_a_failure_of_the_store(env: dict[str, str]) -> None:
    keyrack(env, "set", URL, "--no-check", text=TOKEN)
    subprocess.run(["gpgconf", "--kill", "all"], env=env, check=True)
    shutil.rmtree(Path(env["GNUPGHOME"]) / "private-keys-v1.d")
    assert keyrack(env, "token", URL, code=5) == ""

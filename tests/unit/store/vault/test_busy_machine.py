"""age refuses what would take too long, by a measurement that is wrong on a busy machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from keyrack.domain.errors import StoreSlow
from keyrack.domain.secret import Secret
from keyrack.store.vault.passphrase import unseal

# Stands for pyrage: the first tries take too much work.
PYRAGE = """
import os, sys, types
class DecryptError(Exception):
    pass
def decrypt(data, secret):
    left = {tries} - os.path.getsize({log!r})
    with open({log!r}, "a") as log:
        log.write(".")
    if left > 0:
        raise DecryptError("Excessive work parameter for passphrase.\\nDecryption would take 64 seconds.")
    return data
passphrase = types.SimpleNamespace(decrypt=decrypt)
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "log").touch()
    return tmp_path / "log"


def wrong_at_first(log: Path, tries: int) -> None:
    (log.parent / "pyrage.py").write_text(PYRAGE.format(log=str(log), tries=tries))


def test_a_measurement_that_is_wrong_at_first_is_made_again(log: Path) -> None:
    wrong_at_first(log, 2)
    assert unseal(b"text", Secret("passphrase")) == Secret("text")
    assert len(log.read_text()) == 3


def test_what_takes_too_much_work_each_time_is_neither_damaged_nor_a_wrong_passphrase(log: Path) -> None:
    wrong_at_first(log, 1000)
    with pytest.raises(StoreSlow, match="would take this machine too long"):
        unseal(b"text", Secret("passphrase"))


def test_age_says_it_in_these_words() -> None:
    from pyrage import DecryptError, passphrase  # pyright: ignore[reportAttributeAccessIssue]

    sealed = re.sub(rb"(-> scrypt \S+) \d+", rb"\1 30", passphrase.encrypt(b"text", "passphrase"))
    with pytest.raises(DecryptError, match=r"^Excessive work parameter"):
        passphrase.decrypt(sealed, "passphrase")

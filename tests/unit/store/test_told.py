"""What a person has been told of, on disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.store.told import ToldFile
from keyrack.system import writing
from keyrack.system.locks import Locks


@pytest.fixture
def told(tmp_path: Path) -> ToldFile:
    return ToldFile(str(tmp_path / "data/told.json"), Locks(str(tmp_path / "locks")))


def content(told: ToldFile) -> dict[str, Any]:
    seen: list[dict[str, Any]] = []
    told.change(lambda before: seen.append(before) or before)
    return seen[0]


def test_another_process_reads_what_was_written(told: ToldFile, tmp_path: Path) -> None:
    told.change(lambda before: {**before, "a": {"login-needed": "1"}})
    again = ToldFile(str(tmp_path / "data/told.json"), Locks(str(tmp_path / "locks")))
    assert content(again) == {"a": {"login-needed": "1"}}
    if os.name == "posix":
        assert (tmp_path / "data/told.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"told": []}', '{"told": {"a": 1}}', "null", '{"told": ' + "[" * 100_000]
)
def test_a_damaged_file_is_an_empty_one(text: str, told: ToldFile, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/told.json").write_text(text)
    assert content(told) == {}


def test_a_full_disk_does_not_make_it_forget(told: ToldFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: str, text: str) -> None:
        raise KeyrackError("No space left on device.")

    monkeypatch.setattr(writing, "write_atomically", full)
    with pytest.raises(KeyrackError):
        told.change(lambda before: {"a": {"expiring": "1"}})
    monkeypatch.undo()
    assert content(told) == {"a": {"expiring": "1"}}

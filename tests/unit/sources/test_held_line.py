"""Where a token stands in its program's file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from keyrack.domain.held import HeldToken
from keyrack.operations.ports import OtherPrograms
from support.real_home import adapters_at, claude_tokens, write


def held_at(home: Path) -> tuple[OtherPrograms, dict[str, HeldToken]]:
    programs = adapters_at(home).other_programs()
    return programs, {held.name: held for held in programs.read([]).tokens}


def test_a_row_of_an_object_has_the_line_of_its_key(tmp_path: Path) -> None:
    path = claude_tokens(tmp_path, "linear", "notion")
    programs, held = held_at(tmp_path)
    lines = path.read_text().splitlines()
    for name in ("linear", "notion"):
        line = programs.line_of(held[name])
        assert line is not None and f'"{name}|' in lines[line - 1]


def test_a_row_of_an_array_has_the_line_where_it_begins(tmp_path: Path) -> None:
    rows = [
        {"serverName": name, "token": {"accessToken": "access-1", "expiresAt": 2_000_000_000_000}}
        for name in ("linear", "notion")
    ]
    write(tmp_path / ".gemini" / "mcp-oauth-tokens.json", rows)
    programs, held = held_at(tmp_path)
    assert [programs.line_of(held[name]) for name in ("linear", "notion")] == [2, 9]


@pytest.mark.parametrize(
    "change", [os.unlink, lambda path: path.write_text("{"), lambda path: path.write_bytes(b"\xff")]
)
def test_a_row_that_is_gone_has_no_line(tmp_path: Path, change: object) -> None:
    path = claude_tokens(tmp_path, "linear")
    programs, held = held_at(tmp_path)
    change(path)  # type: ignore[operator]
    assert programs.line_of(held["linear"]) is None

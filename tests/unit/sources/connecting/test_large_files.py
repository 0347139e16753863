"""~/.claude.json is connected, whatever its size, and its backup is small."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyrack.domain.change import Backup, Edit
from keyrack.domain.connection import Connection, Method, Wanted
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server, Source
from keyrack.domain.parts import kept
from keyrack.sources.connecting.connector import EntryFiles
from keyrack.sources.locations import Search
from keyrack.sources.sharing.reverting import revert_all
from keyrack.system import files
from support.no_keychain import NoKeychain

URL = "https://mcp.example.com/mcp"
SECRET = "sk-of-another-server"


class _Machine:
    def __init__(self, folder: Path, indent: int | None) -> None:
        self.file = folder / ".claude.json"
        history = [{"display": 'mcpServers: {"😀"' * 40, "pasted": {}}] * 300
        projects = {f"/p{i}": {"history": history, "mcpServers": {}} for i in range(50)}
        other = {"url": URL, "headers": {"X-Key": SECRET}}
        data = {
            "numStartups": 1,
            "projects": projects,
            "mcpServers": {"lab": {"type": "http", "url": URL}, "other": other},
        }
        self.file.write_text(json.dumps(data, indent=indent, ensure_ascii=False), encoding="utf-8")
        assert self.file.stat().st_size > files.MAX_BYTES
        self.search = Search({"HOME": str(folder)}, "linux", str(folder))
        self.entries = EntryFiles(self.search, lambda: 1.0)

    def connect(self) -> tuple[Connection, Edit, tuple[str, ...]]:
        server = Server("lab", URL, sources=(Source("Claude Code", str(self.file), "lab", "user"),))
        plan = self.entries.plan(Wanted(server, "Claude Code", "lab", method=Method.HELPER))
        edits: list[tuple[Edit, ...]] = []
        self.entries.make(plan, "", edits.append)
        return plan.connection, edits[-1][0], plan.diff

    def undo(self, edit: Edit) -> None:
        backup = Backup(0.0, "", "Claude Code", "lab", URL, (kept(edit),))
        assert [ok for _, _, ok in revert_all(self.search, backup, NoKeychain())] == [True]


@pytest.mark.parametrize("indent", [2, None])
def test_it_is_connected_and_comes_back_byte_for_byte(tmp_path: Path, indent: int | None) -> None:
    mine = _Machine(tmp_path, indent)
    before = mine.file.read_bytes()
    connection, edit, lines = mine.connect()
    assert mine.entries.has(connection)
    assert any("headersHelper" in line for line in lines) and not any(SECRET in line for line in lines)
    if indent:
        line = before.decode().split("\n").index('    "lab": {') + 1
        assert lines[2] == f"@@ line {line - 1} @@"
    backup = kept(edit)
    assert backup.old is not None and len(backup.old) < 2000
    assert SECRET not in backup.old.reveal()
    assert mine.entries.shown(backup, connection)
    mine.undo(edit)
    assert mine.file.read_bytes() == before


def test_what_the_program_has_written_since_stays(tmp_path: Path) -> None:
    mine = _Machine(tmp_path, 2)
    before = mine.file.read_bytes()
    _, edit, _ = mine.connect()
    mine.file.write_bytes(mine.file.read_bytes().replace(b'"numStartups": 1', b'"numStartups": 2'))
    mine.undo(edit)
    assert mine.file.read_bytes() == before.replace(b'"numStartups": 1', b'"numStartups": 2')


def test_a_file_that_is_damaged_far_from_the_entry_is_refused(tmp_path: Path) -> None:
    mine = _Machine(tmp_path, 2)
    damaged = mine.file.read_bytes().replace(b'"pasted": {}', b'"pasted": {]', 1)
    mine.file.write_bytes(damaged)
    with pytest.raises(KeyrackError, match="can't be changed"):
        mine.connect()
    assert mine.file.read_bytes() == damaged


def test_one_that_is_larger_than_what_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = _Machine(tmp_path, 2)
    monkeypatch.setattr(files, "MAX_GROWN", files.MAX_BYTES)
    with pytest.raises(KeyrackError, match="limit for this file"):
        mine.connect()

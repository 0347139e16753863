"""Connecting an entry of every program, in the files that they wrote, and taking that back byte for byte."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from contract.readers.reader_cases import CASES
from contract.readers.reader_kit import Case
from keyrack.domain.change import Backup, Edit
from keyrack.domain.connection import Method, Plan, Wanted
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server, Source
from keyrack.sources.connecting.connector import EntryFiles, connect_of
from keyrack.sources.locations import Search
from keyrack.sources.reader import read_all
from keyrack.sources.rewriting import entry_json
from keyrack.sources.sharing.reverting import revert_all
from support.no_keychain import NoKeychain

FIXTURES = Path(__file__).parents[3] / "contract" / "readers" / "fixtures"
URL = "https://mcp.linear.app/mcp"
NEW = Server("linear", URL, sources=(Source("keyrack", "/none/config.toml", "linear"),))
LINKED = [case for case in CASES if connect_of(case.client) is not None and case.client != "mcp-use"]


class Home(NamedTuple):
    """A home folder with the files that a program wrote."""

    case: Case
    folder: Path
    env: dict[str, str]

    @property
    def file(self) -> Path:
        return self.folder / self.case.file

    @property
    def entries(self) -> EntryFiles:
        return EntryFiles(self.search, lambda: 1.0)

    @property
    def search(self) -> Search:
        return Search(self.env, "linux", str(self.folder / "elsewhere"))

    def servers(self) -> tuple[Server, ...]:
        return read_all(self.env, "linux", str(self.folder / "elsewhere")).servers

    def connect(self, server: Server, method: Method, *, variable: str = "") -> tuple[Plan, Backup]:
        wanted = Wanted(server, self.case.client, server.name, method=method, variable=variable)
        plan = self.entries.plan(wanted)
        kept: list[tuple[Edit, ...]] = []
        self.entries.make(plan, variable, kept.append)
        return plan, Backup(0.0, "", self.case.client, server.name, server.url or "", kept[-1])

    def undo(self, backup: Backup) -> None:
        assert [ok for _, _, ok in revert_all(self.search, backup, NoKeychain())] == [True]

    def contents(self) -> dict[str, tuple[bytes, int]]:
        files = (
            path for path in self.folder.rglob("*") if path.is_file() and not path.name.endswith(".lock")
        )
        return {str(path): (path.read_bytes(), path.stat().st_mode) for path in files}


@pytest.fixture(params=LINKED, ids=str)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    case: Case = request.param
    folder = tmp_path / "home"
    if (FIXTURES / case.client).is_dir():
        shutil.copytree(FIXTURES / case.client, folder)
    (folder / "elsewhere").mkdir(parents=True)
    env = {"HOME": str(folder), "PATH": os.environ["PATH"], "XDG_DATA_HOME": str(folder / "data")}
    yield Home(case, folder, env)


def methods(home: Home) -> tuple[Method, ...]:
    return home.entries.methods(home.case.client)


def test_a_server_is_added_and_taken_back_byte_for_byte(home: Home) -> None:
    before = home.contents()
    for method in methods(home):
        plan, backup = home.connect(NEW, method, variable="KEYRACK_LINEAR_TOKEN")
        assert home.entries.has(plan.connection)
        [server] = [each for each in home.servers() if each.name == "linear"]
        assert server.url == URL
        [source] = server.sources
        connected = "" if method is Method.VARIABLE else method.value
        assert (source.client, source.connected) == (home.case.client, connected)
        others = {path: text for path, text in home.contents().items() if path != plan.connection.path}
        assert others == {path: text for path, text in before.items() if path != plan.connection.path}
        home.undo(backup)
        assert home.contents() == before


def test_an_entry_in_a_file_that_the_user_names_is_connected_and_comes_back(tmp_path: Path) -> None:
    """mcp-use has no file of its own."""
    file = tmp_path / "agents.json"
    entry = {"url": URL, "auth": {"scope": "read"}}
    file.write_text(json.dumps({"mcpServers": {"linear": entry}}, indent=2))
    bus = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/elsewhere"}  # which mcp-use does not pass on
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], **bus}
    home = Home(Case("mcp-use", "agents.json"), tmp_path, env)

    def read() -> Server:
        return read_all(home.env, "linux", str(tmp_path), [str(file)]).servers[0]

    before = file.read_bytes()
    plan, backup = home.connect(read(), Method.BRIDGE)
    assert plan.connection.words[-4:] == ("bridge", "linear", "--config", str(file))
    assert dict(plan.connection.env) == bus
    assert (read().url, read().sources[0].connected) == (URL, "bridge")
    home.undo(backup)
    assert file.read_bytes() == before
    with pytest.raises(KeyrackError, match="not a file of its own") as refused:
        home.connect(NEW, Method.BRIDGE)
    assert "--config FILE" in refused.value.hint


def test_new_fields_are_written_in_the_style_of_the_old_ones() -> None:
    old = {"mcpServers": {"linear": {"url": URL, "auth": "oauth"}}}
    new = {"command": "keyrack", "env": {"A": "b"}}
    text = json.dumps(old, indent=2)
    steps = entry_json.steps_for(text, ("mcpServers", "linear"), new, [("url",), ("auth",)])
    assert entry_json.applied(text, steps) == json.dumps({"mcpServers": {"linear": new}}, indent=2)


def test_a_new_file_is_readable_by_its_owner_only(home: Home) -> None:
    shutil.rmtree(home.folder)
    (home.folder / "elsewhere").mkdir(parents=True)
    plan, _ = home.connect(NEW, methods(home)[0])
    path = Path(plan.connection.path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert any(each.startswith("+") and "keyrack" in each for each in plan.diff)


def test_an_entry_that_is_there_stays_the_same_row_and_comes_back_byte_for_byte(home: Home) -> None:
    before, rows = home.contents(), home.servers()
    mine = [each for each in rows if each.url and not each.problem and not each.address_key]
    mine = [each for each in mine if {source.client for source in each.sources} == {home.case.client}]
    mine = [each for each in mine if not each.tag]  # those that only their headers tell apart
    for server in mine:
        for method in methods(home):
            try:
                plan, backup = home.connect(server, method, variable="KEYRACK_X_TOKEN")
            except KeyrackError as error:
                assert "bridge does not" in str(error) or "project's file only" in str(error)
                continue
            found = {(each.name, each.url): each for each in home.servers()}
            [source] = [
                each for each in found[server.name, server.url].sources if each.path == plan.connection.path
            ]
            assert method is Method.VARIABLE or source.connected == method.value
            assert [(each.name, each.url) for each in home.servers()] == [
                (each.name, each.url) for each in rows
            ]
            home.undo(backup)
            assert home.contents() == before


def test_without_a_backup_what_keyrack_wrote_is_taken_out(home: Home) -> None:
    plan, _ = home.connect(NEW, methods(home)[0])
    home.entries.remove(plan.connection, lambda edits: None)
    assert "linear" not in {each.name for each in home.servers()}
    assert not home.entries.has(plan.connection)


def test_a_link_stays_a_link_and_the_mode_stays(home: Home) -> None:
    if not home.file.exists():
        return
    target = home.folder / "dotfiles"
    home.file.rename(target)
    home.file.symlink_to(target)
    target.chmod(0o640)
    before = target.read_bytes()
    plan, backup = home.connect(NEW, methods(home)[0])
    if plan.connection.path != str(home.file):
        return
    assert home.file.is_symlink() and target.stat().st_mode & 0o777 == 0o640
    assert target.read_bytes() != before
    home.undo(backup)
    assert home.file.is_symlink() and target.stat().st_mode & 0o777 == 0o640
    assert target.read_bytes() == before

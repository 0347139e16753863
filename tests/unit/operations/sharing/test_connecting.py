"""Connecting a server in another program, from the command line to the file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.account import AccountHere
from keyrack.domain.errors import KeyrackError
from keyrack.domain.storage import StoreState
from keyrack.operations.servers import change_files
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import overview
from keyrack.operations.sharing.clients import Way, clients
from keyrack.operations.sharing.connecting import plan_connect
from keyrack.sources.connecting import surroundings
from keyrack.sources.connecting.connector import EntryFiles
from keyrack.sources.locations import Search
from keyrack.system.running import Ran
from support.canned import URL
from support.cli_kit import Terminal
from support.machine import Machine

CURSOR, CLAUDE, CODEX = ".cursor/mcp.json", ".claude.json", ".codex/config.toml"
ENTRY = {"mcpServers": {"lab": {"type": "http", "url": URL}}}
LOCKED = Ran(5, "", "keyrack: The vault is locked.\n  Run keyrack vault unlock\n")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(change_files, "SETTLE", 0.0)
    found = Machine(tmp_path)
    (tmp_path / "project").mkdir()
    found.put(CLAUDE, json.dumps(ENTRY, indent=2))
    return found


def entry(machine: Machine, file: str = CLAUDE, name: str = "lab") -> dict[str, Any]:
    text = (machine.home / file).read_text()
    if file.endswith(".toml"):
        return tomllib.loads(text)["mcp_servers"][name]
    return json.loads(text)["mcpServers"][name]


def ways(machine: Machine) -> dict[str, Way]:
    found = clients(overview(machine.adapters))
    return {client.name: each.way for client in found for each in client.entries if each.name == "lab"}


def test_without_write_the_change_is_only_shown(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert machine.run("connect", "lab", "--to", "Claude Code") == 0
    said = capsys.readouterr()
    assert '+      "headersHelper"' in said.out and "Add --write" in said.err
    assert entry(machine) == ENTRY["mcpServers"]["lab"] and machine.kept() == ()


def test_claude_code_runs_keyrack_header_and_its_row_stays_the_same(machine: Machine) -> None:
    machine.log_in()
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
    words = entry(machine)["headersHelper"].split()
    assert os.path.basename(words[0]) == "keyrack"
    assert words[1:] == ["header", "lab", "--format", "json", "--check-again"]
    [row] = overview(machine.adapters).rows
    assert (row.server.name, row.status.state.value) == ("lab", "valid")
    assert ways(machine)["Claude Code"] is Way.CONNECTED_BY_HELPER


def test_codex_gets_the_account_and_the_locations_that_it_does_not_pass_on(machine: Machine) -> None:
    data = str(machine.home / "else where")
    machine.env |= {"XDG_DATA_HOME": data, "PATH": "/bin", "KEYRACK_VAULT_PASSPHRASE": "open sesame"}
    assert machine.run("connect", "lab", "--to", "codex", "--write") == 0
    written = entry(machine, CODEX)
    assert written["url"] == URL
    line = written["http_headers_helper"]
    assert line.startswith(f"env 'XDG_DATA_HOME={data}' ")
    assert line.endswith("header lab --format json --account default --check-again")
    assert "sesame" not in (machine.home / CODEX).read_text()
    [(argv, env)] = machine.ran
    assert argv[1:] == (
        "header",
        "--masked",
        "lab",
        "--format",
        "json",
        "--account",
        "default",
        "--check-again",
    )
    assert env == {"HOME": str(machine.home), "PATH": "/bin", "XDG_DATA_HOME": data}


def test_a_store_that_would_stay_locked_is_the_reason_to_refuse(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.answer = LOCKED
    assert machine.run("connect", "lab", "--to", "codex", "--write") == 5
    said = capsys.readouterr().err
    assert "Codex could not get a token from keyrack: The vault is locked." in said
    assert not (machine.home / CODEX).exists() and machine.kept() == ()


def test_with_a_locked_keychain_the_hint_is_to_unlock_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = StoreState("Test Keychain", ready=False, locked=True, hint="Unlock it from the desktop.")
    monkeypatch.setattr(machine.store, "state", lambda: locked)
    machine.answer = LOCKED
    assert machine.run("connect", "lab", "--to", "codex") == 5
    assert capsys.readouterr().err.endswith("\n  Unlock it from the desktop.\n")


@pytest.mark.parametrize(
    "name", [";touch pwned", "$(touch pwned)", "a'b\"c", "zwei wörter", "a\nb", "-x", "`id`"]
)
def test_a_helper_is_quoted_for_the_shell_that_runs_it(machine: Machine, name: str, tmp_path: Path) -> None:
    machine.config.parent.mkdir(parents=True)
    machine.config.write_text(f'[servers.{json.dumps(name)}]\nurl = "https://odd.example/mcp"\n')
    options = ("--to", "claude-code", "--as", "odd", "--write")
    assert machine.run("connect", *options, "--", name) == 0
    assert all(words.index("--masked") < words.index(name) for words, _ in machine.ran)
    shell = tmp_path / "shell"
    shell.mkdir()
    line = entry(machine, name="odd")["headersHelper"].replace(
        entry(machine, name="odd")["headersHelper"].split()[0], "show"
    )
    show = shell / "show"
    show.write_text('#!/bin/sh\nfor each; do printf "%s\\0" "$each"; done\n')
    show.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        env={"PATH": f"{shell}:{os.environ['PATH']}"},
        cwd=shell,
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split("\0")[:-1].count(name) == 1
    assert os.listdir(shell) == ["show"]


def test_a_name_that_the_program_does_not_take_is_refused(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.config.parent.mkdir(parents=True)
    machine.config.write_text('[servers."my wiki"]\nurl = "https://wiki.example/mcp"\n')
    assert machine.run("connect", "my wiki", "--to", "claude-code", "--write") == 1
    said = capsys.readouterr().err
    assert "takes only letters, digits, - and _" in said and "--as my-wiki" in said
    assert machine.run("connect", "my wiki", "--to", "claude-code", "--as", "my-wiki", "--write") == 0
    assert "'my wiki'" in entry(machine, name="my-wiki")["headersHelper"]


def test_a_literal_token_leaves_the_file_only_if_keyrack_has_it(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"Authorization": "Bearer lin_api_secret123", "X-Team": "blue"}
    machine.put(CLAUDE, {"mcpServers": {"lab": {"type": "http", "url": URL, "headers": headers}}})
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 1
    said = capsys.readouterr().err
    assert "keyrack does not have" in said and "keyrack adopt lab" in said
    machine.log_in(access="lin_api_secret123")
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
    said = capsys.readouterr()
    assert "The token in the Authorization header is removed from the file." in said.err
    assert "lin_api_secret123" not in said.out + said.err
    assert entry(machine)["headers"] == {"X-Team": "blue"}
    assert machine.run("undo", "--yes") == 0
    assert entry(machine)["headers"] == headers


def test_a_bridge_does_not_take_the_place_of_an_entry_with_more_headers(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.put(CURSOR, {"mcpServers": {"lab": {"url": URL, "headers": {"X-Trace": "on"}}}})
    assert machine.run("connect", "lab", "--to", "cursor", "--write") == 1
    assert "also sends X-Trace" in capsys.readouterr().err


def test_a_program_in_a_window_gets_the_absolute_path(machine: Machine) -> None:
    assert machine.run("connect", "lab", "--to", "cursor", "--write") == 0
    written = entry(machine, CURSOR)
    assert os.path.isabs(written["command"]) and written["args"] == ["bridge", "lab"]
    assert (machine.home / CURSOR).stat().st_mode & 0o777 == 0o600
    [row] = overview(machine.adapters).rows
    assert {source.client for source in row.server.sources} == {"Claude Code", "Cursor"}


def test_a_server_stays_listed_where_the_bridge_was_its_only_entry(machine: Machine) -> None:
    (machine.home / CLAUDE).unlink()
    machine.put(CURSOR, {"mcpServers": {"lab": {"url": URL}}})
    machine.log_in()
    assert machine.run("connect", "lab", "--to", "cursor", "--write") == 0
    [row] = overview(machine.adapters).rows
    assert (row.server.name, row.server.url, row.status.state.value) == ("lab", URL, "valid")


def test_a_projects_file_is_changed_only_by_its_option_and_has_no_path(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine.home / CLAUDE).unlink()
    shared = machine.put("project/.mcp.json", ENTRY)
    machine.adapters = machine.adapters._replace(read=lambda: _read_in(machine))
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 1
    assert "--project" in capsys.readouterr().err
    assert machine.run("connect", "lab", "--to", "claude-code", "--project", "--write") == 0
    assert (
        json.loads(shared.read_text())["mcpServers"]["lab"]["headersHelper"]
        == "keyrack header lab --format json --check-again"
    )
    assert "trusted the project" in capsys.readouterr().err


def test_in_the_home_folder_a_users_own_file_is_no_projects_file(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There, Cursor's file of the project and that of the user have the same path."""
    machine.put(CURSOR, ENTRY)
    search = Search(machine.env, "linux", str(machine.home))
    machine.adapters = machine.adapters._replace(entries=lambda: EntryFiles(search, lambda: 1.0))
    assert machine.run("connect", "lab", "--to", "cursor", "--write") == 0
    assert entry(machine, CURSOR)["args"] == ["bridge", "lab"]


def test_an_entry_that_is_connected_already_is_told_and_left_alone(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
    before = (machine.home / CLAUDE).read_bytes()
    for words in ((), ("--write",)):
        capsys.readouterr()
        assert machine.run("connect", "lab", "--to", "claude-code", *words) == 0
        said = capsys.readouterr()
        assert said.out == "✓ lab: already connected in Claude Code (by helper).\n" and said.err == ""
    assert (machine.home / CLAUDE).read_bytes() == before and len(machine.kept()) == 1


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("vibe", "mistral-vibe"), ("claude", "claude-code or claude-desktop"), ("cursr", "cursor")],
)
def test_a_program_is_suggested_by_a_part_of_its_name(
    machine: Machine, capsys: pytest.CaptureFixture[str], typed: str, hint: str
) -> None:
    assert machine.run("connect", "lab", "--to", typed) == 2
    assert f"Did you mean {hint}?" in capsys.readouterr().err


def _read_in(machine: Machine) -> Any:
    from keyrack.sources.reader import read_all

    return read_all(machine.env, "linux", str(machine.home / "project"))


def test_a_change_that_the_program_overwrites_is_told(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (machine.home / CLAUDE).read_text()
    monkeypatch.setattr(time, "sleep", lambda seconds: (machine.home / CLAUDE).write_text(before))
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 1
    said = capsys.readouterr().err
    assert "at the same time, and the change is lost" in said and "Quit Claude Code" in said


def test_an_entry_that_would_be_another_server_is_given_back(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two names for one address are told apart by their tokens."""
    one, other = ({"Authorization": f"Bearer token-number-{n}"} for n in ("one1", "two2"))
    machine.put(CLAUDE, {"mcpServers": {"lab": {"type": "http", "url": URL, "headers": one}}})
    machine.put(CURSOR, {"mcpServers": {"lab": {"url": URL, "headers": other}}})
    for row in overview(machine.adapters).rows:
        assert row.server.url == URL
    before = (machine.home / CURSOR).read_bytes()
    assert machine.run("connect", "lab (Cursor)", "--to", "cursor", "--write") == 1
    assert (machine.home / CURSOR).read_bytes() == before


def test_disconnect_says_what_it_did_and_what_to_do_next(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
    capsys.readouterr()
    assert machine.run("disconnect", "lab", "--from", "claude-code", "--write") == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == f"✓ Restore {machine.home / CLAUDE}"
    assert said.err == "Restart Claude Code, or let it read its configuration again.\n"


def test_disconnect_restores_the_entry_and_leaves_what_came_since(machine: Machine) -> None:
    before = (machine.home / CLAUDE).read_bytes()
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
    assert machine.run("disconnect", "lab", "--from", "claude-code", "--write") == 0
    assert (machine.home / CLAUDE).read_bytes() == before
    assert [backup.what for backup in machine.kept()] == ["Disconnected lab in Claude Code"]
    assert machine.connections.all() == ()

    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
    data = json.loads((machine.home / CLAUDE).read_text())
    machine.put(CLAUDE, {**data, "numStartups": 9})
    assert machine.run("disconnect", "lab", "--from", "claude-code", "--write") == 0
    assert json.loads((machine.home / CLAUDE).read_text()) == {**ENTRY, "numStartups": 9}


@pytest.mark.parametrize(("program", "file"), [("claude-code", CLAUDE), ("cursor", CURSOR)])
def test_a_disconnection_can_be_undone_too(machine: Machine, program: str, file: str) -> None:
    """Cursor's file did not exist before the connection."""
    assert machine.run("connect", "lab", "--to", program, "--write") == 0
    connected = (machine.home / file).read_bytes()
    assert machine.run("disconnect", "lab", "--from", program, "--write") == 0
    assert machine.run("undo", "--yes") == 0
    assert (machine.home / file).read_bytes() == connected
    assert machine.run("disconnect", "lab", "--from", program, "--write") == 0
    assert b"keyrack" not in ((machine.home / file).read_bytes() if (machine.home / file).exists() else b"")


def test_disconnect_without_a_backup_takes_out_what_keyrack_wrote(machine: Machine) -> None:
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
    assert machine.run("connect", "lab", "--to", "cursor", "--write") == 0
    for backup in machine.kept():
        machine.backups.delete(backup)
    for program in ("claude-code", "cursor"):
        assert machine.run("disconnect", "lab", "--from", program, "--write") == 0
    assert entry(machine) == ENTRY["mcpServers"]["lab"]
    assert "lab" not in json.loads((machine.home / CURSOR).read_text()).get("mcpServers", {})


def test_undo_ends_the_connection_too(machine: Machine) -> None:
    assert machine.run("connect", "lab", "--to", "cursor", "--write") == 0
    [connection] = machine.connections.all()
    assert (connection.program, connection.name, connection.server) == ("Cursor", "lab", "lab")
    assert machine.run("undo", "--yes") == 0
    assert machine.connections.all() == () and not (machine.home / CURSOR).exists()


def test_a_variable_comes_with_the_line_for_the_shell(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.put(".gemini/settings.json", {"mcpServers": {"lab": {"url": URL, "type": "http"}}})
    machine.log_in()
    assert machine.run("connect", "lab", "--to", "gemini-cli", "--by", "variable", "--write") == 0
    written = entry(machine, ".gemini/settings.json")
    assert written["headers"] == {"Authorization": "Bearer ${KEYRACK_LAB_TOKEN}"}
    assert 'export KEYRACK_LAB_TOKEN="$(KEYRACK_LAB_TOKEN= keyrack token lab)"' in capsys.readouterr().out


def test_publishing_is_one_of_the_ways(machine: Machine) -> None:
    machine.claude()
    machine.log_in()
    assert machine.run("connect", "lab", "--to", "claude-code", "--by", "publish", "--write") == 0
    row = machine.claude_row()
    assert row is not None and row["accessToken"] == "at-0"
    assert machine.run("disconnect", "lab", "--from", "claude-code", "--write") == 0
    assert "publish" not in machine.config.read_text() or "claude-code" not in machine.config.read_text()


def test_a_server_that_keyrack_would_not_find_there_is_the_reason_to_refuse(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Codex runs it in its own home, where a project's file does not count."""
    machine.answer = Ran(6, "", "keyrack: No server is called “lab”.\n")
    assert machine.run("connect", "lab", "--to", "codex", "--write") == 1
    said = capsys.readouterr().err
    assert "No server is called “lab”." in said and "in every folder" in said
    assert not (machine.home / CODEX).exists()


def test_an_old_header_is_masked_even_if_it_looks_like_a_reference(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = {"httpUrl": URL, "headers": {"X-Trace": "pa$$w0{rd"}}
    machine.put(".gemini/settings.json", json.dumps({"mcpServers": {"lab": odd}}, indent=1))
    assert machine.run("connect", "lab", "--to", "gemini-cli", "--by", "variable") == 0
    said = capsys.readouterr().out
    assert "pa$$w0" not in said and "Bearer $" in said


def test_what_can_not_be_recorded_is_undone(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise KeyrackError("The disk is full.")

    before = (machine.home / CLAUDE).read_bytes()
    monkeypatch.setattr(machine.connections, "save", full)
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 1
    assert (machine.home / CLAUDE).read_bytes() == before and machine.kept() == ()


def test_without_a_command_of_its_own_keyrack_is_not_imported_from_a_program_s_folder(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "own_path", lambda env: "")
    assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
    assert " -P -m keyrack " in entry(machine)["headersHelper"]


def test_codex_lets_a_bridge_have_what_it_needs_by_the_names_of_variables(machine: Machine) -> None:
    machine.env |= {"XDG_DATA_HOME": "/srv/data", "KEYRACK_VAULT_PASSPHRASE": "open sesame"}
    assert machine.run("connect", "lab", "--to", "codex", "--by", "bridge", "--write") == 0
    written = entry(machine, CODEX)
    assert written["env_vars"] == ["XDG_DATA_HOME", "KEYRACK_VAULT_PASSPHRASE"]
    assert written["args"] == ["bridge", "lab", "--account", "default"]
    assert "sesame" not in (machine.home / CODEX).read_text()
    [(_, env)] = machine.ran
    assert env["XDG_DATA_HOME"] == "/srv/data" and env["KEYRACK_VAULT_PASSPHRASE"] == "open sesame"


class TestAll:
    def test_every_server_is_listed_with_every_program_on_the_machine(
        self, machine: Machine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        machine.put(CURSOR, {"mcpServers": {"wiki": {"url": "https://wiki.example/mcp"}}})
        assert machine.run("connect", "--all") == 0
        lines = [" ".join(line.split()[1:6]) for line in capsys.readouterr().out.splitlines()]
        assert lines[:2] == ["lab → Claude Code by", "wiki → Cursor by bridge"]
        assert set(lines[2:]) == {"wiki → Claude Code by", "lab → Cursor by bridge"}

    def test_those_that_are_chosen_are_connected_and_then_no_longer_offered(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        machine.put(CURSOR, {"mcpServers": {"wiki": {"url": "https://wiki.example/mcp"}}})
        monkeypatch.setattr(sys, "stdin", Terminal("1-2\n"))
        assert machine.run("connect", "--all", "--write") == 0
        assert "headersHelper" in entry(machine) and "command" in entry(machine, CURSOR, "wiki")
        capsys.readouterr()
        monkeypatch.setattr(sys, "stdin", Terminal("\n"))
        assert machine.run("connect", "--all") == 1
        assert len(capsys.readouterr().out.splitlines()) == 2


class TestDoctor:
    def test_it_runs_what_the_record_says_and_never_what_stands_in_the_file(
        self, machine: Machine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
        machine.ran.clear()
        machine.answer = Ran(None, "", "No such file or directory")
        assert machine.run("doctor") == 1
        assert "can't be run there" in capsys.readouterr().out
        [(argv, env)] = machine.ran
        assert argv[1:] == ("header", "--masked", "lab", "--format", "json", "--check-again")
        assert env["CLAUDE_CODE_MCP_SERVER_URL"] == URL

        path = machine.home / CLAUDE
        path.write_text(path.read_text().replace("header lab", "header lab; touch pwned"))
        machine.ran.clear()
        machine.run("doctor")
        assert machine.ran == []

    def test_the_helper_of_another_is_not_run(self, machine: Machine) -> None:
        machine.put(
            CLAUDE, {"mcpServers": {"lab": {"type": "http", "url": URL, "headersHelper": "/opt/corp/token"}}}
        )
        machine.run("doctor")
        assert machine.ran == []
        assert ways(machine)["Claude Code"] is Way.HELPER

    def test_a_bridge_is_tried_by_what_it_does_first(self, machine: Machine) -> None:
        assert machine.run("connect", "lab", "--to", "cursor", "--write") == 0
        machine.ran.clear()
        assert machine.run("doctor") == 0
        [(argv, _)] = machine.ran
        assert argv[1:] == ("header", "--format", "json", "--masked", "lab")

    @pytest.mark.parametrize("code", [3, 5])
    def test_a_failing_one_is_told_with_its_reason(
        self, machine: Machine, capsys: pytest.CaptureFixture[str], code: int
    ) -> None:
        assert machine.run("connect", "lab", "--to", "cursor", "--write") == 0
        machine.answer = Ran(code, "", "keyrack: The reason is this.\n  Do that.\n")
        assert machine.run("doctor") == 1
        assert "Cursor gets no token from keyrack. The reason is this. Do that." in capsys.readouterr().out

    def test_a_project_that_is_not_trusted_yet_is_told(
        self, machine: Machine, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (machine.home / CLAUDE).unlink()
        machine.put("project/.mcp.json", ENTRY)
        machine.adapters = machine.adapters._replace(read=lambda: _read_in(machine))
        assert machine.run("connect", "lab", "--to", "claude-code", "--project", "--write") == 0
        assert machine.run("doctor") == 1
        assert "only once you have trusted the project" in capsys.readouterr().out
        folder = str(machine.home / "project")
        machine.put(CLAUDE, {"projects": {folder: {"hasTrustDialogAccepted": True}}})
        assert machine.run("doctor") == 0


class TestClaudesOwnCommand:
    """Claude Code rewrites its file all the time, so it adds an entry itself where it can."""

    def claude(self, machine: Machine, does: str) -> Path:
        folder = machine.home / "programs"
        folder.mkdir()
        program = folder / "claude"
        program.write_text(
            f"#!{sys.executable}\nimport json, pathlib, sys\n"
            f"path = pathlib.Path({str(machine.home / CLAUDE)!r})\n"
            f"pathlib.Path({str(folder / 'said')!r}).write_text(json.dumps(sys.argv[1:]))\n{does}\n"
        )
        program.chmod(0o755)
        machine.env["PATH"] = str(folder)
        machine.put(CLAUDE, '{"numStartups": 1}')
        machine.put(".config/keyrack/config.toml", f'[servers.lab]\nurl = "{URL}"\n')
        return folder / "said"

    def test_it_adds_a_new_entry_and_undo_takes_it_back(self, machine: Machine) -> None:
        said = self.claude(
            machine,
            "data = json.loads(path.read_text())\n"
            "data.setdefault('mcpServers', {})[sys.argv[5]] = json.loads(sys.argv[6])\n"
            "path.write_text(json.dumps(data, indent=2))",
        )
        assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
        words = json.loads(said.read_text())
        assert words[:5] == ["mcp", "add-json", "-s", "user", "lab"]
        assert json.loads(words[5]) == entry(machine)
        assert machine.run("undo", "--yes") == 0
        assert (machine.home / CLAUDE).read_text() == '{"numStartups": 1}'

    def test_where_it_fails_keyrack_writes_the_file(self, machine: Machine) -> None:
        said = self.claude(machine, "sys.exit(1)")
        assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
        assert said.exists() and "header lab" in entry(machine)["headersHelper"]
        assert machine.run("undo", "--yes") == 0
        assert (machine.home / CLAUDE).read_text() == '{"numStartups": 1}'

    def test_a_command_in_the_current_folder_is_a_stranger_s(
        self, machine: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = self.claude(machine, "sys.exit(1)")
        monkeypatch.chdir(machine.env["PATH"])
        machine.env["PATH"] = "."
        assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
        assert not said.exists() and "header lab" in entry(machine)["headersHelper"]

    def test_an_entry_that_is_there_is_changed_by_keyrack(self, machine: Machine) -> None:
        said = self.claude(machine, "sys.exit(1)")
        machine.put(CLAUDE, ENTRY)
        assert machine.run("connect", "lab", "--to", "claude-code", "--write") == 0
        assert not said.exists()


def test_the_default_account_is_named_to_a_program_where_another_one_is_used(
    machine: Machine,
) -> None:
    read = machine.adapters.read
    for here, words in ((AccountHere("work", "a test"), ("--account", "default")), (None, ())):
        adapters = machine.adapters._replace(read=lambda here=here: read()._replace(here=here))
        server = find(adapters, "lab", "default")
        plan = plan_connect(adapters, server, "Claude Code").plan
        assert plan is not None
        assert tuple(word for word in plan.connection.words if word in ("--account", "default")) == words

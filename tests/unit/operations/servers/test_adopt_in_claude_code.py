"""Secrets of local servers in ~/.claude.json, which has a login and is rewritten all the time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from keyrack.domain.change import Backup, Edit
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server
from keyrack.domain.secret import Secret
from keyrack.operations.receipt import Receipt
from keyrack.operations.servers import change_files
from keyrack.operations.servers.adopt_secrets import adopt_secrets, plan_secrets
from keyrack.operations.sharing.undo import undo, undoable
from support.machine import Machine

KEY = "key-hidden-2"
PROJECT = "/srv/shop, plugin"  # any name


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(change_files, "SETTLE", 0.0)
    return Machine(tmp_path)


def content(**more: Any) -> dict[str, Any]:
    entry = {"type": "stdio", "command": "srv", "args": ["--fast"], "env": {"A_KEY": KEY, "LEVEL": "debug"}}
    return {
        "numStartups": 3,
        "oauthAccount": {"emailAddress": "me@example.com"},
        "projects": {PROJECT: {"allowedTools": [], "mcpServers": {"local": {**entry, "args": []}}}},
        "mcpServers": {"mine": entry},
        **more,
    }


def put(machine: Machine, **more: Any) -> tuple[Path, bytes]:
    path = machine.put(".claude.json", json.dumps(content(**more), indent=2, ensure_ascii=False))
    return path, path.read_bytes()


def server(machine: Machine, name: str) -> Server:
    return next(each for each in machine.adapters.read().servers if each.name == name)


def adopt(machine: Machine, name: str) -> Receipt:
    return adopt_secrets(machine.adapters, plan_secrets(machine.adapters, server(machine, name)))


def meanwhile(monkeypatch: pytest.MonkeyPatch, machine: Machine, act: Callable[[], object]) -> None:
    """Act once, between keyrack's backup and its write."""
    save, waiting = machine.backups.save, [act]

    def saved(backup: Backup) -> Backup:
        if waiting:
            waiting.pop()()
        return save(backup)

    monkeypatch.setattr(machine.backups, "save", saved)


def wrapped(entry: dict[str, Any], secrets: str) -> bool:
    return entry["args"][:4] == ["exec", "--secrets", secrets, "--"] and KEY not in json.dumps(entry)


def test_the_users_own_entry_is_changed_and_nothing_else(machine: Machine) -> None:
    path, before = put(machine)
    plan = plan_secrets(machine.adapters, server(machine, "mine"))
    shown = "\n".join(plan.changes[0].diff)
    assert "--secrets" in shown and KEY not in shown and "me@example.com" not in shown
    assert adopt_secrets(machine.adapters, plan).ok
    now = json.loads(path.read_text())
    assert wrapped(now["mcpServers"]["mine"], "mine")
    assert now["mcpServers"]["mine"]["args"][4:] == ["srv", "--fast"]
    now["mcpServers"] = content()["mcpServers"]
    assert now == content()
    assert server(machine, "mine").secrets == "mine"
    [backup] = undoable(machine.adapters)
    assert undo(machine.adapters, backup).ok and path.read_bytes() == before


def test_the_entry_of_a_project_is_changed_in_that_project(machine: Machine) -> None:
    path, before = put(machine)
    assert adopt(machine, "local").ok
    now = json.loads(path.read_text())
    assert wrapped(now["projects"][PROJECT]["mcpServers"]["local"], "local")
    assert now["mcpServers"] == content()["mcpServers"]
    assert undo(machine.adapters, undoable(machine.adapters)[0]).ok and path.read_bytes() == before


def test_two_entries_of_one_name_are_both_changed_and_undone_byte_for_byte(machine: Machine) -> None:
    entry = content()["mcpServers"]["mine"]
    path, before = put(machine, mcpServers={"local": {**entry, "args": []}})
    assert adopt(machine, "local").ok
    now = json.loads(path.read_text())
    assert wrapped(now["mcpServers"]["local"], "local")
    assert wrapped(now["projects"][PROJECT]["mcpServers"]["local"], "local")
    assert undo(machine.adapters, undoable(machine.adapters)[0]).ok and path.read_bytes() == before


def test_what_claude_code_writes_meanwhile_is_kept(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = put(machine)
    meanwhile(monkeypatch, machine, lambda: put(machine, numStartups=4))
    assert adopt(machine, "mine").ok
    now = json.loads(path.read_text())
    assert now["numStartups"] == 4 and wrapped(now["mcpServers"]["mine"], "mine")
    assert undo(machine.adapters, undoable(machine.adapters)[0]).ok
    assert json.loads(path.read_text()) == content(numStartups=4)


def test_an_entry_that_has_changed_since_is_left_alone(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = put(machine)
    other = {"command": "other", "env": {"A_KEY": "other-key-3"}}
    meanwhile(monkeypatch, machine, lambda: put(machine, mcpServers={"mine": other}))
    receipt = adopt(machine, "mine")
    assert "has changed since" in receipt.lines[-1].detail and not receipt.ok
    assert json.loads(path.read_text())["mcpServers"]["mine"] == other
    assert undoable(machine.adapters) == ()


def test_a_change_that_claude_code_has_written_over_is_told(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = put(machine)
    writes_back = SimpleNamespace(sleep=lambda _: path.write_bytes(before))
    monkeypatch.setattr("keyrack.operations.servers.change_files.time", writes_back)
    receipt = adopt(machine, "mine")
    assert not receipt.ok and "Claude Code has written" in receipt.lines[-1].detail
    assert "also still in the file" in receipt.lines[-1].detail


def test_it_is_written_under_claude_codes_own_lock(machine: Machine) -> None:
    path, _ = put(machine)
    [change] = plan_secrets(machine.adapters, server(machine, "mine")).changes
    seen: list[bool] = []

    def keep(edit: Edit) -> None:
        seen.append(os.path.isdir(f"{path}.lock"))

    machine.adapters.rewriting().apply(change, keep)
    assert seen == [True] and not os.path.exists(f"{path}.lock")


def test_a_link_and_the_permissions_stay(machine: Machine) -> None:
    path, before = put(machine)
    real = machine.home / "dotfiles" / "claude.json"
    real.parent.mkdir()
    path.rename(real)
    path.symlink_to(real)
    real.chmod(0o640)
    assert adopt(machine, "mine").ok
    assert path.is_symlink() and real.stat().st_mode & 0o777 == 0o640 and KEY not in _mine(real)
    assert undo(machine.adapters, undoable(machine.adapters)[0]).ok
    assert path.is_symlink() and real.stat().st_mode & 0o777 == 0o640 and real.read_bytes() == before


def test_a_plugins_entry_is_not_changed(machine: Machine) -> None:
    """Its file is a copy that Claude Code replaces at the next update."""
    plugin = machine.home / "plugin"
    machine.put("plugin/.mcp.json", {"mcpServers": {"p": {"command": "srv", "env": {"A_KEY": KEY}}}})
    installed = {"version": 2, "plugins": {"a@b": [{"scope": "user", "installPath": str(plugin)}]}}
    machine.put(".claude/plugins/installed_plugins.json", installed)
    machine.put(".claude/settings.json", {"enabledPlugins": {"a@b": True}})
    found = next(each for each in machine.adapters.read().servers if each.entry_secrets)
    with pytest.raises(KeyrackError):
        plan_secrets(machine.adapters, found)


def _mine(path: Path) -> str:
    return json.dumps(json.loads(path.read_text())["mcpServers"])


def test_the_secret_is_stored_before_the_file_changes(machine: Machine) -> None:
    put(machine)
    assert adopt(machine, "mine").ok
    [key] = [each for each in machine.credentials.records() if each.url.startswith("stdio:")]
    stored = machine.credentials.load(key)
    assert stored is not None and dict(stored.fields) == {"A_KEY": Secret(KEY)}

"""`keyrack clear NAME --from PROGRAM` and `keyrack undo`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.secret import Secret
from support.canned import ISSUER, META, URL, metadata, reply
from support.machine import ACCESS, CLAUDE, REFRESH, ROW, Machine, folder_of

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_one_entry_is_deleted_and_everything_else_stays_byte_for_byte(
    machine: Machine, capsys: Capture
) -> None:
    path = machine.claude()
    before, row = path.read_text(), json.dumps(machine.row())
    assert machine.run("clear", "lab", "--from", "claude-code", "--yes") == 0
    assert path.read_text() == before.replace(f'"{ROW}": {row} ,', "")
    assert path.stat().st_mode & 0o777 == 0o600
    out = capsys.readouterr()
    assert "✓ Delete in Claude Code (keyrack undo reverses this)" in out.out
    assert '-  "accessToken": "●●●●●●●●"' in out.out and "claude mcp logout lab" in out.err
    assert ACCESS not in out.out + out.err + machine.everything()
    assert folder_of(path.parent) == [".credentials.json"]  # no lock, draft or copy is left


def test_an_undo_brings_the_old_file_back_exactly(machine: Machine, capsys: Capture) -> None:
    path = machine.claude()
    before = path.read_bytes()
    machine.run("clear", "lab", "--from", "claude-code", "--yes")
    assert machine.run("undo", "--list") == 0
    assert "Cleared the login for lab in Claude Code." in capsys.readouterr().out
    assert machine.run("undo", "--yes") == 0
    assert path.read_bytes() == before and machine.kept() == ()
    assert machine.run("undo", "--yes") == 0
    assert "There is nothing to undo." in capsys.readouterr().err


def test_later_changes_of_the_file_survive_an_undo(machine: Machine) -> None:
    path = machine.claude()
    machine.run("clear", "lab", "--from", "claude-code", "--yes")
    later = path.read_text().replace('"at-other"', '"at-other-2"').replace("1.50", "1.75")
    path.write_text(later)
    assert machine.run("undo", "--yes") == 0
    assert machine.claude_row() == machine.row()
    data = json.loads(path.read_text())
    del data["mcpOAuth"][ROW]
    assert data == json.loads(later) and "1.75" in path.read_text()


def test_a_newer_login_is_not_overwritten_by_an_undo(machine: Machine, capsys: Capture) -> None:
    path = machine.claude()
    machine.run("clear", "lab", "--from", "claude-code", "--yes")
    machine.claude(accessToken="at-anew", refreshToken="rt-anew")
    now = path.read_bytes()
    assert machine.run("undo", "--yes") == 1
    assert path.read_bytes() == now and len(machine.kept()) == 1
    assert "nothing of keyrack's change is left in it" in capsys.readouterr().out


def test_a_row_that_was_logged_in_anew_since_the_plan_is_left_alone(machine: Machine) -> None:
    from keyrack.operations.servers.find import find
    from keyrack.operations.sharing.clearing import clear_there, plan_clear

    machine.claude()
    server = find(machine.adapters, "lab")
    planned = plan_clear(machine.adapters, server, machine.held())
    path = machine.claude(accessToken="at-anew")
    now = path.read_bytes()
    [line] = clear_there(machine.adapters, planned).lines
    assert (line.outcome, line.detail.split(" Try")[0]) == (
        "failed",
        "Claude Code has logged in again in the meantime. You can also run: claude mcp logout lab",
    )
    assert path.read_bytes() == now and machine.kept() == ()


def test_without_a_backup_nothing_is_changed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    path = machine.claude()
    before = path.read_bytes()

    def refuse(entry: str, secret: Secret) -> None:
        raise StoreUnavailable("The keychain did not keep it.")

    monkeypatch.setattr(machine.store, "set", refuse)
    assert machine.run("clear", "lab", "--from", "claude-code", "--yes") == 1
    assert path.read_bytes() == before


def test_a_revoked_login_is_not_put_back(machine: Machine, capsys: Capture) -> None:
    machine.world.routes[f"GET {META}"] = reply(metadata(revocation_endpoint=f"{ISSUER}/revoke"))
    path = machine.claude()
    assert machine.run("clear", "lab", "--from", "claude-code", "--revoke", "--yes") == 0
    sent = [request.form or {} for request in machine.world.to(f"{ISSUER}/revoke")]
    assert [(form["token_type_hint"], form["client_id"]) for form in sent] == [
        ("refresh_token", "client-of-claude"),
        ("access_token", "client-of-claude"),
    ]
    assert [form["token"] for form in sent] == [Secret(REFRESH), Secret(ACCESS)]
    now = path.read_bytes()
    assert machine.run("undo", "--yes") == 1 and path.read_bytes() == now
    assert "Log in there instead: claude mcp login lab" in capsys.readouterr().err


def test_no_token_is_revoked_at_an_issuer_that_the_server_does_not_name(machine: Machine) -> None:
    machine.claude(discoveryState={"authorizationServerUrl": "https://evil.example"})
    assert machine.run("clear", "lab", "--from", "claude-code", "--revoke", "--yes") == 1
    assert {request.url.split("/")[2] for request in machine.world.asked} == {"mcp.example", "auth.example"}
    assert not machine.world.to(f"{ISSUER}/revoke") and machine.claude_row() is None


@pytest.mark.parametrize("changes", [{}, {"refreshToken": None, "clientSecret": "cs-of-claude"}])
def test_without_a_stored_issuer_neither_a_refresh_token_nor_a_clients_secret_is_sent(
    machine: Machine, changes: dict[str, Any], capsys: Capture
) -> None:
    machine.world.routes[f"GET {META}"] = reply(metadata(revocation_endpoint=f"{ISSUER}/revoke"))
    machine.claude(discoveryState=None, **changes)
    machine.run("clear", "lab", "--from", "claude-code", "--revoke", "--yes")
    assert not machine.world.to(f"{ISSUER}/revoke") and machine.claude_row() is None
    assert "does not store which authorization server the login is from" in capsys.readouterr().out


def test_without_a_stored_issuer_an_access_token_of_a_public_client_is_revoked(machine: Machine) -> None:
    machine.world.routes[f"GET {META}"] = reply(metadata(revocation_endpoint=f"{ISSUER}/revoke"))
    machine.claude(discoveryState=None, refreshToken=None)
    machine.run("clear", "lab", "--from", "claude-code", "--revoke", "--yes")
    [sent] = machine.world.to(f"{ISSUER}/revoke")
    assert (sent.form or {})["token"] == Secret(ACCESS)


def test_a_link_stays_and_its_target_keeps_its_mode(machine: Machine) -> None:
    path = machine.claude()
    target = machine.home / "dotfiles" / "claude.json"
    target.parent.mkdir()
    os.rename(path, target)
    target.chmod(0o640)
    path.symlink_to(target)
    assert machine.run("clear", "lab", "--from", "claude-code", "--yes") == 0
    assert path.is_symlink() and machine.claude_row() is None and target.stat().st_mode & 0o777 == 0o640


def test_a_login_in_a_file_of_its_own_goes_with_the_files_about_it(machine: Machine) -> None:
    from hashlib import md5

    stem = md5(URL.encode()).hexdigest()
    machine.put(".cursor/mcp.json", {"mcpServers": {"lab": {"command": "npx", "args": ["mcp-remote", URL]}}})
    folder = machine.home / ".mcp-auth" / "mcp-remote-v1"
    machine.put(
        f".mcp-auth/mcp-remote-v1/{stem}_tokens.json", {"access_token": ACCESS, "token_type": "Bearer"}, 0o640
    )
    machine.put(f".mcp-auth/mcp-remote-v1/{stem}_client_info.json", {"client_id": "c"})
    machine.put(".mcp-auth/mcp-remote-v1/other_tokens.json", {"access_token": "o", "token_type": "Bearer"})
    before = {path.name: (path.read_bytes(), path.stat().st_mode) for path in folder.iterdir()}
    assert machine.run("clear", "lab", "--from", "mcp-remote", "--yes") == 0
    assert folder_of(folder) == ["other_tokens.json"]
    assert machine.run("undo", "--yes") == 0
    assert {path.name: (path.read_bytes(), path.stat().st_mode) for path in folder.iterdir()} == before


def test_an_undo_writes_through_the_links_to_files_that_it_brings_back(machine: Machine) -> None:
    from hashlib import md5

    stem = md5(URL.encode()).hexdigest()
    machine.put(".claude.json", {"mcpServers": {"lab": {"type": "http", "url": URL}}})
    folder = machine.home / ".mcp-auth" / "v1"
    for name in (f"{stem}_tokens.json", f"{stem}_client_info.json"):
        target = machine.put(f"dotfiles/{name}", {"access_token": ACCESS, "token_type": "Bearer"})
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)
    before = {path.name: (os.readlink(path), path.read_bytes()) for path in folder.iterdir()}
    assert machine.run("clear", "lab", "--from", "mcp-remote", "--yes") == 0
    assert folder_of(machine.home / "dotfiles") == []
    assert machine.run("undo", "--yes") == 0
    assert {path.name: (os.readlink(path), path.read_bytes()) for path in folder.iterdir()} == before


def test_an_undo_that_meets_a_newer_login_leaves_its_other_files_alone_and_gives_nothing_back(
    machine: Machine, capsys: Capture
) -> None:
    from hashlib import md5

    stem = md5(URL.encode()).hexdigest()
    machine.put(".claude.json", {"mcpServers": {"lab": {"type": "http", "url": URL}}})
    tokens = {"access_token": ACCESS, "token_type": "Bearer", "refresh_token": REFRESH, "issuer": ISSUER}
    path = machine.put(f".mcp-auth/v1/{stem}_tokens.json", tokens)
    machine.put(f".mcp-auth/v1/{stem}_client_info.json", {"client_id": "old-client"})
    assert machine.run("import", "lab", "--from", "mcp-remote", "--move") == 0
    assert folder_of(path.parent) == []
    machine.put(f".mcp-auth/v1/{stem}_tokens.json", tokens | {"access_token": "at-newer"})
    capsys.readouterr()
    assert machine.run("undo", "--yes") == 1
    assert folder_of(path.parent) == [path.name] and "at-newer" in path.read_text()
    stored = machine.stored()
    assert stored and stored.tokens.refresh_token == Secret(REFRESH) and len(machine.kept()) == 1
    assert "given back" not in capsys.readouterr().out


def test_an_item_in_the_keychain_is_deleted_and_comes_back(machine: Machine) -> None:
    machine.put(".codex/config.toml", f'[mcp_servers.lab]\nurl = "{URL}"\n')
    value = {
        "server_name": "lab", "url": URL, "issuer": ISSUER, "client_id": "c", "expires_at": 1,
        "token_response": {"access_token": ACCESS, "refresh_token": REFRESH, "token_type": "bearer"},
    }  # fmt: skip
    machine.items.put("Codex MCP Credentials", "lab|1", value)
    before = dict(machine.items.items)
    assert machine.run("clear", "lab", "--from", "codex", "--yes") == 0
    assert not machine.items.items
    assert machine.run("undo", "--yes") == 0
    assert machine.items.items.keys() == before.keys()
    assert json.loads(machine.items.items["Codex MCP Credentials", "lab|1"].secret.reveal()) == value


def test_backups_older_than_thirty_days_are_deleted(machine: Machine) -> None:
    machine.claude()
    machine.run("clear", "lab", "--from", "claude-code", "--yes")
    machine.now += 29 * 86400
    machine.claude()
    machine.run("clear", "lab", "--from", "claude-code", "--yes")
    assert len(machine.kept()) == 2
    machine.now += 2 * 86400
    machine.run("undo", "--list")
    assert len(machine.kept()) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("lab", "--from", "claude-kode", "--yes"), 2, "Did you mean claude-code?"),
        (("lab", "--from", "codex", "--yes"), 1, "These programs hold one: claude-code."),
        (("lab", "--from", "claude-code"), 2, "There is no terminal to ask on."),
        (("--from", "claude-code"), 2, "With --from, keyrack clear takes NAME|URL."),
        (("lab", "--stale", "--from", "claude-code"), 2, "takes neither --stale nor --forget"),
    ],
)
def test_what_is_refused_changes_nothing(
    machine: Machine, capsys: Capture, words: tuple[str, ...], code: int, said: str
) -> None:
    path = machine.claude()
    before = path.read_bytes()
    assert machine.run("clear", *words) == code
    assert said in capsys.readouterr().err and path.read_bytes() == before
    assert (machine.home / CLAUDE).exists()


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has owners")
def test_a_link_to_another_users_file_is_not_followed_for_a_change(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = machine.claude()
    before = path.read_bytes()
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    assert machine.run("clear", "lab", "--from", "claude-code", "--yes") == 1
    assert "belongs to another user" in capsys.readouterr().out
    assert path.read_bytes() == before and machine.kept() == ()


def test_of_two_keys_of_one_name_none_is_changed(machine: Machine) -> None:
    path = machine.claude()
    row = json.dumps(machine.row())
    path.write_text(f'{{"mcpOAuth": {{"{ROW}": {row}, "{ROW}": {row}}}}}')
    before = path.read_bytes()
    assert machine.run("clear", "lab", "--from", "claude-code", "--yes") == 1
    assert path.read_bytes() == before and machine.kept() == ()


def test_a_damaged_backup_and_one_of_a_lost_key_do_not_stand_in_the_way_of_others(
    machine: Machine, capsys: Capture
) -> None:
    clear = ("clear", "lab", "--from", "claude-code", "--yes")
    path = machine.claude()
    before = path.read_bytes()
    machine.run(*clear)
    machine.store.delete("backups")  # the key
    assert machine.run("undo", "--yes") == 5
    assert "its key is not in the credential store" in capsys.readouterr().err
    machine.claude()
    machine.run(*clear)
    folder = machine.home / "data" / "backups"
    (folder / "20990101T000000Z-0000-00000000.age").write_bytes(b"no backup")
    assert machine.run("undo", "--yes") == 0 and path.read_bytes() == before
    assert machine.run("undo", "--yes") != 0  # what is left can't be opened

"""`keyrack publish`: a fresh token in the program's own entry, and nothing else in it changed."""

from __future__ import annotations

import json
import os
import threading
import time
from hashlib import md5
from pathlib import Path
from typing import Any

import httpx
import pytest

import keyrack
from keyrack.operations.servers.overview import overview
from keyrack.operations.sharing.clients import Way, clients
from support.canned import ISSUER, URL
from support.machine import ACCESS, CLAUDE, REFRESH, ROW, Machine, folder_of
from support.some import some

Capture = pytest.CaptureFixture[str]
PUBLISH = ("publish", "lab", "--to", "claude-code")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.log_in()
    return machine


def test_only_the_token_fields_of_the_row_are_written(machine: Machine, capsys: Capture) -> None:
    path = machine.claude()
    before = path.read_text()
    assert machine.run(*PUBLISH, "--yes") == 0
    expires = int((machine.now + 3600) * 1000)
    assert path.read_text() == before.replace(ACCESS, "at-0").replace(
        f'"expiresAt": {int((machine.now + 3600) * 1000)}', f'"expiresAt": {expires}'
    )
    assert path.stat().st_mode & 0o777 == 0o600
    said = capsys.readouterr()
    assert '+  "accessToken": "●●●●●●●● from keyrack",' in said.out
    assert "at-0" not in said.out + said.err and REFRESH not in said.out + said.err
    assert f'"{URL}" = "claude-code"' in machine.config.read_text()


def test_what_is_to_be_confirmed_each_time_is_not_published(machine: Machine, capsys: Capture) -> None:
    machine.claude()
    machine.config.parent.mkdir(parents=True, exist_ok=True)
    confirm = f'[servers.mine]\nurl = "{URL}"\nconfirm = true\n'
    machine.config.write_text(confirm)
    assert machine.run(*PUBLISH, "--yes") == 1
    assert "“confirm”" in capsys.readouterr().err

    machine.config.unlink()
    assert machine.run(*PUBLISH, "--yes") == 0
    machine.config.write_text(f"{confirm}\n{machine.config.read_text()}")  # set since
    assert machine.run("refresh", "lab") == 0
    row = machine.claude_row()
    assert row and row["accessToken"] == "at-0"


def test_a_refresh_publishes_again_after_the_answer(machine: Machine, capsys: Capture) -> None:
    machine.claude()
    machine.run(*PUBLISH, "--yes")
    assert machine.run("refresh", "lab") == 0
    row = machine.claude_row()
    assert row and row["accessToken"] == "at-next" and row["refreshToken"] == REFRESH
    assert row["expiresAt"] == int((machine.now + 3600) * 1000)
    assert len(machine.kept()) == 1  # the earlier token is of no use, so neither is its backup


def test_token_prints_first_and_a_failure_is_only_a_note(machine: Machine, capsys: Capture) -> None:
    path = machine.claude()
    machine.run(*PUBLISH, "--yes")
    machine.now += 3600
    path.write_text("{")
    capsys.readouterr()
    assert machine.run("token", "lab") == 0
    said = capsys.readouterr()
    assert said.out == "at-next\n"
    assert "The token was not published to claude-code:" in said.err and path.read_text() == "{"


def test_token_does_not_wait_for_a_program_that_holds_its_lock(machine: Machine, capsys: Capture) -> None:
    machine.claude()
    machine.run(*PUBLISH, "--yes")
    machine.now += 3600
    (machine.home / ".claude" / ".storage-write.lock").mkdir()
    capsys.readouterr()
    start = time.monotonic()
    assert machine.run("token", "lab") == 0
    assert time.monotonic() - start < 1.5
    said = capsys.readouterr()
    assert said.out == "at-next\n" and "Claude Code is writing to its files" in said.err


def test_auth_publishes_what_it_has_refreshed_after_its_request(machine: Machine) -> None:
    machine.claude()
    machine.run(*PUBLISH, "--yes")
    machine.now += 3600
    seen: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["Authorization"], some(machine.claude_row())["accessToken"]))
        return httpx.Response(200)

    auth = keyrack.Auth(URL, adapters=machine.adapters)
    with httpx.Client(transport=httpx.MockTransport(answer), auth=auth) as client:
        assert client.get(URL).status_code == client.get(URL).status_code == 200
    for thread in threading.enumerate():
        if thread.name == "keyrack":
            thread.join()
    assert seen[0] == ("Bearer at-next", "at-0") and some(machine.claude_row())["accessToken"] == "at-next"


def test_a_token_that_the_program_has_already_is_not_written(machine: Machine) -> None:
    path = machine.claude()
    machine.run(*PUBLISH, "--yes")
    before = path.stat()
    assert machine.run("token", "lab") == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_programs_lock_is_respected(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyrack.operations.sharing import publishing

    monkeypatch.setattr(publishing, "WAIT", 0.05)
    path = machine.claude()
    machine.run(*PUBLISH, "--yes")
    lock = machine.home / ".claude" / ".storage-write.lock"
    lock.mkdir()
    before = path.read_bytes()
    server = machine.adapters.read().servers[0]
    machine.log_in("at-2")
    [sentence] = publishing.publish_again(machine.adapters, server, timeout=0.05)
    assert "Claude Code is writing to its files" in sentence and path.read_bytes() == before
    os.rmdir(lock)
    assert publishing.publish_again(machine.adapters, server) == ()
    assert folder_of(machine.home / ".claude") == [".credentials.json"]


def test_the_refresh_token_is_given_only_if_asked_for_with_a_warning(
    machine: Machine, capsys: Capture
) -> None:
    machine.claude(clientId="dyn-0")
    assert machine.run(*PUBLISH, "--with-refresh-token", "--yes") == 0
    row = machine.claude_row()
    assert row and row["refreshToken"] == "rt-0"
    assert "Two owners" in capsys.readouterr().err
    assert machine.run("refresh", "lab") == 0
    assert (machine.claude_row() or {})["refreshToken"] == "rt-next"
    assert machine.run("undo", "--yes") == 0  # rt-0 has rotated, and the program had one of its own before
    assert (machine.claude_row() or {})["refreshToken"] == REFRESH


@pytest.mark.parametrize(
    "changes",
    [
        {"clientId": "client-of-claude"},
        {"clientId": None},
        {"clientId": "dyn-0", "discoveryState": {"authorizationServerUrl": "https://other.example"}},
    ],
)
def test_a_refresh_token_is_not_given_to_another_client_or_for_another_issuer(
    machine: Machine, changes: dict[str, Any], capsys: Capture
) -> None:
    path = machine.claude(**changes)
    before = path.read_bytes()
    assert machine.run(*PUBLISH, "--with-refresh-token", "--yes") == 1
    assert path.read_bytes() == before and machine.kept() == ()
    assert "Publish without the refresh token." in capsys.readouterr().err
    assert machine.run(*PUBLISH, "--yes") == 0


def test_a_new_file_is_shown_without_old_lines_or_digits(machine: Machine, capsys: Capture) -> None:
    machine.now += 0.538
    machine.log_in("at-0", "rt-0")
    machine.put(".cursor/mcp.json", {"mcpServers": {"lab": {"url": URL}}})
    assert machine.run("publish", "lab", "--to", "mcp-use", "--yes") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "-" not in lines and '+  "expires_at": ●●●●●●●●,' in lines
    assert machine.run("undo", "--yes") == 0
    assert "✓ Restore " in capsys.readouterr().out


def test_the_programs_name_what_keyrack_writes_there(machine: Machine, capsys: Capture) -> None:
    machine.claude()
    machine.run("clients")
    assert "published by keyrack" not in capsys.readouterr().out
    machine.run(*PUBLISH, "--yes")
    capsys.readouterr()
    machine.run("clients")
    assert "holds a login for lab: valid, published by keyrack, in " in capsys.readouterr().out
    [claude] = [client for client in clients(overview(machine.adapters)) if client.name == "Claude Code"]
    assert [entry.way for entry in claude.entries if entry.row is not None] == [Way.PUBLISHED]


def test_stop_ends_it(machine: Machine) -> None:
    machine.claude()
    machine.run(*PUBLISH, "--yes")
    assert machine.run(*PUBLISH, "--stop") == 0
    assert URL not in machine.config.read_text()
    machine.run("refresh", "lab")
    assert (machine.claude_row() or {})["accessToken"] == "at-0"


@pytest.mark.parametrize(
    ("changes", "mode", "said"),
    [
        ({}, 0o644, "Other users of this machine can read"),
        ({"serverName": None}, 0o600, "Claude Code's entry lacks serverName"),
        ({"accessToken": ""}, 0o600, "keyrack only writes into an existing one"),
        ({"serverUrl": "https://mcp.example/other"}, 0o600, "keyrack only writes into an existing one"),
    ],
)
def test_what_is_refused_changes_nothing(
    machine: Machine, capsys: Capture, changes: dict[str, Any], mode: int, said: str
) -> None:
    path = machine.claude(**changes)
    path.chmod(mode)
    before = path.read_bytes()
    assert machine.run(*PUBLISH, "--yes") == 1
    assert said in capsys.readouterr().err
    assert path.read_bytes() == before and not machine.config.exists()


@pytest.mark.parametrize("verb", [("publish", "lab", "--to"), ("import", "lab", "--copy", "--from")])
def test_a_program_whose_store_is_not_known_is_refused_with_what_to_do(
    machine: Machine, capsys: Capture, verb: tuple[str, ...]
) -> None:
    machine.claude()
    assert machine.run(*verb, "cursor") == 1
    said = capsys.readouterr().err
    assert "Cursor" in said and "Log in once" not in said
    assert "Run keyrack clients" in said or "keyrack login lab" in said


@pytest.mark.parametrize(
    "command",
    [
        PUBLISH,
        ("import", *PUBLISH[1:2], "--copy", "--from", "claude-code"),
        ("clear", *PUBLISH[1:2], "--from", "claude-code"),
    ],
)
def test_a_broken_file_is_not_taken_for_one_without_a_login(
    machine: Machine, capsys: Capture, command: tuple[str, ...]
) -> None:
    path = machine.claude()
    path.write_text('{"mcpOAuth": {')
    path.chmod(0o600)
    assert machine.run(*command, *([] if command[0] == "import" else ["--yes"])) == 1
    said = capsys.readouterr().err
    assert f"{path}, line 1: It is truncated" in said and "login for lab" not in said
    machine.run("clients")
    assert f"{path}, line 1: It is truncated" in capsys.readouterr().out


def test_nothing_is_published_for_what_is_no_login(machine: Machine) -> None:
    machine.credentials.delete(machine.stored().key)  # type: ignore[union-attr]
    machine.claude()
    assert machine.run(*PUBLISH, "--yes") == 3


def test_a_file_of_a_project_can_not_ask_for_a_token(machine: Machine) -> None:
    machine.put(".mcp.json", {"mcpServers": {"lab": {"url": URL}}, "publish": {URL: "claude-code"}})
    machine.claude()
    assert [server.publish for server in machine.adapters.read().servers] == [()]


def test_a_byte_order_mark_stays(machine: Machine) -> None:
    path = machine.claude()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    before = path.read_bytes()
    assert machine.run(*PUBLISH, "--yes") == 0
    assert path.read_bytes() == before.replace(ACCESS.encode(), b"at-0")
    assert machine.run("clear", "lab", "--from", "claude-code", "--yes") == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbf{") and ROW not in path.read_text()
    assert [machine.run("undo", "--yes") for _ in range(2)] == [0, 0] and path.read_bytes() == before


@pytest.mark.parametrize("content", ["{", "[]", '{"mcpOAuth": []}', "\0\0", "9" * 9_000_000])
def test_a_file_that_can_not_be_read_is_left_alone(machine: Machine, content: str) -> None:
    path = machine.claude()
    path.write_text(content)
    there = ("lab", "--from", "claude-code")
    assert machine.run(*PUBLISH, "--yes") == 1
    assert machine.run("clear", *there, "--yes") == 1
    assert machine.run("import", *there, "--move") == 1
    assert path.read_text() == content and machine.kept() == ()


def test_a_relative_expiry_is_written_with_the_time_it_starts_at(machine: Machine) -> None:
    stem = md5(URL.encode()).hexdigest()
    row = {"access_token": ACCESS, "token_type": "Bearer", "expires_in": 10, "issuer": ISSUER, "more": [1]}
    path = machine.put(f".mcp-auth/mcp-remote-v1/{stem}_tokens.json", row)
    machine.put(".cursor/mcp.json", {"mcpServers": {"lab": {"command": "npx", "args": ["mcp-remote", URL]}}})
    assert machine.run("publish", "lab", "--to", "mcp-remote", "--yes") == 0
    assert json.loads(path.read_text()) == row | {
        "access_token": "at-0",
        "expires_in": 3600,
        "expires_at": int((machine.now + 3600) * 1000),
    }


def test_mcp_gets_a_new_row_and_reads_whole_seconds(machine: Machine) -> None:
    machine.put(".config/mcp/servers.json", {"mcpServers": {"lab": {"url": URL}}})
    path = machine.home / ".config/mcp/auth.json"
    assert machine.run("publish", "lab", "--to", "mcp", "--yes") == 0
    assert path.stat().st_mode & 0o777 == 0o600
    row = {"access_token": "at-0", "refresh_token": None, "expires_at": int(machine.now + 3600)}
    assert json.loads(path.read_text()) == {"tokens": {URL: row}, "clients": {}}
    assert machine.run("undo", "--yes") == 0 and not path.exists()


def test_mcp_keeps_its_other_rows_and_the_client_comes_with_the_refresh_token(machine: Machine) -> None:
    machine.put(".config/mcp/servers.json", {"mcpServers": {"lab": {"url": URL}}})
    other = '"https://o.example/mcp": {"access_token":"o",  "expires_at":5}'
    path = machine.put(".config/mcp/auth.json", f'{{"clients": {{}},\n "tokens": {{{other}}}}}\n')
    words = ("publish", "lab", "--to", "mcp", "--with-refresh-token", "--yes")
    assert machine.run(*words) == 0
    data = json.loads(path.read_text())
    assert other in path.read_text() and data["tokens"][URL]["refresh_token"] == "rt-0"
    assert data["clients"][URL] == {"client_id": "dyn-0", "client_secret": None}
    assert machine.run("refresh", "lab") == 0
    assert json.loads(path.read_text())["tokens"][URL]["access_token"] == "at-next"


def test_mcp_use_in_python_gets_a_file_of_its_own(machine: Machine) -> None:
    machine.put(".cursor/mcp.json", {"mcpServers": {"lab": {"url": URL}}})
    assert machine.run("publish", "lab", "--to", "mcp-use", "--yes") == 0
    path = machine.home / ".mcp_use/tokens/mcp.example__mcp.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == {
        "access_token": "at-0",
        "token_type": "Bearer",
        "expires_at": machine.now + 3600,
        "refresh_token": None,
        "scope": "read",
    }
    assert "." in path.read_text().split('"expires_at": ')[1].split(",")[0]  # it reads a float
    assert machine.run("clear", "lab", "--from", "mcp-use", "--yes") == 0 and not path.exists()


def test_mcp_use_in_typescript_gets_tokens_and_a_session(machine: Machine) -> None:
    machine.put(".cursor/mcp.json", {"mcpServers": {"lab": {"url": URL}}})
    assert machine.run("publish", "lab", "--to", "mcp-use-typescript", "--yes") == 0
    [path] = (machine.home / ".mcp-use" / "oauth").glob("*/mcp_auth_*_tokens")
    assert json.loads(path.read_text()) == {
        "access_token": "at-0",
        "token_type": "Bearer",
        "expires_in": 3600,
        "scope": "read",
    }
    session = json.loads((machine.home / ".mcp-use/cli-sessions.json").read_text())["sessions"]["lab"]
    assert (session["url"], session["authMode"]) == (URL, "oauth")
    assert machine.run("refresh", "lab") == 0
    assert json.loads(path.read_text())["access_token"] == "at-next"


@pytest.mark.parametrize("program", ["mcp", "mcp-use"])
def test_a_login_of_mcp_and_mcp_use_can_be_taken_over(machine: Machine, program: str) -> None:
    machine.put(".config/mcp/servers.json", {"mcpServers": {"lab": {"url": URL}}})
    if program == "mcp":
        row = {"access_token": ACCESS, "refresh_token": None, "expires_at": int(machine.now + 60)}
        path = machine.put(".config/mcp/auth.json", {"clients": {}, "tokens": {URL: row}})
    else:
        row = {"access_token": ACCESS, "token_type": "Bearer", "expires_at": machine.now + 60}
        path = machine.put(".mcp_use/tokens/mcp.example__mcp.json", row)
    assert machine.run("import", "lab", "--from", program, "--move") == 0
    stored = machine.stored()
    assert stored and stored.tokens.access_token.reveal() == ACCESS
    assert (not path.exists()) if program == "mcp-use" else URL not in path.read_text()


def test_clients_says_who_holds_what_and_what_can_be_done(machine: Machine, capsys: Capture) -> None:
    machine.claude()
    assert machine.run("clients") == 0
    said = capsys.readouterr()
    assert "Claude Code  (claude-code)" in said.out
    assert f"  holds a login for lab: valid, in {machine.home / CLAUDE}" in said.out
    assert "  keyrack can import, publish, clear\n  to log out there: claude mcp logout NAME\n" in said.out
    assert "Not found: " in said.err and ACCESS not in said.out
    assert machine.run("clients", "--json") == 0
    [claude] = [each for each in json.loads(capsys.readouterr().out) if each["name"] == "Claude Code"]
    mine = [token for token in claude["tokens"] if token["server"] == "lab"]
    assert [(token["state"], token["mode"]) for token in mine] == [("valid", "0600")]
    assert claude["allows"] == ["import", "publish", "clear"] and claude["servers"] == ["lab"]
    assert ROW in (machine.home / CLAUDE).read_text()


def test_what_is_cleared_in_a_program_is_not_published_to_it_again(machine: Machine, capsys: Capture) -> None:
    machine.put(".config/mcp/servers.json", {"mcpServers": {"lab": {"url": URL}}})
    path = machine.home / ".config/mcp/auth.json"
    assert machine.run("publish", "lab", "--to", "mcp", "--yes") == 0 and "at-0" in path.read_text()
    assert machine.run("clear", "lab", "--from", "mcp", "--yes") == 0
    assert "✓ Stop publishing to mcp" in capsys.readouterr().out
    assert machine.run("refresh", "lab") == 0
    assert "at-next" not in path.read_text()

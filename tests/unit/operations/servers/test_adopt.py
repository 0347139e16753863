"""`keyrack adopt` stores the token, reads it back, and only then removes it from the file."""

from __future__ import annotations

import io
import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.errors import StoreUnavailable
from keyrack.domain.model import CredentialKey, StoredCredential
from keyrack.domain.secret import Secret
from keyrack.oauth.http import Request, Response
from keyrack.operations.credential import configured_token
from keyrack.operations.ports import Adapters
from keyrack.operations.servers import change_files
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import overview
from keyrack.operations.tokens.get_token import get_token
from keyrack.sources.locations import Search
from keyrack.sources.reader import read_all
from keyrack.sources.tokens.held import TokenFiles
from keyrack.store.backups import SealedBackups
from keyrack.store.credential_store import BackendCredentialStore, memory_credential_store
from keyrack.store.records.records import MemoryRecords
from keyrack.system.locks import Locks
from support.canned import URL, World, rpc, unauthorized
from support.cli_kit import Terminal, run
from support.machine import Items, Lasting
from support.workbench import NOW, build, stored_credential

Patch = pytest.MonkeyPatch
Capture = pytest.CaptureFixture[str]
TOKEN = "sk-hidden-1"
CURSOR, CLAUDE, OWN = ".cursor/mcp.json", ".claude.json", ".config/keyrack/config.toml"


class Forgetful(Lasting):
    """It may keep nothing."""

    forgets = False

    def set(self, entry: str, secret: Secret) -> None:
        if self.forgets:
            raise StoreUnavailable("The keychain did not keep it.")
        super().set(entry, secret)


class Desk:
    """A home folder, a server that takes one token, and keyrack."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.store = Forgetful()
        self.env: dict[str, str] = {}
        self.takes = [f"Bearer {TOKEN}"]
        credentials = BackendCredentialStore(self.store, MemoryRecords(None), Locks(None))
        self.backups = SealedBackups(
            str(home / "backups"), lambda create: credentials.backup_key(create=create), lambda: NOW
        )
        self.adapters: Adapters = build(
            World(**{f"POST {URL}": self.answer}), credentials=credentials
        )._replace(
            read=lambda: read_all({"HOME": str(home), **self.env}, "linux", str(home / "clone")),
            backups=lambda: self.backups,
            other_programs=lambda: TokenFiles(
                Search({"HOME": str(home)}, "linux", str(home)), now=lambda: NOW, keychain=Items
            ),
        )

    def answer(self, request: Request) -> Response:
        sent = [value.reveal() for value in request.headers.values() if isinstance(value, Secret)]
        return rpc({"tools": []}) if set(self.takes) & set(sent) else unauthorized()

    def put(self, file: str, text: Any) -> Path:
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text, indent=2))
        return path

    def cursor(self, file: str = CURSOR, name: str = "github", url: str = URL, **headers: str) -> Path:
        headers = headers or {"Authorization": f"Bearer {TOKEN}"}
        return self.put(file, {"mcpServers": {name: {"url": url, "headers": headers}}})

    def codex(self, header: str, value: str) -> Path:
        text = f'[mcp_servers.gh]\nurl = "{URL}"\nhttp_headers = {{ {header} = "{value}" }}'
        return self.put(".codex/config.toml", text)

    def adopt(self, *words: str) -> int:
        return run(["adopt", *words], adapters=lambda **_: self.adapters)

    def stored(self, account: str = "default") -> StoredCredential | None:
        return self.adapters.credentials().load(CredentialKey.of(URL, account))

    def copies(self) -> list[str]:
        """All files in the program's folder."""
        return sorted(os.listdir(self.home / ".cursor"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: Patch) -> Desk:
    monkeypatch.setattr(change_files, "SETTLE", 0.0)
    return Desk(tmp_path)


def test_the_whole_way(desk: Desk, capsys: Capture) -> None:
    path = desk.cursor()
    before = path.read_text()
    assert desk.adopt("github", "--yes") == 0
    assert path.read_text() == before.replace(TOKEN, "${env:KEYRACK_GITHUB_TOKEN}")
    stored = desk.stored()
    assert stored and stored.tokens.access_token.reveal() == TOKEN and stored.credential.kind == "token"
    assert dict(stored.headers) == {"Authorization": Secret(f"Bearer {TOKEN}")}
    assert desk.copies() == ["mcp.json"]
    [backup] = desk.backups.all()
    assert backup.edits[0].old == Secret(before)
    assert TOKEN.encode() not in b"".join(each.read_bytes() for each in (desk.home / "backups").iterdir())
    out = capsys.readouterr().out
    assert "keyrack undo reverses the change of the file." in out
    assert '  export KEYRACK_GITHUB_TOKEN="$(KEYRACK_GITHUB_TOKEN= keyrack token github)"' in out.splitlines()
    assert "✓ Store the token (Test Keychain)" in out and f"✓ Change the file ({path})" in out


def test_an_undo_restores_the_file_exactly(desk: Desk) -> None:
    path = desk.cursor()
    before = path.read_bytes()
    assert desk.adopt("github", "--yes") == 0
    assert run(["undo", "--yes"], adapters=lambda **_: desk.adapters) == 0
    assert path.read_bytes() == before and desk.backups.all() == ()


@pytest.mark.parametrize("file", ["json", "toml"])
def test_an_undo_keeps_what_the_file_has_gained_since(desk: Desk, file: str) -> None:
    path = desk.cursor() if file == "json" else desk.codex("X-Key", TOKEN)
    before = path.read_text()
    assert desk.adopt("github" if file == "json" else "gh", "--yes", "--no-check") == 0
    more = "\n\n// mine\n" if file == "json" else "\n# mine\n"
    path.write_text(path.read_text() + more)
    assert run(["undo", "--yes"], adapters=lambda **_: desk.adapters) == 0
    assert path.read_text() == before + more


def test_afterwards_the_stored_token_counts_unless_the_variable_is_set(desk: Desk) -> None:
    desk.cursor()
    assert desk.adopt("github", "--yes") == 0
    assert [(row.kind, row.status.state) for row in overview(desk.adapters).rows] == [("token", "valid")]
    desk.env["KEYRACK_GITHUB_TOKEN"] = TOKEN
    [row] = overview(desk.adapters).rows
    assert row.status.reason.endswith("Cursor's configuration: Bearer ${env:KEYRACK_GITHUB_TOKEN}.")
    assert row.server.plaintext_headers == () and row.server.headers[0].value.reveal() == f"Bearer {TOKEN}"


def test_doctor_points_it_out_and_finds_nothing_wrong(desk: Desk, capsys: Capture) -> None:
    path = desk.cursor()
    assert run(["doctor"], adapters=lambda **_: desk.adapters) == 0
    out = capsys.readouterr().out
    told = f"  ! Cursor: {path}, “github”: The Authorization header is written in plain text in the file. "
    assert f"Tokens in plain text\n{told}Run keyrack adopt github to move it to the keychain.\n" in out
    assert desk.adopt("github", "--yes") == 0
    assert run(["doctor"], adapters=lambda **_: desk.adapters) == 0
    assert "Tokens in plain text" not in capsys.readouterr().out


def test_no_secret_is_ever_said(desk: Desk, capsys: Capture) -> None:
    path = desk.cursor(**{"Authorization": f"Bearer {TOKEN}", "X-Team": "sk-hidden-2"})
    path.write_text(path.read_text().replace("{", "{ // sk-hidden-3\n", 1))
    assert desk.adopt("github", "--dry-run") == 0
    assert desk.adopt("github", "--yes") == 0
    assert run(["list"], adapters=lambda **_: desk.adapters) == 0
    said = "".join(capsys.readouterr())
    assert "sk-hidden" not in said
    assert '-        "Authorization": "Bearer ●●●●●●●●",' in said
    assert '+        "Authorization": "Bearer ${env:KEYRACK_GITHUB_TOKEN}",' in said


@pytest.mark.parametrize("words", [("--dry-run",), ()])
def test_nothing_is_changed_by_looking_or_by_a_no(
    desk: Desk, words: tuple[str, ...], monkeypatch: Patch, capsys: Capture
) -> None:
    path = desk.cursor()
    before = path.read_text()
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    assert desk.adopt("github", *words) == (0 if words else 1)
    assert (path.read_text(), desk.stored(), desk.copies()) == (before, None, ["mcp.json"])
    assert "Nothing was changed." in capsys.readouterr().err


def test_a_yes_at_the_terminal_does_it_and_without_one_it_wants_the_flag(
    desk: Desk, monkeypatch: Patch, capsys: Capture
) -> None:
    desk.cursor()
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert desk.adopt("github") == 2 and desk.stored() is None
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert desk.adopt("github") == 0 and desk.stored() is not None
    assert "Store the token of github and change this file? [y/N]" in capsys.readouterr().err


def test_a_token_that_the_server_refuses_stays_where_it_is(desk: Desk, capsys: Capture) -> None:
    path, desk.takes = desk.cursor(), []
    assert desk.adopt("github", "--yes") == 1
    assert TOKEN in path.read_text() and desk.stored() is None and desk.backups.all() == ()
    assert "No file was changed." in capsys.readouterr().err
    assert desk.adopt("github", "--yes", "--no-check") == 0
    assert TOKEN not in path.read_text()


@pytest.mark.parametrize("fault", ["forgets", "another"])
def test_the_file_stays_unless_the_keychain_gives_the_token_back(
    desk: Desk, fault: str, monkeypatch: Patch
) -> None:
    path = desk.cursor()
    if fault == "forgets":
        desk.store.forgets = True
    else:
        monkeypatch.setattr(BackendCredentialStore, "load", lambda *_: stored_credential(access="another"))
    assert desk.adopt("github", "--yes") in (1, 5)
    assert TOKEN in path.read_text() and desk.backups.all() == ()


def test_nothing_is_moved_into_mere_memory(desk: Desk, capsys: Capture) -> None:
    path = desk.cursor()
    credentials = memory_credential_store(desk.adapters.now)
    desk.adapters = desk.adapters._replace(credentials=lambda: credentials)
    assert desk.adopt("github", "--yes") == 1
    assert TOKEN in path.read_text()
    assert "no permanent store" in capsys.readouterr().err


def test_what_is_changed_in_the_file_while_the_question_is_open_stays(
    desk: Desk, monkeypatch: Patch, capsys: Capture
) -> None:
    path = desk.cursor()

    class Slow(Terminal):
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            path.write_text(path.read_text() + "\n")
            return "y\n"

    monkeypatch.setattr(sys, "stdin", Slow())
    assert desk.adopt("github") == 0
    assert TOKEN not in path.read_text() and path.read_text().endswith("}\n")


def test_a_header_that_was_changed_while_the_question_was_open_stays(
    desk: Desk, monkeypatch: Patch, capsys: Capture
) -> None:
    path = desk.cursor()

    class Slow(Terminal):
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            path.write_text(path.read_text().replace(TOKEN, "another-2"))
            return "y\n"

    monkeypatch.setattr(sys, "stdin", Slow())
    assert desk.adopt("github") == 1
    assert "Bearer another-2" in path.read_text() and desk.backups.all() == ()
    assert "✕ Change the file: failed" in capsys.readouterr().out
    assert desk.stored() is not None  # nothing is lost: it is in both places


def test_what_is_stored_for_it_is_replaced_only_after_a_word(
    desk: Desk, monkeypatch: Patch, capsys: Capture
) -> None:
    desk.cursor()
    desk.adapters.credentials().save(stored_credential())
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    assert desk.adopt("github") == 1
    assert "in place of the stored OAuth login" in capsys.readouterr().err
    kept = desk.stored()
    assert kept and kept.tokens.access_token.reveal() == "at-0"


def test_an_account_of_its_own(desk: Desk, capsys: Capture) -> None:
    path = desk.cursor()
    desk.adapters.credentials().save(stored_credential())
    assert desk.adopt("github", "--account", "my work", "--yes") == 0
    assert "${env:KEYRACK_GITHUB_MY_WORK_TOKEN}" in path.read_text()
    assert "keyrack token github --account 'my work')\"" in capsys.readouterr().out
    assert [bool(each) and each.credential.kind for each in (desk.stored(), desk.stored("my work"))] == [
        "oauth",
        "token",
    ]


def test_one_token_in_two_programs_is_moved_once(desk: Desk, capsys: Capture) -> None:
    cursor = desk.cursor()
    codex = desk.codex("Authorization", f"Bearer {TOKEN}")
    assert desk.adopt("github", "--yes") == 0
    assert "KEYRACK_GITHUB_TOKEN" in cursor.read_text()
    assert tomllib.loads(codex.read_text())["mcp_servers"]["gh"] == {
        "url": URL,
        "bearer_token_env_var": "KEYRACK_GITHUB_TOKEN",
    }
    [backup] = desk.backups.all()
    assert [edit.place.path for edit in backup.edits] == [str(cursor), str(codex)]
    assert capsys.readouterr().out.count("export ") == 1


def test_a_token_is_moved_beside_a_login_of_the_same_name(desk: Desk) -> None:
    """Claude Code logs in to what Cursor sends a token to."""
    desk.put(CLAUDE, {"mcpServers": {"github": {"type": "http", "url": URL}}})
    desk.cursor()
    desk.adapters.credentials().save(stored_credential())
    assert desk.adopt("github (Cursor)", "--yes") == 0
    names = ("github", "github (Cursor)")
    tokens = [get_token(desk.adapters, find(desk.adapters, name)).token for name in names]
    assert tokens == [Secret("at-0"), Secret(TOKEN)]
    desk.env = {"KEYRACK_GITHUB_CURSOR_TOKEN": TOKEN}
    assert get_token(desk.adapters, find(desk.adapters, "github")).token == Secret("at-0")


def test_another_token_of_another_program_is_another_servers_and_stays(desk: Desk) -> None:
    desk.cursor()
    codex = desk.codex("X-Api-Key", "sk-hidden-2")
    assert desk.adopt("github", "--yes") == 0
    assert "sk-hidden-2" in codex.read_text()
    assert configured_token(find(desk.adapters, "gh")) == Secret("sk-hidden-2")


def test_a_token_in_a_projects_file_stays_and_is_pointed_out(desk: Desk, capsys: Capture) -> None:
    desk.cursor()
    file = desk.cursor("clone/.cursor/mcp.json", Authorization="Bearer sk-hidden-2")
    assert desk.adopt("github", "--yes") == 0
    assert "sk-hidden-2" in file.read_text()
    assert (
        f"The Authorization header in {file} also contains a secret for it. It is" in capsys.readouterr().out
    )


def test_a_scheme_without_a_field_in_codex_goes_into_the_variable(desk: Desk, capsys: Capture) -> None:
    desk.takes = [f"Token {TOKEN}"]
    desk.codex("Authorization", f"Token {TOKEN}")
    assert desk.adopt("gh", "--yes") == 0
    line = 'export KEYRACK_GH_HEADER="Token $(KEYRACK_GH_HEADER= keyrack token gh)"'
    assert line in capsys.readouterr().out
    desk.env["KEYRACK_GH_HEADER"] = f"Token {TOKEN}"
    assert find(desk.adapters, "gh").headers[0].value.reveal() == f"Token {TOKEN}"


def test_keyracks_own_file_needs_no_variable(desk: Desk, capsys: Capture) -> None:
    entry = f'[servers.gh]\nurl = "{URL}"\nheaders = {{ Authorization = "Bearer {TOKEN}" }} # mine\n'
    path = desk.put(OWN, entry)
    assert desk.adopt("gh", "--yes") == 0
    assert path.read_text() == entry.replace(TOKEN, "${KEYRACK_GH_TOKEN}")
    out = capsys.readouterr().out
    assert "keyrack itself needs no variable" in out and "export" not in out


@pytest.mark.parametrize("project", ["", "/srv/shop"])
def test_claude_codes_file_is_changed_wherever_the_entry_is(
    desk: Desk, capsys: Capture, project: str
) -> None:
    servers = {"mcpServers": {"github": {"url": URL, "headers": {"Authorization": f"Bearer {TOKEN}"}}}}
    content = {"oauthAccount": {}, **({"projects": {project: servers}} if project else servers)}
    path = desk.put(CLAUDE, content)
    before = path.read_bytes()
    assert desk.adopt("github", "--yes") == 0
    assert path.read_bytes() == before.replace(TOKEN.encode(), b"${KEYRACK_GITHUB_TOKEN}")
    out = capsys.readouterr().out
    assert "export KEYRACK_GITHUB_TOKEN=" in out and TOKEN not in out
    assert run(["undo", "--yes"], adapters=lambda **_: desk.adapters) == 0
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (".mcp.json", "project's file"),
        (".cursor/mcp.json", "project's file"),
        ("use.json", "does not support variables"),
    ],
)
def test_other_peoples_files_and_those_without_variables_stay(
    desk: Desk, file: str, words: str, capsys: Capture
) -> None:
    path = desk.cursor(f"clone/{file}")
    if file == "use.json":
        desk.put(OWN, f"config_files = ['{path}']")
    before = path.read_bytes()
    assert desk.adopt("github", "--yes") == 1
    assert path.read_bytes() == before and desk.stored() is None and desk.backups.all() == ()
    err = capsys.readouterr().err
    assert words in err and "keyrack set github" in err and TOKEN not in err


def test_several_secrets_in_one_entry_are_left_alone(desk: Desk, capsys: Capture) -> None:
    path = desk.cursor(**{"DD-API-KEY": TOKEN, "DD-APPLICATION-KEY": "sk-hidden-2"})
    assert desk.adopt("github", "--yes") == 1
    assert TOKEN in path.read_text() and desk.stored() is None
    assert "several secrets (DD-API-KEY, DD-APPLICATION-KEY)" in capsys.readouterr().err


def test_where_there_is_nothing_to_move(desk: Desk, capsys: Capture) -> None:
    desk.cursor(Authorization="Bearer ${env:KEY}")
    assert desk.adopt("github") == 1
    assert "No file contains a token for github in plain text." in capsys.readouterr().err
    assert desk.adopt("gone") == 6


def test_a_variable_that_another_server_refers_to_is_not_taken(desk: Desk) -> None:
    taken = {"Authorization": "Bearer ${env:KEYRACK_GIT_HUB_TOKEN}"}
    other = {"url": "https://other.example/mcp", "headers": taken}
    mine = {"url": URL, "headers": {"Authorization": f"Bearer {TOKEN}"}}
    path = desk.put(CURSOR, {"mcpServers": {"git-hub": other, "git.hub": mine}})
    assert desk.adopt("git.hub", "--yes") == 0
    assert path.read_text().count("KEYRACK_GIT_HUB_2_TOKEN") == 1


@pytest.mark.parametrize(
    ("name", "variable"), [("日本", "KEYRACK_MCP_EXAMPLE_TOKEN"), ("a b-ü", "KEYRACK_A_B_TOKEN")]
)
def test_any_name_makes_a_variable(desk: Desk, name: str, variable: str) -> None:
    path = desk.cursor(name=name)
    assert desk.adopt(name, "--yes") == 0
    assert f"${{env:{variable}}}" in path.read_text()


def test_a_token_that_is_there_twice_is_told_with_its_line(desk: Desk, capsys: Capture) -> None:
    entry = f'"url": "{URL}", "headers": {{"Authorization": "Bearer {TOKEN}"}}'
    desk.put(CURSOR, f'{{"mcpServers": {{"github":\n {{{entry}}}}} // {TOKEN}\n}}')
    assert desk.adopt("github", "--yes") == 0
    told = f"The token also appears elsewhere in {desk.home / CURSOR} and stays there: line 2."
    assert told in capsys.readouterr().out


def test_on_windows_it_speaks_powershell(desk: Desk, monkeypatch: Patch, capsys: Capture) -> None:
    desk.cursor()
    monkeypatch.setattr(sys, "platform", "win32")
    assert desk.adopt("github", "--yes") == 0
    out = capsys.readouterr().out
    assert '$env:KEYRACK_GITHUB_TOKEN = ""; $env:KEYRACK_GITHUB_TOKEN = "$(keyrack token github)"' in out

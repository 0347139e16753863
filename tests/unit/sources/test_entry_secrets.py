"""Which literals in the entry of a local process are secrets, and how it gets them from keyrack instead."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.change import Edit
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Server
from keyrack.sources.reader import read_all
from keyrack.sources.rewriting.rewrite import apply
from keyrack.sources.rewriting.steps import reversed_in
from keyrack.sources.rewriting.wrap import wrap

GHP = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
FILES = {
    "Cursor": ".cursor/mcp.json",
    "Claude Desktop": ".config/Claude/claude_desktop_config.json",
    "VS Code": ".config/Code/User/mcp.json",
    "Cline": ".cline/data/settings/cline_mcp_settings.json",
    "Zed": ".config/zed/settings.json",
    "opencode": ".config/opencode/opencode.json",
    "Codex": ".codex/config.toml",
    "Continue": ".continue/config.yaml",
    "goose": ".config/goose/config.yaml",
    "Claude Code": ".claude.json",
}


def put(home: Path, client: str, text: str) -> Path:
    path = home / FILES[client]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def read(home: Path) -> tuple[Server, ...]:
    return read_all({"HOME": str(home)}, "linux", str(home / "elsewhere")).servers


def found(home: Path, **entry: Any) -> list[tuple[str, str]]:
    put(home, "Cursor", json.dumps({"mcpServers": {"a": {"command": "npx", **entry}}}))
    [server] = read(home)
    return [(each.name, each.value.reveal()) for each in server.entry_secrets]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_PERSONAL_ACCESS_TOKEN", "anything-at-all"), ("OPENAI_API_KEY", "0123456789abcdef"),
        ("PGPASSWORD", "pw"), ("DB_PASS", "x1"), ("apiKey", "abcdefgh"), ("WHATEVER", GHP),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG"), ("DATABASE_DSN", "postgres://u:pw@db/x"),
    ],
)  # fmt: skip
def test_a_secret_in_the_environment(tmp_path: Path, name: str, value: str) -> None:
    assert found(tmp_path, env={name: value}) == [(name, value)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_KEY_PATH", "/x/y.pem"), ("SSH_KEY", "~/.ssh/id_rsa"), ("MAX_TOKENS", "1000000000"),
        ("PUBLIC_KEY", "MIIBIjANBgkqhk"), ("API_TOKEN", "${env:TOKEN}"), ("API_TOKEN", "$(pass show x)"),
        ("API_TOKEN", "op://vault/item/field"), ("API_KEY", "<your key>"), ("API_KEY", "YOUR_API_KEY_HERE"),
        ("TOKEN_URL", "https://auth.example/token"), ("AUTH_KEY", "https://a.example/key"),
        ("USE_TOKEN", "true"),
        ("API_KEY", ""), ("API_KEY", "short"), ("LOG_LEVEL", "debug"), ("MONKEY", "bananas-and-more"),
        ("KEY", "1234567"), ("API_KEY", "{secret:API_KEY}"),
    ],
)  # fmt: skip
def test_what_is_no_secret(tmp_path: Path, name: str, value: str) -> None:
    assert found(tmp_path, env={name: value}) == []


@pytest.mark.parametrize(
    ("args", "secrets"),
    [
        (["--api-key", "abcdefgh"], [("API_KEY", "abcdefgh")]),
        (["--token=abcdefgh"], [("TOKEN", "abcdefgh")]),
        (["--header", "Authorization: Bearer abcdefgh"], [("AUTHORIZATION", "abcdefgh")]),
        (["-H", "X-Api-Key:abcdefgh"], [("X_API_KEY", "abcdefgh")]),
        (["-e", "GITHUB_TOKEN=abcdefgh"], [("GITHUB_TOKEN", "abcdefgh")]),
        (["--header", "Accept: application/json"], []),
        (["--token-file", "/run/token"], []),
        (["--api-key", "${env:KEY}"], []),
        (["--api-key"], []),
        (["--no-auth-token", "abcdefgh"], []),
        (["-y", "abcdefgh"], []),
        ([GHP], []),  # no option says what it is
    ],
)
def test_a_secret_in_an_option(tmp_path: Path, args: list[str], secrets: list[tuple[str, str]]) -> None:
    assert found(tmp_path, args=args) == secrets


JSONC = """{ // mine
  "ROOT": {
    "b": {"command": "b", "env": {"B_TOKEN": "${X}"}}, /* "a": {} */
    "a": {
      "command": "npx", // "command"
      "args": [
        "-y", "srv", "--key=abcdefgh", // one
        "--x"
      ],
      "env": {
        "LEVEL": "debug",
        "A_TOKEN": "abc0123456", // two
        "LAST": "1"
      }
    }
  }
}
"""
AFTER = (
    JSONC.replace('"command": "npx"', '"command": "/bin/keyrack"')
    .replace('"-y", "srv"', '"exec", "--secrets", "a", "--", "npx", "-y", "srv"')
    .replace("--key=abcdefgh", "--key={secret:KEY}")
    .replace('"A_TOKEN": "abc0123456", // two\n        ', "")
)
CODEX = """[mcp_servers.a]
command = "npx" # why
args = [ "-y",
  "srv", "--key=abcdefgh" ]
env = { LEVEL = "debug", A_TOKEN = "abc0123456" }
"""
CODEX_AFTER = """[mcp_servers.a]
command = "/bin/keyrack" # why
args = ["exec", "--secrets", "a", "--", "npx",  "-y",
  "srv", "--key={secret:KEY}" ]
env = { LEVEL = "debug" }
"""
LIST = (
    '{"mcp": {"a": {"type": "local", "command": ["npx", "srv"], "environment": {"A_TOKEN": "abc0123456"}}}}'
)
LIST_AFTER = LIST.replace('["npx"', '["/bin/keyrack", "exec", "--secrets", "a", "--", "npx"').replace(
    '{"A_TOKEN": "abc0123456"}', "{}"
)
OLD_ZED = (
    '{"context_servers": {"a": {"command": {"path": "srv", "args": [], "env": {"A_TOKEN": "abc0123456"}}}}}'
)
OLD_ZED_AFTER = (
    '{"context_servers": {"a": {"command": {"path": "/bin/keyrack", "args": '
    '["exec", "--secrets", "a", "--", "srv"], "env": {}}}}}'
)
CLINE = (
    '{"mcpServers": {"a": {"transport": {"type": "stdio", "command": "srv", "args": ["--api-key=abcdefgh"],'
    ' "env": {"A_TOKEN": "abc0123456", "LEVEL": "debug"}}, "disabled": false}}}'
)
CLINE_AFTER = (
    '{"mcpServers": {"a": {"transport": {"type": "stdio", "command": "/bin/keyrack", "args":'
    ' ["exec", "--secrets", "a", "--", "srv", "--api-key={secret:API_KEY}"],'
    ' "env": {"LEVEL": "debug"}}, "disabled": false}}}'
)
BARE = '{"mcpServers":{"a":{"command":"srv","env":{"A_TOKEN":"abc0123456"}}}}'
BARE_AFTER = (
    '{"mcpServers":{"a":{"command":"/bin/keyrack","env":{},"args":["exec", "--secrets", "a", "--", "srv"]}}}'
)


@pytest.mark.parametrize(
    ("client", "before", "after"),
    [
        ("Cursor", JSONC.replace("ROOT", "mcpServers"), AFTER.replace("ROOT", "mcpServers")),
        ("VS Code", JSONC.replace("ROOT", "servers"), AFTER.replace("ROOT", "servers")),
        ("Zed", JSONC.replace("ROOT", "context_servers"), AFTER.replace("ROOT", "context_servers")),
        ("Zed", OLD_ZED, OLD_ZED_AFTER),
        ("opencode", LIST, LIST_AFTER),
        ("Claude Desktop", BARE, BARE_AFTER),
        ("Cline", BARE, BARE_AFTER),
        ("Cline", CLINE, CLINE_AFTER),
        ("Codex", CODEX, CODEX_AFTER),
    ],
)
def test_the_entry_runs_through_keyrack_and_the_rest_stays(
    tmp_path: Path, client: str, before: str, after: str
) -> None:
    path = put(tmp_path, client, before)
    path.chmod(0o640)
    server = next(each for each in read(tmp_path) if each.name == "a")
    named = {each: each.name for each in server.entry_secrets}
    change = wrap(server.sources[0], named, "a", "/bin/keyrack")
    assert not isinstance(change, str)
    assert not any(each in "".join(change.diff) for each in ("abc0123456", "abcdefgh"))
    edits: list[Edit] = []
    apply(change, edits.append)
    assert path.read_text() == after
    assert path.stat().st_mode & 0o777 == 0o640

    again = next(each for each in read(tmp_path) if each.name == "a")
    assert (again.secrets, again.command, again.entry_secrets) == ("a", server.command, ())
    if change.steps:  # what was changed since stays when it is reversed
        other = after.replace("{", '{"new": 1, ', 1)
        back, left = reversed_in(other, edits[0].steps)
        assert left == 0 and "abc0123456" in back and "exec" not in back and '"new": 1' in back


def test_a_secret_that_is_added_later_joins_the_others(tmp_path: Path) -> None:
    entry = {"command": "/k", "args": ["exec", "--secrets", "s", "--", "srv", "--key", "abcdefgh"]}
    path = put(tmp_path, "Cursor", json.dumps({"mcpServers": {"a": entry}}))
    [server] = read(tmp_path)
    assert (server.secrets, server.command) == ("", "/k")  # it is not called keyrack
    entry["command"] = "C:\\tools\\keyrack.exe"
    path.write_text(json.dumps({"mcpServers": {"a": entry}}))
    [server] = read(tmp_path)
    assert (server.secrets, server.command) == ("s", "srv")
    change = wrap(server.sources[0], {each: each.name for each in server.entry_secrets}, "s", "/bin/keyrack")
    assert not isinstance(change, str)
    new = json.loads(change.new.reveal())["mcpServers"]["a"]
    assert new == {**entry, "args": [*entry["args"][:-1], "{secret:KEY}"]}


def test_a_container_gets_the_variable_instead_of_an_argument(tmp_path: Path) -> None:
    entry = {"command": "docker", "args": ["run", "-e", "A_TOKEN=abc0123456", "img"]}
    put(tmp_path, "Cursor", json.dumps({"mcpServers": {"a": entry}}))
    [server] = read(tmp_path)
    change = wrap(server.sources[0], {each: each.name for each in server.entry_secrets}, "a", "/bin/keyrack")
    assert not isinstance(change, str)
    args = json.loads(change.new.reveal())["mcpServers"]["a"]["args"]
    assert args == ["exec", "--secrets", "a", "--", "docker", "run", "-e", "A_TOKEN", "img"]


def test_an_entry_that_has_changed_since_is_left_alone(tmp_path: Path) -> None:
    path = put(tmp_path, "Cursor", BARE)
    [server] = read(tmp_path)
    path.write_text(BARE.replace("abc0123456", "9876543210"))
    with pytest.raises(KeyrackError, match="has changed"):
        wrap(server.sources[0], {each: each.name for each in server.entry_secrets}, "a", "/bin/keyrack")


GOOSE = """\
extensions:
  a:
    type: stdio
    cmd: srv
    args: [-y, --api-key, abcdefgh]
    envs:
      A_TOKEN: 'abc0123456'
"""
CONTINUE = """\
mcpServers:
  - name: a
    type: stdio
    command: srv
    args: [-y, --api-key, abcdefgh]
    env:
      A_TOKEN: 'abc0123456'
"""


@pytest.mark.parametrize(
    ("client", "text", "command"), [("goose", GOOSE, "cmd"), ("Continue", CONTINUE, "command")]
)
def test_where_keyrack_does_not_edit_the_file_its_words_can_be_followed(
    tmp_path: Path, client: str, text: str, command: str
) -> None:
    path = put(tmp_path, client, text)
    [server] = read(tmp_path)
    told = wrap(server.sources[0], {each: each.name for each in server.entry_secrets}, "a", "/bin/keyrack")
    assert isinstance(told, str) and "abc0123456" not in told and "abcdefgh" not in told

    found = re.search(
        r'In the entry a: write "([^"]+)" for argument (\d); set the command to "([^"]+)";'
        r" put (.+) before its arguments, where PROGRAM is the old command;"
        r" delete A_TOKEN from its environment\.$",
        told,
    )
    assert found is not None, told
    args = ["-y", "--api-key", "abcdefgh"]
    args[int(found[2]) - 1] = found[1]
    text = text.replace(f"{command}: srv", f"{command}: {found[3]}")
    args = [*json.loads(f"[{found[4]}]".replace("PROGRAM", "srv")), *args]
    text = text.replace("[-y, --api-key, abcdefgh]", json.dumps(args))
    path.write_text(text.replace("      A_TOKEN: 'abc0123456'\n", ""))
    [server] = read(tmp_path)
    assert (server.command, server.secrets, server.entry_secrets) == ("srv", "a", ())


def test_a_projects_file_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / ".mcp.json").write_text(BARE)
    reading = read_all({"HOME": str(tmp_path / "home")}, "linux", str(tmp_path))
    [secret] = [secret for server in reading.servers for secret in server.entry_secrets]
    assert "project's file" in secret.not_movable_because


def test_servers_with_other_secrets_are_rows_of_their_own(tmp_path: Path) -> None:
    for client, name in (("Cursor", "one"), ("Claude Desktop", "two")):
        entry = {"command": "keyrack", "args": ["exec", "--secrets", name, "--", "srv"]}
        put(tmp_path, client, json.dumps({"mcpServers": {"a": entry}}))
    assert [(each.name, each.secrets) for each in read(tmp_path)] == [
        ("a", "one"),
        ("a (Claude Desktop)", "two"),
    ]


def test_a_secret_that_is_written_twice_is_left_alone(tmp_path: Path) -> None:
    """Programs read the last one; with it gone they would read the first."""
    path = put(tmp_path, "Cursor", BARE.replace('"A_TOKEN"', '"A_TOKEN":"abc0123456","A_TOKEN"'))
    before = path.read_bytes()
    [server] = read(tmp_path)
    with pytest.raises(KeyrackError, match="can't safely change"):
        wrap(server.sources[0], {each: each.name for each in server.entry_secrets}, "a", "/bin/keyrack")
    assert path.read_bytes() == before

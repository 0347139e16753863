"""`keyrack adopt` for a local server: its secrets move to a real keychain, and a real client starts it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from support.keychain import private_keychain
from support.shell_person import TOKEN, ShellPerson

KEY = "key-hidden-2"
SERVER = """\
import os, sys
from mcp.server.mcpserver import MCPServer
server = MCPServer("local")
@server.tool()
def secrets() -> list[str]:
    return [os.environ["MY_TOKEN"], os.environ["LEVEL"], *sys.argv[1:]]
server.run()
"""


@pytest.fixture
def person(tmp_path: Path) -> Iterator[ShellPerson]:
    with private_keychain() as keychain:
        yield ShellPerson(tmp_path, keychain)


def entry(person: ShellPerson) -> tuple[Path, str]:
    """A file of Cursor's with a local server."""
    (person.home / "server.py").write_text(SERVER)
    path = person.home / ".cursor" / "mcp.json"
    path.parent.mkdir()
    args = json.dumps([str(person.home / "server.py"), "--api-key", KEY])
    env = f'{{"LEVEL": "debug", "MY_TOKEN": "{TOKEN}"}}'
    text = f'{{ // mine\r\n "mcpServers": {{"local": {{"command": "{sys.executable}",\r\n'
    text += f'  "args": {args}, "env": {env},}}}}}}'
    path.write_bytes(text.encode())
    path.chmod(0o640)
    return path, text


def told_by_the_server(person: ShellPerson) -> list[str]:
    """What the server has, started by the SDK's client as the file says."""
    text = (person.home / ".cursor" / "mcp.json").read_text().replace("// mine", "").replace(",}", "}")
    found = json.loads(text)["mcpServers"]["local"]
    parameters = StdioServerParameters(
        command=found["command"], args=found["args"], env={**person.env, **found["env"]}
    )

    async def ask() -> list[str]:
        async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
            await session.initialize()
            result = await session.call_tool("secrets", {})
            return [each.text for each in result.content if each.type == "text"]

    with anyio.from_thread.start_blocking_portal() as portal:
        return portal.call(ask)


def row(person: ShellPerson) -> dict[str, object]:
    [found] = json.loads(person.types("keyrack list --json").stdout)
    return {key: found[key] for key in ("state", "secrets", "next")}


def test_the_secrets_move_and_the_server_still_gets_them(person: ShellPerson) -> None:
    path, text = entry(person)
    assert row(person) == {"state": "stdio", "secrets": [], "next": "keyrack adopt local"}
    looked = person.types("keyrack adopt local --dry-run")
    assert looked.returncode == 0 and path.read_bytes() == text.encode()
    assert TOKEN not in looked.stdout and KEY not in looked.stdout

    done = person.types("keyrack adopt local --yes")
    assert done.returncode == 0, done.stderr
    new = path.read_text()
    assert TOKEN not in new and KEY not in new and "// mine" in new
    assert path.stat().st_mode & 0o777 == 0o640 and os.listdir(path.parent) == ["mcp.json"]
    assert row(person) == {"state": "stdio", "secrets": ["MY_TOKEN", "API_KEY"], "next": None}
    assert told_by_the_server(person) == [TOKEN, "debug", "--api-key", KEY]
    assert not [each for each in (person.home / ".local").rglob("*.json") if KEY in each.read_text()]

    # It is changed like a token, and cleared like one.
    assert person.types("printf other-3 | keyrack set local --secret API_KEY").returncode == 0
    assert told_by_the_server(person)[-1] == "other-3"
    assert person.types("keyrack clear local --yes").returncode == 0
    assert row(person) == {"state": "no-credential", "secrets": [], "next": "keyrack set local"}
    gone = person.types("keyrack exec --secrets local -- true")
    assert gone.returncode == 3 and "no secrets with the name “local”" in gone.stderr

    undone = person.types("keyrack undo --yes")
    assert undone.returncode == 0, undone.stderr
    assert path.read_bytes() == text.encode() and path.stat().st_mode & 0o777 == 0o640


def test_undo_tells_what_keyrack_keeps_and_how_to_delete_it(person: ShellPerson) -> None:
    path, text = entry(person)
    assert person.types("keyrack adopt local --yes").returncode == 0
    undone = person.types("keyrack undo --yes")
    assert undone.returncode == 0 and path.read_bytes() == text.encode()
    [told] = [line for line in undone.stdout.splitlines() if "copy of MY_TOKEN, API_KEY" in line]
    command = told.partition("to delete it: ")[2].removesuffix(")")
    assert person.types(f"{command} --yes").returncode == 0
    assert person.types("keyrack exec --secrets local -- true").returncode == 3
    [row] = json.loads(person.types("keyrack list --json").stdout)
    assert row["next"] == "keyrack adopt local"


def test_secrets_whose_server_is_gone_are_stale(person: ShellPerson) -> None:
    path, _ = entry(person)
    assert person.types("keyrack adopt local --yes").returncode == 0
    path.unlink()
    assert row(person) == {
        "state": "orphan", "secrets": ["MY_TOKEN", "API_KEY"], "next": "keyrack clear local",
    }  # fmt: skip
    assert person.types("keyrack clear --stale --yes").returncode == 0
    assert json.loads(person.types("keyrack list --json").stdout) == []


def test_the_secrets_move_between_the_stores_and_survive_lost_records(person: ShellPerson) -> None:
    entry(person)
    assert person.types("keyrack adopt local --yes").returncode == 0
    records = person.home / ".local" / "share" / "keyrack" / "records"
    for each in records.iterdir():
        each.unlink()
    assert person.types("keyrack doctor --repair").returncode in (0, 1)
    assert row(person)["secrets"] == ["MY_TOKEN", "API_KEY"]
    person.env["KEYRACK_VAULT_PASSPHRASE"] = "correct horse battery staple"
    assert person.types("keyrack vault init").returncode == 0
    moved = person.types("keyrack vault move --to vault")
    assert moved.returncode == 0, moved.stderr
    line = "keyrack exec --secrets local -- sh -c 'printf %s \"$MY_TOKEN${KEYRACK_VAULT_PASSPHRASE}\"'"
    assert person.types(line).stdout == TOKEN

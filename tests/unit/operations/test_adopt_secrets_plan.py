"""Under which names the secrets of local servers are stored, and what keeps two programs apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError, LoginNeeded, NoSuchServer
from keyrack.domain.model import CredentialKey
from keyrack.domain.secret import Secret
from keyrack.operations.handout.secrets import hand_out_secrets
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.adopt_secrets import adopt_secrets, plan_secrets
from keyrack.operations.tokens.secrets import save_secrets
from keyrack.sources.reader import read_all
from support.workbench import build

FILES = {"Cursor": ".cursor/mcp.json", "Claude Desktop": ".config/Claude/claude_desktop_config.json"}


def put(home: Path, client: str, value: str) -> None:
    path = home / FILES[client]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"mcpServers": {"a": {"command": "srv", "env": {"A_TOKEN": value}}}}))


@pytest.fixture
def adapters(tmp_path: Path) -> Adapters:
    """Reads the files in the home folder; credentials are in memory."""
    return build()._replace(
        read=lambda: read_all({"HOME": str(tmp_path)}, "linux", str(tmp_path / "elsewhere"))
    )


def test_entries_with_the_same_secrets_share_them_and_others_do_not(
    adapters: Adapters, tmp_path: Path
) -> None:
    put(tmp_path, "Cursor", "abc-0123456")
    put(tmp_path, "Claude Desktop", "abc-0123456")
    [server] = adapters.read().servers
    plan = plan_secrets(adapters, server)
    assert [each.name for each in plan.sets] == ["a"] and len(plan.changes) == 2

    put(tmp_path, "Claude Desktop", "another-one")
    [server] = adapters.read().servers
    plan = plan_secrets(adapters, server)
    assert [each.name for each in plan.sets] == ["a", "a-2"]
    assert all(set.values["A_TOKEN"] != other for set, other in zip(
        plan.sets, (Secret("another-one"), Secret("abc-0123456")), strict=True
    ))  # fmt: skip
    assert '"a-2"' in plan.changes[1].new.reveal()


def test_a_name_that_another_server_uses_is_not_taken(adapters: Adapters, tmp_path: Path) -> None:
    put(tmp_path, "Claude Desktop", "another-one")
    entry = {"command": "keyrack", "args": ["exec", "--secrets", "a", "--", "srv"]}
    (tmp_path / ".cursor").mkdir()
    (tmp_path / ".cursor" / "mcp.json").write_text(json.dumps({"mcpServers": {"a": entry}}))
    server = adapters.read().servers[1]
    assert [each.name for each in plan_secrets(adapters, server).sets] == ["a-2"]


def test_what_is_stored_for_an_entry_of_another_folder_is_not_replaced(
    adapters: Adapters, tmp_path: Path
) -> None:
    put(tmp_path, "Cursor", "abc-0123456")
    [server] = adapters.read().servers
    save_secrets(adapters, server, "a", {"A_TOKEN": Secret("of-another-folder")})
    assert [each.name for each in plan_secrets(adapters, server).sets] == ["a-2"]

    # The same values are these secrets, adopted again after an undo.
    save_secrets(adapters, server, "a", {"A_TOKEN": Secret("abc-0123456")})
    assert [each.name for each in plan_secrets(adapters, server).sets] == ["a"]


def test_without_a_permanent_store_nothing_is_moved(adapters: Adapters, tmp_path: Path) -> None:
    put(tmp_path, "Cursor", "abc-0123456")
    [server] = adapters.read().servers
    plan = plan_secrets(adapters, server)
    with pytest.raises(KeyrackError, match="no permanent store"):
        adopt_secrets(adapters, plan)
    assert "abc-0123456" in (tmp_path / FILES["Cursor"]).read_text()


def test_one_secret_is_changed_and_the_others_stay(adapters: Adapters, tmp_path: Path) -> None:
    put(tmp_path, "Cursor", "abc-0123456")
    [server] = adapters.read().servers
    save_secrets(adapters, server, "a", {"X": Secret("1"), "Y": Secret("2")})
    save_secrets(adapters, server, "a", {"Y": Secret("3"), "Z": Secret("4")})
    found = hand_out_secrets(adapters, "a")
    assert {name: value.reveal() for name, value in found.items()} == {"X": "1", "Y": "3", "Z": "4"}
    record = adapters.credentials().record(CredentialKey.of_secrets("a"))
    assert record is not None and record.credential is not None
    assert record.credential.secrets == ("X", "Y", "Z")


@pytest.mark.parametrize("value", ["", "a\0b"])
def test_what_no_variable_can_hold_is_not_stored(adapters: Adapters, tmp_path: Path, value: str) -> None:
    put(tmp_path, "Cursor", "abc-0123456")
    with pytest.raises(KeyrackError, match="empty or contains a NUL"):
        save_secrets(adapters, adapters.read().servers[0], "a", {"X": Secret(value)})


def test_a_helper_of_a_remote_server_gets_no_secrets_of_a_local_one(adapters: Adapters) -> None:
    with pytest.raises(NoSuchServer):
        hand_out_secrets(adapters, "a", for_url="https://a.example/mcp")
    with pytest.raises(LoginNeeded, match="no secrets with the name"):
        hand_out_secrets(adapters, "a")


def test_it_tells_what_the_program_does_not_give_to_keyrack(
    adapters: Adapters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    path = tmp_path / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text('[mcp_servers.a]\ncommand = "srv"\nenv = { A_TOKEN = "abc-0123456" }\n')
    [server] = adapters.read().servers
    [told] = plan_secrets(adapters, server).left
    assert told.startswith("Codex does not give XDG_DATA_HOME to the server")
    path.unlink()
    put(tmp_path, "Cursor", "abc-0123456")
    monkeypatch.delenv("XDG_DATA_HOME")
    assert plan_secrets(adapters, adapters.read().servers[0]).left == ()

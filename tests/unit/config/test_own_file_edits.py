"""A setting in keyrack's own file is changed in place, however its table is written."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from keyrack.config import file as own_file
from keyrack.config.servers import add_server

SERVER = "https://u.example/mcp"
STORE, ACCOUNT = ("store",), ("accounts", SERVER)
NEW = f'"{SERVER}" = "new"'


@pytest.mark.parametrize(
    ("keys", "before", "after"),
    [
        (STORE, 'store="old" # why\n', 'store="new" # why\n'),
        (STORE, "a = 1\n[t]\n", 'a = 1\nstore = "new"\n[t]\n'),
        (STORE, "# top\n\n[t]\n", '# top\nstore = "new"\n\n[t]\n'),
        (STORE, "[t]\n", 'store = "new"\n\n[t]\n'),
        (STORE, "a.b = 1\n[[t]]\n", 'a.b = 1\nstore = "new"\n[[t]]\n'),
        (STORE, "x = [1,\n  2]", 'x = [1,\n  2]\nstore = "new"\n'),
        (ACCOUNT, "accounts = {} # x\n", f"accounts = {{{NEW}}} # x\n"),
        (ACCOUNT, 'accounts = { b = "c" }\n', f'accounts = {{ b = "c", {NEW} }}\n'),
        (ACCOUNT, 'accounts.b = "c"\n[t]\n', f'accounts.b = "c"\naccounts.{NEW}\n[t]\n'),
        (ACCOUNT, f"accounts.'{SERVER}' = 'c' # x\n", f"accounts.'{SERVER}' = \"new\" # x\n"),
        (ACCOUNT, "[ 'accounts' ] # a\n\n[t]\n", f"[ 'accounts' ] # a\n{NEW}\n\n[t]\n"),
        (ACCOUNT, "[accounts.x]\ny = 1\n", f"[accounts.x]\ny = 1\n\n[accounts]\n{NEW}\n"),
        (ACCOUNT, '[accounts]\nb = "c"\n[accounts.x]\n', f'[accounts]\nb = "c"\n{NEW}\n[accounts.x]\n'),
    ],
)
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_way_to_write_a_table_is_kept(
    tmp_path: Path, keys: tuple[str, ...], before: str, after: str, start: str, newline: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes((start + before).replace("\n", newline).encode())
    own_file.set_value(str(path), keys, "new")
    assert path.read_bytes().decode() == (start + after).replace("\n", newline)


def test_a_byte_order_mark_stays_where_a_server_is_added(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf# mine\n")
    add_server(str(path), "a", SERVER)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf# mine\n\n[servers.a]\n")


def test_what_the_tree_can_not_give_back_is_written_as_plain_toml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tomlkit.toml_document.TOMLDocument.as_string", lambda _: "")
    path = tmp_path / "config.toml"
    path.write_text("a = 1 # one\n")
    own_file.set_value(str(path), STORE, "new")
    assert tomllib.loads(path.read_text()) == {"a": 1, "store": "new"}

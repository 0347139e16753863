"""Servers in keyrack's own file are changed, renamed and deleted in place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from keyrack.config.server_tables import ServerTables
from keyrack.domain.errors import KeyrackError

URL = "https://a.example/mcp"
FILE = """\
# my servers
store = "vault"  # why

# the wiki of team A
[servers.wiki-a]   # first
url = "https://a.example/mcp"  # where
scopes = [
  "read",  # enough
]

[servers.wiki-a.authorize]
prompt = "consent" # each time
# about the end of a

# ---- other teams ----

# the wiki of team B
[servers.wiki-b]
url = "https://a.example/mcp"

[accounts]
"https://A.example/mcp wiki-a" = "work" # as agreed
"""


def tables(tmp_path: Path, text: str = FILE, newline: str = "\n") -> tuple[Path, ServerTables]:
    path = tmp_path / "config.toml"
    path.write_bytes(text.replace("\n", newline).encode())
    return path, ServerTables(str(path))


def change(made: ServerTables, name: str, *, new_name: str = "", **changes: Any) -> None:
    was = made.table(name)
    assert was is not None
    now = {key: value for key, value in {**was, **changes}.items() if value is not None}
    made.change(name, was, now, new_name=new_name)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_the_changed_values_change(tmp_path: Path, newline: str) -> None:
    path, made = tables(tmp_path, newline=newline)
    change(made, "wiki-a", url="https://c.example/mcp", callback_port=8080)
    wanted = FILE.replace(
        'url = "https://a.example/mcp"  # where\nscopes = [\n  "read",  # enough\n]\n',
        'url = "https://c.example/mcp"  # where\nscopes = [\n  "read",  # enough\n]\ncallback_port = 8080\n',
    )
    assert path.read_bytes().decode() == wanted.replace("\n", newline)


@pytest.mark.parametrize(("before", "changes", "after"), [
    ('[servers.a]\nurl = "u"\n', {"headers": {"X-Team": "${T}"}},
     '[servers.a]\nurl = "u"\nheaders = { X-Team = "${T}" }\n'),
    ('[servers.a]\nurl = "u"\nheaders = {A="b", C="d"} # h\n', {"headers": {"C": "e", "F": "g"}},
     '[servers.a]\nurl = "u"\nheaders = {C="e", F = "g"} # h\n'),
    ('[servers.a]\nurl = "u"\nheaders = {A="b"} # h\n', {"headers": None},
     '[servers.a]\nurl = "u"\n# h\n'),
    ('[servers.a]\nurl = "u"\n[servers.a.headers]\nA = "b"\n[x]\n', {"headers": None},
     '[servers.a]\nurl = "u"\n[x]\n'),
    ('[servers.a]\nurl = "u"\n\n[servers.a.headers]\nA = "b"\n', {"confirm": True, "headers": {"A": "c"}},
     '[servers.a]\nurl = "u"\nconfirm = true\n\n[servers.a.headers]\nA = "c"\n'),
    ('[servers]\na = { url = "u" } # a\n', {"scopes": ["x", "y"]},
     '[servers]\na = { url = "u", scopes = ["x", "y"] } # a\n'),
    ('[servers]\na.url = "u" # a\nb.url = "u"\n', {"pkce": "assumed"},
     '[servers]\na.url = "u" # a\na.pkce = "assumed"\nb.url = "u"\n'),
])  # fmt: skip
def test_each_way_to_write_a_server_is_kept(
    tmp_path: Path, before: str, changes: dict[str, Any], after: str
) -> None:
    path, made = tables(tmp_path, before)
    change(made, "a", **changes)
    assert path.read_text() == after


def test_a_rename_keeps_comments_and_order(tmp_path: Path) -> None:
    path, made = tables(tmp_path)
    was = made.table("wiki-a")
    assert was is not None
    made.change(
        "wiki-a", was, was, new_name="wiki one", renamed={f"{URL} wiki-a": f"{URL} wiki one"}
    )  # fmt: skip
    assert path.read_text() == (
        FILE.replace("[servers.wiki-a]", '[servers."wiki one"]')
        .replace("[servers.wiki-a.authorize]", '[servers."wiki one".authorize]')
        .replace("https://A.example/mcp wiki-a", f"{URL} wiki one")
    )


def test_a_server_goes_with_its_comment_and_no_other(tmp_path: Path) -> None:
    path, made = tables(tmp_path)
    made.remove("wiki-a", made.table("wiki-a") or {})
    assert path.read_text() == (
        '# my servers\nstore = "vault"  # why\n\n# ---- other teams ----\n\n'
        + FILE[FILE.index("# the wiki of team B") :]
    )


@pytest.mark.parametrize(("before", "after"), [
    ('[servers.a]\nurl = "u"\n', ""),
    ('x = 1\n\n[servers.a]\nurl = "u"\n\n\n', "x = 1\n"),
    ('[servers.a]\nurl = "u"\n# b is slow\n[servers.b]\nurl = "v"\n',
     '# b is slow\n[servers.b]\nurl = "v"\n'),
    ('[servers.b]\nurl = "v"\n[servers.a]\nurl = "u"\n[x]\ny = 1\n[servers.a.authorize]\nb = "c"\n',
     '[servers.b]\nurl = "v"\n[x]\ny = 1\n'),
    ("[servers.b]\nca_file = '''\n[servers.a]\n'''\n[servers.a]\nurl = 'u'\n",
     "[servers.b]\nca_file = '''\n[servers.a]\n'''\n"),
    ('[servers.b]\nscopes = [\n"x",\n["servers"]\n]\n[servers.a]\nurl = "u"\n',
     '[servers.b]\nscopes = [\n"x",\n["servers"]\n]\n'),
    ('servers = { a = { url = "u" }, b = { url = "v" } }\n', 'servers = { b = { url = "v" } }\n'),
])  # fmt: skip
def test_a_removed_server_leaves_the_rest_as_it_was(tmp_path: Path, before: str, after: str) -> None:
    path, made = tables(tmp_path, before)
    made.remove("a", made.table("a") or {})
    assert path.read_text() == after


def test_what_another_one_writes_meanwhile_stays(tmp_path: Path) -> None:
    path, made = tables(tmp_path)
    was = made.table("wiki-b")
    assert was is not None
    path.write_text(FILE.replace('"vault"', '"keychain"') + '\n[servers.new]\nurl = "https://n.example"\n')
    made.change("wiki-b", was, {**was, "client_id": "c"})
    data = tomllib.loads(path.read_text())
    assert (data["store"], data["servers"]["wiki-b"]["client_id"]) == ("keychain", "c")
    assert "new" in data["servers"]


@pytest.mark.parametrize("act", ["change", "remove"])
def test_a_server_that_is_another_one_by_now_is_left_alone(tmp_path: Path, act: str) -> None:
    path, made = tables(tmp_path)
    was = made.table("wiki-b")
    assert was is not None
    text = FILE.replace('[servers.wiki-b]\nurl = "', '[servers.wiki-b]\nclient_id = "theirs"\nurl = "')
    path.write_text(text)
    with pytest.raises(KeyrackError, match="in the meantime"):
        if act == "change":
            made.change("wiki-b", was, {**was, "client_id": "mine"})
        else:
            made.remove("wiki-b", was)
    assert path.read_text() == text


def test_a_taken_name_is_refused(tmp_path: Path) -> None:
    path, made = tables(tmp_path)
    with pytest.raises(KeyrackError, match="already"):
        change(made, "wiki-a", new_name="wiki-b")
    assert path.read_text() == FILE


def test_what_can_not_be_changed_in_place_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tomlkit.toml_document.TOMLDocument.as_string", lambda _: "")
    path, made = tables(tmp_path)
    with pytest.raises(KeyrackError, match="can't change without changing the rest"):
        change(made, "wiki-a", url="https://c.example/mcp")
    assert path.read_text() == FILE

"""Adding a server to keyrack's own file."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from keyrack.config import file as own_file
from keyrack.config.servers import add_server
from keyrack.domain.errors import BadUrl, KeyrackError

URL = "https://a.example/mcp"


def test_a_new_file_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    add_server(str(path), "linear", URL, scopes=["read"], client_id=None)
    assert tomllib.loads(path.read_text()) == {"servers": {"linear": {"url": URL, "scopes": ["read"]}}}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["config.toml"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_stands_there_stays_byte_for_byte(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "config.toml"
    before = newline.join(["# mine", "[servers.b]  # old", 'url="https://b.example"']).encode()
    path.write_bytes(before)
    add_server(str(path), "a.b “c”\x1b", URL)
    after = path.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(newline.encode())
    assert set(tomllib.loads(after.decode())["servers"]) == {"b", "a.b “c”\x1b"}


def test_an_inline_table_is_added_to_as_well(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    before = 'config_files = ["x"] # mine\nservers = {b = {url = "https://b.example"}'
    path.write_text(f"{before}}} # all\n")
    add_server(str(path), "a", URL, scopes=["x"])
    assert path.read_text() == f'{before}, a = {{ url = "{URL}", scopes = ["x"] }}}} # all\n'


@pytest.mark.parametrize(("text", "name", "url", "error"), [
    ("[servers.a]\n", "a", URL, "already"), ("a = = 1", "a", URL, "line 1"),
    ("servers = 1", "a", URL, "not a table"),
    ("", " ", URL, "needs a name"), ("", "a", "https://me:pw@a.example", "password"),
])  # fmt: skip
def test_nothing_changes_when_it_cannot_be_added(
    tmp_path: Path, text: str, name: str, url: str, error: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises((KeyrackError, BadUrl), match=error):
        add_server(str(path), name, url)
    assert path.read_text() == text


def test_a_write_that_fails_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# mine\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyrackError, match="No space left"):
        add_server(str(path), "a", URL)
    assert path.read_text() == "# mine\n"
    assert os.listdir(tmp_path) == ["config.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("")
    link.symlink_to(real)
    add_server(str(link), "a", URL)
    assert link.is_symlink()
    assert "a.example" in real.read_text()


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    link = tmp_path / "config.toml"
    link.symlink_to(tmp_path / "gone.toml")
    with pytest.raises(KeyrackError, match="link"):
        add_server(str(link), "a", URL)


def test_another_one_that_adds_at_the_same_moment_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# mine\n")
    with_table = own_file.with_table

    def slow(*args: Any) -> str:
        monkeypatch.undo()
        add_server(str(path), "theirs", "https://t.example/mcp")
        return with_table(*args)

    monkeypatch.setattr(own_file, "with_table", slow)
    add_server(str(path), "a", URL)
    assert set(tomllib.loads(path.read_text())["servers"]) == {"theirs", "a"}

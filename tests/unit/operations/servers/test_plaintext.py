"""Secrets in plain text in files: how they are found and reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyrack.cli.list import facts
from keyrack.domain.model import CredentialInfo, Server
from keyrack.domain.reading import Reading
from keyrack.domain.status import Action, State
from keyrack.operations.servers.overview import row_of
from keyrack.operations.servers.plaintext import pointed_out
from keyrack.sources.reader import read_all
from keyrack.wording.commands import command_for
from keyrack.wording.states import listed_state, status_words
from keyrack.wording.status import status_of
from keyrack.wording.tones import Tone

URL = "https://a.example/mcp"


class Desk:
    def __init__(self, home: Path) -> None:
        self.home = home

    def put(self, file: str, text: object) -> None:
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))

    def cursor(self, file: str = ".cursor/mcp.json", **headers: str) -> None:
        self.put(file, {"mcpServers": {"a": {"url": URL, "headers": headers}}})

    def read(self, extra: tuple[str, ...] = (), /, **env: str) -> Reading:
        return read_all({"HOME": str(self.home), **env}, "linux", str(self.home / "clone"), extra)

    def only(self, **env: str) -> Server:
        [server] = self.read(**env).servers
        return server


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_row_says_so_with_its_program_and_the_command(desk: Desk) -> None:
    desk.cursor(Authorization="Bearer sk-hidden-1")
    server = desk.only()
    status = status_of(server, None, None, 0.0)
    assert (status.state, status.action) == (State.CONFIGURED, Action.ADOPT)
    assert status.reason == (
        "Authorization is set in Cursor's configuration, where it is written in plain text: Bearer ●●●●●●●●."
    )
    assert command_for(status.action, server) == "keyrack adopt a"


def test_a_variable_is_told_with_its_program_and_whether_it_is_set(desk: Desk) -> None:
    desk.cursor(Authorization="Bearer ${env:KEY}")
    assert status_of(desk.only(KEY="sk-hidden-1"), None, None, 0.0).reason == (
        "Authorization is set in Cursor's configuration: Bearer ${env:KEY}."
    )
    unset = status_of(desk.only(), None, None, 0.0)
    assert (unset.state, unset.action) == (State.EMPTY_HEADER, Action.SET_VARIABLE)
    assert unset.reason == (
        "The Authorization header in Cursor's configuration is skipped, because KEY is not set."
    )
    assert command_for(unset.action, desk.only()) == "export KEY=…"


@pytest.mark.parametrize(
    ("header", "value", "found"),
    [
        ("Authorization", "sk-hidden-1", True),
        ("authorization", "Token sk-hidden-1", True),
        ("X-API-KEY", "sk-hidden-1", True),
        ("Private-Token", "sk-hidden-1", True),
        ("X-Team", "blue", False),
        ("Authorization", "Bearer ${env:KEY}", False),
        ("Authorization", "Token token=${env:KEY}", False),
        ("Authorization", "Bearer ${input:key}", False),
        ("Authorization", "Bearer ${KEY}", False),  # written for another program; no secret all the same
        ("Authorization", "Bearer ", False),
    ],
)
def test_what_is_a_secret_in_a_file(desk: Desk, header: str, value: str, found: bool) -> None:
    desk.cursor(**{header: value})
    assert bool(desk.only().plaintext_headers) == found


def test_a_variables_default_is_one(desk: Desk) -> None:
    entry = f'[servers.a]\nurl = "{URL}"\nheaders.X-Api-Key = "${{K:-sk-hidden}}"'
    desk.put(".config/keyrack/config.toml", entry)
    [header] = desk.only(K="other").plaintext_headers
    assert "default" in header.not_movable_because and "sk-hidden" not in repr(desk.only())


@pytest.mark.parametrize(
    ("word", "variable", "plaintext"),
    [
        ("Authorization: Bearer sk-hidden-1", "", True),
        ("Authorization:${K}", "Bearer sk-hidden-1", True),
        ("Authorization:${K}", "${env:OTHER}", False),
    ],
)
def test_a_word_of_a_bridge_is_pointed_out_and_stays(
    desk: Desk, word: str, variable: str, plaintext: bool
) -> None:
    entry = {"command": "npx", "args": ["mcp-remote", URL, "--header", word], "env": {"K": variable}}
    desk.put(".cursor/mcp.json", {"mcpServers": {"a": entry}})
    reading = desk.read(OTHER="Bearer x")
    assert [("mcp-remote" in each.sentence) for each in pointed_out(reading)] == [True] * plaintext
    assert "sk-hidden" not in repr(reading)
    status = status_of(desk.only(OTHER="Bearer x"), None, None, 0.0)
    assert (status.state, status.action) == (State.CONFIGURED, None)


def test_every_place_of_a_server_is_pointed_out_with_its_entry(desk: Desk) -> None:
    desk.cursor(Authorization="Bearer ${env:KEY}")
    entry = {"url": URL, "headers": {"X-Api-Key": "sk-hidden-1"}}
    desk.put(".config/Code/User/mcp.json", {"servers": {"b": entry}})
    desk.put("clone/.vscode/mcp.json", {"servers": {"c": entry}})
    reading = desk.read(KEY="sk-hidden-3")
    user, project = pointed_out(reading)
    assert (user.client, user.entry) == ("VS Code", "b")
    assert user.sentence == (
        "The X-Api-Key header is written in plain text in the file. "
        "Run keyrack adopt b to move it to the keychain."
    )
    assert (project.path, project.entry) == (str(desk.home / "clone/.vscode/mcp.json"), "c")
    assert "project's file" in project.sentence and "adopt" not in project.sentence
    assert "sk-hidden" not in repr((reading, user, project))


def test_what_no_file_holds_or_can_give_up_says_why(desk: Desk, tmp_path: Path) -> None:
    text = {"mcpServers": {"a": {"url": URL, "headers": {"Authorization": "Bearer sk-hidden-1"}}}}
    [inline] = pointed_out(desk.read(MCP_SERVERS_CONFIG=json.dumps(text)))
    assert "MCP_SERVERS_CONFIG" in inline.sentence
    desk.put("use.json", text)
    [file] = pointed_out(desk.read((str(tmp_path / "use.json"),)))
    assert "mcp-use does not support variables" in file.sentence


def test_a_key_in_an_address_is_pointed_out_and_not_shown(desk: Desk) -> None:
    servers = {"a": {"url": f"{URL}?api_key=sk-hidden-1"}, "b": {"url": f"{URL}/b?api_key=${{env:KEY}}"}}
    desk.put(".cursor/mcp.json", {"mcpServers": servers})
    reading = desk.read(KEY="sk-hidden-2")
    [found] = pointed_out(reading)
    assert found.entry == "a" and "contains a key (api_key) in plain text" in found.sentence
    assert reading.problems == () and "sk-hidden" not in repr(reading)


def test_secrets_of_a_local_process_are_pointed_out_like_those_in_headers(desk: Desk) -> None:
    env = {"API_TOKEN": "sk-hidden-1", "REGION": "eu"}
    desk.put(".cursor/mcp.json", {"mcpServers": {"a": {"command": "srv", "env": env}}})
    server = desk.only()
    status = status_of(server, None, None, 0.0)
    assert (status.state, status.action, status.plain_text) == (State.STDIO, Action.ADOPT, True)
    assert server.in_plain_text == ("API_TOKEN",)
    assert listed_state(status, is_off=False) == ("⌂ plain text!", Tone.WARN)
    assert status_words(status) == "⌂ local · in plain text"
    [found] = pointed_out(desk.read())
    assert found.sentence.startswith("API_TOKEN is written in plain text in the file. Run keyrack adopt a")
    assert "sk-hidden" not in str((status, found, facts(row_of(server, None, 0.0), 0.0)))
    assert facts(row_of(server, None, 0.0), 0.0)["plain_text"] == ["API_TOKEN"]


def test_what_is_in_a_variable_is_not_in_plain_text(desk: Desk) -> None:
    env = {"API_TOKEN": "${env:API_TOKEN}"}
    desk.put(".cursor/mcp.json", {"mcpServers": {"a": {"command": "srv", "env": env}}})
    status = status_of(desk.only(API_TOKEN="sk-hidden-1"), None, None, 0.0)
    assert not status.plain_text and listed_state(status, is_off=False)[1] is Tone.DIM


def test_a_login_stays_valid_whatever_an_entry_contains_besides(desk: Desk) -> None:
    desk.cursor(**{"X-Team": "sk-hidden-1"})
    server = desk.only()
    status = status_of(server, CredentialInfo("oauth", expires_at=9e9), None, 0.0)
    assert (status.state, status.plain_text) == (State.VALID, False)

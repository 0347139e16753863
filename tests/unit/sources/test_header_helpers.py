"""A command that a program runs for headers is shown, and never run by keyrack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyrack.domain.errors import LoginNeeded
from keyrack.domain.model import Server
from keyrack.domain.status import State
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.check import check
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import Row, overview
from keyrack.operations.tokens.get_token import get_token
from keyrack.sources.reader import read_all
from keyrack.tui.servers.facts import facts
from support.canned import URL
from support.workbench import NOW, build, stored_credential


class Desk:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.ran = home / "ran"
        self.command = f"touch {self.ran}; echo sk-hidden"
        self.adapters: Adapters = build()._replace(
            read=lambda: read_all({"HOME": str(home)}, "linux", str(home / "clone"))
        )

    def claude(self, command: object, file: str = ".claude.json", **more: object) -> None:
        entry = {"type": "http", "url": URL, "headersHelper": command, **more}
        path = self.home / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"mcpServers": {"a": entry}}))

    def codex(self, command: str) -> None:
        (self.home / ".codex").mkdir(exist_ok=True)
        text = f'[mcp_servers.a]\nurl = "{URL}"\nhttp_headers_helper = {json.dumps(command)}\n'
        (self.home / ".codex/config.toml").write_text(text)

    def cursor(self) -> None:
        (self.home / ".cursor").mkdir()
        (self.home / ".cursor/mcp.json").write_text(json.dumps({"mcpServers": {"a": {"url": URL}}}))

    def rows(self) -> dict[str, Row]:
        return {row.server.name: row for row in overview(self.adapters).rows}

    def only(self) -> Server:
        [row] = self.rows().values()
        return row.server


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("client", ["Claude Code", "Codex"])
def test_it_is_configured_by_its_helper_which_nobody_runs(desk: Desk, client: str) -> None:
    (desk.claude if client == "Claude Code" else desk.codex)(desk.command)
    row = desk.rows()["a"]
    key = "headersHelper" if client == "Claude Code" else "http_headers_helper"
    assert (row.status.state, row.kind, row.command) == (State.CONFIGURED, "header", None)
    said = (
        f"Configured by its helper: {client} runs a command for the headers ({key}). keyrack does not run it."
    )
    assert row.status.reason == said
    assert (
        check(desk.adapters, row.server).reason
        == f"It was tested without the headers from {client}'s helper."
    )
    with pytest.raises(LoginNeeded, match="from its own helper, which keyrack does not run"):
        get_token(desk.adapters, row.server)
    assert desk.rows()["a"].status.state is State.CONFIGURED
    assert not desk.ran.exists()


def test_nothing_of_the_command_is_shown(desk: Desk) -> None:
    desk.claude(desk.command)
    row = desk.rows()["a"]
    said = "".join(fact.value.plain for fact in facts(row, NOW))
    assert "headersHelper: ●●●●●●●●" in said and "sk-hidden" not in said + repr(row) + repr(
        desk.adapters.read()
    )


def test_it_hides_no_login_that_is_stored_here(desk: Desk) -> None:
    desk.adapters.credentials().save(stored_credential())
    desk.claude(desk.command)
    row = desk.rows()["a"]
    assert (row.status.state, row.kind) == (State.VALID, "oauth")
    assert get_token(desk.adapters, row.server).token.reveal() == "at-0"


def test_nor_the_login_of_the_other_programs(desk: Desk) -> None:
    desk.adapters.credentials().save(stored_credential())
    desk.claude(desk.command)
    desk.cursor()
    assert {name: row.status.state for name, row in desk.rows().items()} == {
        "a": State.VALID, "a (Claude Code)": State.CONFIGURED
    }  # fmt: skip
    assert get_token(desk.adapters, find(desk.adapters, "a")).token.reveal() == "at-0"


@pytest.mark.parametrize(
    "command",
    [
        'printf \'{"Authorization":"Bearer %s"}\' "$(keyrack token a)"',
        "/home/u/.local/bin/keyrack token 'a b'",
        '"C:\\Program Files\\keyrack.exe" token a',
        "keyrack header a",
    ],
)
def test_one_that_asks_keyrack_hands_out_what_is_stored_here(desk: Desk, command: str) -> None:
    desk.claude(command)
    desk.cursor()
    assert desk.only().helper is None
    assert desk.rows()["a"].status.state is State.NO_CREDENTIAL


@pytest.mark.parametrize("command", ["get-token keyrack", "notkeyrack token a", "cat keyrack-token"])
def test_one_that_has_the_word_in_it_does_not(desk: Desk, command: str) -> None:
    desk.claude(command)
    assert desk.only().helper is not None


@pytest.mark.parametrize("command", ["", None])
def test_an_empty_one_is_none(desk: Desk, command: object) -> None:
    desk.claude(command)
    assert desk.only().helper is None and desk.adapters.read().problems == ()


def test_one_that_is_no_text_is_reported_and_one_that_another_program_does_not_know_is_none(
    desk: Desk,
) -> None:
    desk.claude(["x"])
    [problem] = desk.adapters.read().problems
    assert problem.sentence == "“headersHelper” should be text, but is a list."
    (desk.home / ".claude.json").unlink()
    desk.claude("x", ".cursor/mcp.json")
    assert desk.only().helper is None


def test_a_project_s_is_shown_too(desk: Desk) -> None:
    (desk.home / "clone").mkdir()
    desk.claude(desk.command, "clone/.mcp.json")
    assert desk.rows()["a"].status.state is State.CONFIGURED and not desk.ran.exists()

"""Servers that are switched off in their program, and invalid entries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keyrack.cli.list import facts
from keyrack.domain.model import Check, CredentialInfo, Header, Server, Source
from keyrack.domain.secret import Secret
from keyrack.domain.status import Action, State
from keyrack.operations.ports import Adapters
from keyrack.operations.servers.needs import need_of
from keyrack.operations.servers.overview import Row, overview, row_of
from keyrack.sources.reader import read_all
from keyrack.tui.servers.view import View
from keyrack.wording.states import listed_state
from keyrack.wording.status import status_of
from keyrack.wording.tones import Tone
from support.workbench import NOW, build

ON, OFF = "https://on.example/mcp", "https://off.example/mcp"
EXPIRED = CredentialInfo("oauth", obtained_at=0.0, expires_at=1.0)


class Desk:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.adapters: Adapters = build()._replace(
            read=lambda: read_all({"HOME": str(home)}, "linux", str(home / "clone"))
        )

    def put(self, file: str, text: Any) -> None:
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))

    def rows(self) -> dict[str, Row]:
        return {row.server.name: row for row in overview(self.adapters).rows}

    def off(self) -> set[str]:
        return {name for name, row in self.rows().items() if row.server.is_off}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_codex_and_cursor_switch_a_server_off_in_its_entry(desk: Desk) -> None:
    desk.put(
        ".codex/config.toml",
        f"""
        [mcp_servers.a]
        url = "{OFF}"
        enabled = false
        [mcp_servers.b]
        url = "{ON}"
        enabled = true
        [mcp_servers.c]
        url = "{ON}/c"
        disabled = true""",
    )
    desk.put(
        ".cursor/mcp.json",
        {
            "mcpServers": {
                "d": {"url": OFF + "/d", "disabled": True},
                "e": {"url": ON + "/e", "disabled": "yes", "enabled": False},
                "f": {"command": "npx", "disabled": True},
            }
        },
    )
    assert desk.off() == {"a", "d", "f"}


@pytest.mark.parametrize("file", [".claude.json", ".config/mcp/servers.json"])
@pytest.mark.parametrize("flag", [{"disabled": True}, {"enabled": False}])
def test_a_flag_that_its_program_ignores_is_none(desk: Desk, file: str, flag: dict[str, bool]) -> None:
    desk.put(file, {"mcpServers": {"a": {"type": "http", "url": OFF, **flag}}})
    assert desk.off() == set()


def test_nor_does_vs_code_know_one(desk: Desk) -> None:
    desk.put(".config/Code/User/mcp.json", {"servers": {"a": {"url": OFF, "disabled": True}}})
    assert desk.off() == set()


class TestClaudeCode:
    """Its switches stand beside the entries, by project."""

    def claude(self, desk: Desk, project: dict[str, Any], **servers: str) -> None:
        entries = {name: {"type": "http", "url": url} for name, url in servers.items()}
        desk.put(".claude.json", {"mcpServers": entries, "projects": {str(desk.home / "clone"): project}})

    def test_a_server_is_off_where_its_project_says_so(self, desk: Desk) -> None:
        local = {"c": {"type": "http", "url": OFF + "/c"}, "d": {"type": "http", "url": ON + "/d"}}
        project = {"disabledMcpServers": ["a", "c", 3], "mcpServers": local}
        self.claude(desk, project, a=OFF, b=ON)
        assert desk.off() == {"a", "c"}

    def test_what_another_project_says_counts_there(self, desk: Desk) -> None:
        entry = {"type": "http", "url": OFF}
        other = {"disabledMcpServers": ["a", "c"], "mcpServers": {"c": {"type": "http", "url": OFF + "/c"}}}
        desk.put(".claude.json", {"mcpServers": {"a": entry}, "projects": {"/elsewhere": other}})
        assert desk.off() == {"c"}

    def test_a_server_of_another_project_with_the_same_name_is_not_meant(self, desk: Desk) -> None:
        here = {"disabledMcpServers": ["c"]}
        other = {"mcpServers": {"c": {"type": "http", "url": ON + "/c"}}}
        desk.put(".claude.json", {"projects": {str(desk.home / "clone"): here, "/elsewhere": other}})
        assert set(desk.rows()) == {"c"} and desk.off() == set()

    @pytest.mark.parametrize(
        "file", [".claude/settings.json", "clone/.claude/settings.json", "clone/.claude/settings.local.json"]
    )
    def test_of_a_projects_own_file_one_may_have_been_refused(self, desk: Desk, file: str) -> None:
        self.claude(desk, {}, mine=ON)
        desk.put("clone/.mcp.json", {"mcpServers": {"a": {"url": OFF}, "b": {"url": ON + "/b"}}})
        desk.put(file, {"disabledMcpjsonServers": ["a", "mine"], "enabledMcpjsonServers": ["b"]})
        assert desk.off() == {"a"}

    def test_as_older_versions_kept_it(self, desk: Desk) -> None:
        self.claude(desk, {"disabledMcpjsonServers": ["a"]}, mine=ON)
        desk.put("clone/.mcp.json", {"mcpServers": {"a": {"url": OFF}, "b": {"url": ON + "/b"}}})
        assert desk.off() == {"a"}

    def test_a_file_that_is_full_of_nonsense_hides_nothing(self, desk: Desk) -> None:
        self.claude(desk, {"disabledMcpServers": {"a": 1}, "disabledMcpjsonServers": 3}, a=ON)
        desk.put("clone/.mcp.json", {"mcpServers": {"b": {"url": ON + "/b"}}})
        desk.put("clone/.claude/settings.json", [])
        assert set(desk.rows()) == {"a", "b"} and desk.off() == set()


def test_it_is_off_where_it_is_off_everywhere(desk: Desk) -> None:
    desk.put(".codex/config.toml", f'[mcp_servers.a]\nurl = "{OFF}"\nenabled = false')
    desk.put(".cursor/mcp.json", {"mcpServers": {"a": {"url": OFF}}})
    row = desk.rows()["a"]
    assert not row.server.is_off and row.command == "keyrack login a"
    assert [source["disabled"] for source in facts(row, 0.0)["sources"]] == [False, True]
    desk.put(".cursor/mcp.json", {"mcpServers": {"a": {"url": OFF, "disabled": True}}})
    row = desk.rows()["a"]
    assert row.server.is_off and row.command is None
    assert row.status.reason.startswith("It is switched off in Cursor and Codex. ")
    assert [source["disabled"] for source in facts(row, 0.0)["sources"]] == [True, True]


def off(name: str = "a", **changes: Any) -> Server:
    return Server(name, OFF, sources=(Source("Codex", "/c", name, disabled=True),))._replace(**changes)


@pytest.mark.parametrize(
    ("credential", "check", "state", "action"),
    [
        (None, None, State.NO_CREDENTIAL, None),
        (None, Check(NOW, "unreachable", "no route."), State.UNREACHABLE, None),
        (EXPIRED, None, State.LOGIN_NEEDED, None),
        (EXPIRED._replace(refreshable=True), None, State.REFRESHABLE, Action.REFRESH),
    ],
)
def test_nobody_is_asked_for_a_login_and_what_is_stored_is_kept_up(credential, check, state, action) -> None:
    status = status_of(off(), credential, check, NOW)
    assert (status.state, status.action) == (state, action)


def test_a_locked_store_can_still_be_unlocked_and_a_plain_header_adopted() -> None:
    locked = status_of(off(), EXPIRED, None, NOW, store_locked=True)
    assert (locked.state, locked.action, locked.locked) == (State.LOGIN_NEEDED, Action.UNLOCK, True)
    header = Header("Authorization", "Bearer …", Secret("Bearer abc"), plaintext=True)
    assert status_of(off(headers=(header,)), None, None, NOW).action is Action.ADOPT


def test_on_the_screen_it_is_dimmed_last_in_line_and_not_counted() -> None:
    needed = row_of(off("a"), None, NOW)._replace(credential=EXPIRED)
    needed = needed._replace(status=status_of(off("a"), EXPIRED, None, NOW))
    valid = row_of(Server("b", ON, sources=(Source("Codex", "/c", "b"),)), None, NOW)
    assert listed_state(needed.status, is_off=needed.server.is_off) == ("✕ switched off", Tone.DIM)
    assert View().lines([needed, valid]) == (valid, needed)
    assert View("switched off").lines([needed, valid]) == (needed,)
    assert need_of(needed, NOW) is None


class TestBadEntries:
    @pytest.mark.parametrize(
        "entry",
        [
            3,
            "text",
            [],
            {},
            {"url": 3},
            {"url": ""},
            {"url": "ftp://x.example"},
            {"type": "carrier-pigeon", "url": ON},
            {"url": "https://user:word@x.example/mcp"},
        ],
    )
    def test_an_entry_that_makes_no_sense_is_listed_as_that(self, desk: Desk, entry: object) -> None:
        desk.put(".cursor/mcp.json", {"mcpServers": {"bad": entry, "good": {"url": ON}}})
        rows = desk.rows()
        bad = rows["bad"]
        assert (bad.status.state, bad.kind) == (State.BAD_ENTRY, "unknown")
        assert bad.status.reason == bad.server.problem and "word@" not in bad.status.reason
        assert bad.command == f"${{EDITOR:-vi}} {desk.home}/.cursor/mcp.json"
        assert rows["good"].status.state is State.NO_CREDENTIAL

    def test_the_command_names_the_file_as_a_shell_reads_it(self) -> None:
        server = Server("x", sources=(Source("Cursor", "/home/u/my files/mcp.json", "x"),), problem="No.")
        assert row_of(server, None, NOW).command == "${EDITOR:-vi} '/home/u/my files/mcp.json'"

    def test_there_is_none_where_the_entry_stands_in_a_variable(self) -> None:
        server = Server("x", sources=(Source("mcp", "MCP_SERVERS_CONFIG", "x"),), problem="No.")
        assert row_of(server, None, NOW).command is None

    def test_what_could_not_be_reached_is_still_unreachable(self) -> None:
        status = status_of(Server("x", ON), None, Check(NOW, "unreachable", "No route."), NOW)
        assert (status.state, status.action) == (State.UNREACHABLE, Action.CHECK)

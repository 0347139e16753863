"""Servers that are switched off by something else than their own entry."""

import json
from pathlib import Path

import pytest

from keyrack.domain.reading import Reading
from keyrack.sources.reader import read_all

SERVER = {"url": "https://a.example/mcp"}
CODEX = '[mcp_servers.a]\nurl = "https://a.example/mcp"\n'


def read(home: Path, files: dict[str, object], cwd: str = "project") -> Reading:
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))
    return read_all({"HOME": str(home)}, "linux", str(home / cwd))


def off(reading: Reading) -> dict[str, bool]:
    return {server.name: all(source.disabled for source in server.sources) for server in reading.servers}


@pytest.mark.parametrize(("config", "is_off"), [
    ("", True),
    ('[projects."{cwd}"]\ntrust_level = "trusted"', False),
    ('[projects."{cwd}"]\ntrust_level = "untrusted"', True),
    ('[projects."{cwd}/other"]\ntrust_level = "trusted"', True),
    ('projects = 1', True),
])  # fmt: skip
def test_codex_ignores_a_project_that_is_not_trusted(tmp_path: Path, config: str, is_off: bool) -> None:
    config = config.replace("{cwd}", str(tmp_path / "project"))
    files: dict[str, object] = {"project/.codex/config.toml": CODEX, ".codex/config.toml": config}
    assert off(read(tmp_path, files)) == {"a": is_off}


def test_codex_trusts_a_folder_of_a_repository_that_is_trusted(tmp_path: Path) -> None:
    trusted = f'[projects."{tmp_path}"]\ntrust_level = "trusted"\n'
    files: dict[str, object] = {"project/sub/.codex/config.toml": CODEX, ".codex/config.toml": trusted}
    assert off(read(tmp_path, files, "project/sub")) == {"a": False}
    (tmp_path / "project" / ".git").mkdir()  # now it is a repository of its own
    assert off(read(tmp_path, files, "project/sub")) == {"a": True}


def test_codex_uses_the_users_own_servers_without_trust(tmp_path: Path) -> None:
    assert off(read(tmp_path, {".codex/config.toml": CODEX})) == {"a": False}


def test_copilot_names_what_is_off_in_its_settings(tmp_path: Path) -> None:
    servers = {"mcpServers": {"a": SERVER, "b": {"url": "https://b.example/mcp"}}}
    settings = {"disabledMcpServers": ["a", 7], "mcpServers": {"not here": SERVER}}
    files: dict[str, object] = {".copilot/mcp-config.json": servers, ".copilot/settings.json": settings}
    assert off(read(tmp_path, files)) == {"a": True, "b": False}


@pytest.mark.parametrize("settings", ["{", "[]", '{"disabledMcpServers": 1}', ""])
def test_copilot_settings_that_are_no_list_hide_nothing(tmp_path: Path, settings: str) -> None:
    files: dict[str, object] = {
        ".copilot/mcp-config.json": {"mcpServers": {"a": SERVER}},
        ".copilot/settings.json": settings,
    }
    assert off(read(tmp_path, files)) == {"a": False}


@pytest.mark.parametrize("folder", [".gemini", ".qwen"])
@pytest.mark.parametrize(("mcp", "is_off"), [
    ({"excluded": ["a"]}, True), ({"allowed": ["b"]}, True), ({"allowed": ["a"]}, False), (7, False),
    ({"excluded": 7, "allowed": None}, False),
])  # fmt: skip
def test_gemini_and_its_fork_exclude_and_allow(
    tmp_path: Path, folder: str, mcp: object, is_off: bool
) -> None:
    files: dict[str, object] = {f"{folder}/settings.json": {"mcpServers": {"a": SERVER}, "mcp": mcp}}
    assert off(read(tmp_path, files)) == {"a": is_off}


def test_claude_code_ignores_disabled_in_an_entry(tmp_path: Path) -> None:
    table = {"mcpServers": {"a": {**SERVER, "disabled": True}}}
    assert off(read(tmp_path, {".claude.json": table})) == {"a": False}


@pytest.mark.parametrize("folder", [".copilot", ".kimi-code"])
def test_a_file_that_claude_code_shares_counts_only_where_the_other_program_is_used(
    tmp_path: Path, folder: str
) -> None:
    files: dict[str, object] = {"project/.mcp.json": {"mcpServers": {"a": SERVER}}}
    [server] = read(tmp_path, files).servers
    assert [source.client for source in server.sources] == ["Claude Code"]
    (tmp_path / folder).mkdir()
    [server] = read(tmp_path, files).servers
    assert len(server.sources) == 2

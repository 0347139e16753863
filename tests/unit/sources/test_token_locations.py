"""Where each program's tokens are looked for, on three platforms."""

from __future__ import annotations

import pytest

from keyrack.sources.locations import Search
from keyrack.sources.tokens import HOLDERS, holder

LINUX = Search({"HOME": "/home/me"}, "linux", "/srv")
MACOS = Search({"HOME": "/Users/me"}, "darwin", "/srv")
APPDATA = {"APPDATA": r"C:\Users\me\AppData\Roaming", "LOCALAPPDATA": r"C:\Users\me\AppData\Local"}
WINDOWS = Search({"USERPROFILE": r"C:\Users\me", **APPDATA}, "win32", r"C:\work")
# Below the home folder on every system.
AT_HOME = {
    "Claude Code": ".claude/.credentials.json",
    "Codex": ".codex/.credentials.json",
    "Gemini CLI": ".gemini/mcp-oauth-tokens.json",
    "Qwen Code": ".qwen/mcp-oauth-tokens.json",
    "opencode": ".local/share/opencode/mcp-auth.json",
    "Kilo": ".local/share/kilo/mcp-auth.json",
    "mcporter": ".mcporter/credentials.json",
    "mcpc": ".mcpc/credentials.json",
    "MCP Inspector": ".mcp-inspector/secrets.json",
    "mcp": ".config/mcp/auth.json",
    "mcp-use (TypeScript)": ".mcp-use/cli-sessions.json",
    "Cline": ".cline/data/settings/cline_mcp_settings.json",
    "Antigravity": ".gemini/antigravity-cli/mcp_oauth_tokens.json",
}
FOLDERS = {
    "mcp-use": ".mcp_use/tokens",
    "Copilot CLI": ".copilot/mcp-oauth-config",
    "Kimi Code": ".kimi-code/credentials/mcp",
    "Amazon Q": ".aws/sso/cache",
}
EXTENSION = "User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"


def files(name: str, search: Search) -> list[str]:
    found = holder(name)
    assert found is not None
    return list(found.files(search))


@pytest.mark.parametrize("name", AT_HOME)
def test_a_file_at_home_is_at_the_same_path_on_every_system(name: str) -> None:
    path = AT_HOME[name]
    assert f"/home/me/{path}" in files(name, LINUX)
    assert f"/Users/me/{path}" in files(name, MACOS)
    assert "C:\\Users\\me\\" + path.replace("/", "\\") in files(name, WINDOWS)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_with_a_file_for_each_server_is_too(name: str) -> None:
    found, path = holder(name), FOLDERS[name]
    assert found is not None
    assert list(found.folders(LINUX)) == [f"/home/me/{path}"]
    assert list(found.folders(MACOS)) == [f"/Users/me/{path}"]
    assert list(found.folders(WINDOWS)) == ["C:\\Users\\me\\" + path.replace("/", "\\")]


def test_clines_extension_is_where_vs_code_keeps_its_settings() -> None:
    assert f"/home/me/.config/Code/{EXTENSION}" in files("Cline", LINUX)
    assert f"/Users/me/Library/Application Support/Code/{EXTENSION}" in files("Cline", MACOS)
    windows = "\\Code - Insiders\\" + EXTENSION.replace("/", "\\")
    assert APPDATA["APPDATA"] + windows in files("Cline", WINDOWS)


def test_crush_is_in_the_local_data_of_windows() -> None:
    assert files("Crush", LINUX) == ["/home/me/.local/share/crush/crush.json"]
    assert files("Crush", MACOS) == ["/Users/me/.local/share/crush/crush.json"]
    assert files("Crush", WINDOWS) == [r"C:\Users\me\AppData\Local\crush\crush.json"]


@pytest.mark.parametrize(
    ("name", "variable", "path"),
    [
        ("Claude Code", "CLAUDE_CONFIG_DIR", "/x/.credentials.json"),
        ("Codex", "CODEX_HOME", "/x/.credentials.json"),
        ("mcpc", "MCPC_HOME_DIR", "/x/credentials.json"),
        ("mcp", "MCP_AUTH_PATH", "/x"),
        ("opencode", "XDG_DATA_HOME", "/x/opencode/mcp-auth.json"),
        ("Crush", "CRUSH_GLOBAL_DATA", "/x/crush.json"),
    ],
)
def test_a_variable_moves_it(name: str, variable: str, path: str) -> None:
    assert files(name, LINUX._replace(env={"HOME": "/home/me", variable: "/x"})) == [path]


def test_on_macos_claude_codes_keychain_item_is_known_and_elsewhere_it_has_none() -> None:
    claude = holder("Claude Code")
    assert claude is not None
    assert (claude.service, claude.only_on) == ("Claude Code-credentials", "darwin")


def test_a_program_that_cannot_be_read_has_no_module_and_no_file() -> None:
    for each in HOLDERS:
        readable = each.holds == "readable"
        assert bool(each.module) == readable
        assert readable or not (each.files(LINUX) or each.service)

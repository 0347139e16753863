"""Where files are on three platforms, from the environment alone."""

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.sources.locations import Search, agents, claude, editors, tools
from keyrack.sources.programs import PROGRAMS, Program
from keyrack.system import paths

WINDOWS = {"USERPROFILE": r"C:\Users\ada", "APPDATA": r"D:\Roaming", "LOCALAPPDATA": r"D:\Local"}
MAC = {"HOME": "/Users/ada"}


@pytest.mark.parametrize(("env", "platform", "config", "data"), [
    ({"HOME": "/home/ada"}, "linux", "/home/ada/.config/keyrack", "/home/ada/.local/share/keyrack"),
    ({"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d"}, "linux", "/c/keyrack", "/d/keyrack"),
    ({"HOME": "/h", "XDG_CONFIG_HOME": "relative"}, "linux", "/h/.config/keyrack", "/h/.local/share/keyrack"),
    (MAC, "darwin", "/Users/ada/Library/Application Support/keyrack",
     "/Users/ada/Library/Application Support/keyrack"),
    (WINDOWS, "win32", r"D:\Roaming\keyrack", r"D:\Local\keyrack"),
    ({"USERPROFILE": r"C:\Users\ada"}, "win32", r"C:\Users\ada\AppData\Roaming\keyrack",
     r"C:\Users\ada\AppData\Local\keyrack"),
])  # fmt: skip
def test_own_folders(env: dict[str, str], platform: str, config: str, data: str) -> None:
    assert paths.config_dir(env, platform) == config
    assert paths.data_dir(env, platform) == data


def test_without_a_home_the_missing_variable_is_named() -> None:
    with pytest.raises(KeyrackError, match="HOME is not set"):
        paths.config_dir({}, "linux")


@pytest.mark.parametrize(("find", "env", "platform", "last"), [
    (editors.vscode, WINDOWS, "win32", r"D:\Roaming\Code\User\mcp.json"),
    (editors.vscode, MAC, "darwin", "/Users/ada/Library/Application Support/Code/User/mcp.json"),
    (editors.cursor, WINDOWS, "win32", r"C:\Users\ada\.cursor\mcp.json"),
    (agents.codex, {"CODEX_HOME": "/x", "HOME": "/h"}, "linux", "/x/config.toml"),
    (claude.claude_code, {"CLAUDE_CONFIG_DIR": "/x", "HOME": "/h"}, "linux", "/x/.claude.json"),
    (claude.claude_code, WINDOWS, "win32", r"C:\Users\ada\.claude.json"),
    (tools.mcp, MAC, "darwin", "/Users/ada/.config/mcp/servers.json"),
    (tools.mcp, {"MCP_CONFIG_PATH": "p.json"}, "linux", "/cwd/p.json"),
    (tools.mcp, {"MCP_CONFIG_DIR": "/d"}, "linux", "/d/servers.json"),
    (tools.mcp, {"MCP_CONFIG_DIR": "/d", "MCP_CONFIG_PATH": "/p.json"}, "linux", "/p.json"),
    (agents.copilot, {"COPILOT_HOME": "/x", "HOME": "/h"}, "linux", "/x/mcp-config.json"),
    (agents.opencode, {"OPENCODE_CONFIG": "o.json", "HOME": "/h"}, "linux", "/cwd/o.json"),
    (tools.mcporter, {"MCPORTER_CONFIG": "/m.json", "HOME": "/h"}, "linux", "/m.json"),
    (agents.kilo, {"XDG_CONFIG_HOME": "/c", "HOME": "/h"}, "darwin", "/c/kilo/kilo.jsonc"),
])  # fmt: skip
def test_other_programs_files(find, env: dict[str, str], platform: str, last: str) -> None:
    assert last in [candidate.path for candidate in find(Search(env, platform, "/cwd"))]


@pytest.mark.parametrize(("env", "platform", "user"), [
    ({"HOME": "/h"}, "linux", "/h/.config/Code/User"),
    ({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, "linux", "/c/Code/User"),
    (MAC, "darwin", "/Users/ada/Library/Application Support/Code/User"),
    (WINDOWS, "win32", r"D:\Roaming\Code\User"),
])  # fmt: skip
def test_vs_code_s_profiles(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], platform: str, user: str
) -> None:
    insiders = user.replace("Code", "Code - Insiders")
    there = {paths.join(platform, each, "profiles"): ["-1a2b", "empty"] for each in (user, insiders)}
    monkeypatch.setattr(Search, "folders", lambda self, parent: there.get(parent, []))
    monkeypatch.setattr("os.path.lexists", lambda path: "empty" not in path)
    candidates = editors.vscode(Search(env, platform, "/cwd"))
    found = [
        (candidate.path, candidate.scope, candidate.trusted)
        for candidate in candidates
        if "profile" in candidate.path
    ]
    own = ("profiles", "-1a2b", "mcp.json")
    assert found == [
        (paths.join(platform, user, *own), "user, profile -1a2b", True),
        (paths.join(platform, insiders, *own), "user, Insiders, profile -1a2b", True),
    ]


@pytest.mark.parametrize(("platform", "written", "path"), [
    ("linux", "~/a.json", "/h/a.json"), ("linux", "a.json", "/base/a.json"), ("linux", "/a.json", "/a.json"),
    ("linux", "~", "/h"),
])  # fmt: skip
def test_a_path_that_a_person_wrote(platform: str, written: str, path: str) -> None:
    assert paths.expand({"HOME": "/h"}, platform, written, "/base") == path


# The path on Linux, macOS and Windows: `~` is the home folder, and {config} the system's for configuration.
HOME, ROAMING, SUPPORT = r"C:\Users\ada", r"D:\Roaming", "~/Library/Application Support"
USERS: dict[str, tuple[str, ...]] = {
    "Amazon Q": ("~/.aws/amazonq/mcp.json",) * 2 + (rf"{HOME}\.aws\amazonq\mcp.json",),
    "Amp": ("~/.config/amp/settings.json",) * 2 + (rf"{ROAMING}\amp\settings.json",),
    "Antigravity": ("~/.gemini/antigravity/mcp_config.json",) * 2
    + (rf"{HOME}\.gemini\antigravity\mcp_config.json",),
    "Claude Code": ("~/.claude.json",) * 2 + (rf"{HOME}\.claude.json",),
    "Claude Desktop": (
        "~/.config/Claude/claude_desktop_config.json",
        f"{SUPPORT}/Claude/claude_desktop_config.json",
        rf"{ROAMING}\Claude\claude_desktop_config.json",
    ),
    "Cline": ("~/.cline/data/settings/cline_mcp_settings.json",) * 2
    + (rf"{HOME}\.cline\data\settings\cline_mcp_settings.json",),
    "Codex": ("~/.codex/config.toml",) * 2 + (rf"{HOME}\.codex\config.toml",),
    "Continue": ("~/.continue/config.yaml",) * 2 + (rf"{HOME}\.continue\config.yaml",),
    "Copilot CLI": ("~/.copilot/mcp-config.json",) * 2 + (rf"{HOME}\.copilot\mcp-config.json",),
    "Crush": ("~/.config/crush/crush.json",) * 2 + (rf"{HOME}\.config\crush\crush.json",),
    "Cursor": ("~/.cursor/mcp.json",) * 2 + (rf"{HOME}\.cursor\mcp.json",),
    "Droid": ("~/.factory/mcp.json",) * 2 + (rf"{HOME}\.factory\mcp.json",),
    "Gemini CLI": ("~/.gemini/settings.json",) * 2 + (rf"{HOME}\.gemini\settings.json",),
    "Kilo": ("~/.config/kilo/kilo.jsonc",) * 2 + (rf"{HOME}\.config\kilo\kilo.jsonc",),
    "Kimi Code": ("~/.kimi-code/mcp.json",) * 2 + (rf"{HOME}\.kimi-code\mcp.json",),
    "Kiro": ("~/.kiro/settings/mcp.json",) * 2 + (rf"{HOME}\.kiro\settings\mcp.json",),
    "LM Studio": ("~/.lmstudio/mcp.json",) * 2 + (rf"{HOME}\.lmstudio\mcp.json",),
    "Qoder": ("~/.qoder/mcp.json",) * 2 + (rf"{HOME}\.qoder\mcp.json",),
    "Qwen Code": ("~/.qwen/settings.json",) * 2 + (rf"{HOME}\.qwen\settings.json",),
    "Roo Code": tuple(
        sep.join((base, "Code", "User", "globalStorage", "rooveterinaryinc.roo-cline", "settings",
                  "mcp_settings.json"))
        for base, sep in (("~/.config", "/"), (SUPPORT, "/"), (ROAMING, "\\"))
    ),
    "Trae": (
        "~/.config/Trae/User/mcp.json", f"{SUPPORT}/Trae/User/mcp.json", rf"{ROAMING}\Trae\User\mcp.json"
    ),
    "VS Code": (
        "~/.config/Code/User/mcp.json", f"{SUPPORT}/Code/User/mcp.json", rf"{ROAMING}\Code\User\mcp.json"
    ),
    "Mistral Vibe": ("~/.vibe/config.toml",) * 2 + (rf"{HOME}\.vibe\config.toml",),
    "Windsurf": ("~/.codeium/windsurf/mcp_config.json",) * 2
    + (rf"{HOME}\.codeium\windsurf\mcp_config.json",),
    "Zed": ("~/.config/zed/settings.json",) * 2 + (rf"{ROAMING}\Zed\settings.json",),
    "goose": ("~/.config/goose/config.yaml",) * 2 + (rf"{ROAMING}\Block\goose\config\config.yaml",),
    "mcp": ("~/.config/mcp/servers.json",) * 2 + (rf"{HOME}\.config\mcp\servers.json",),
    "mcp-use (TypeScript)": ("~/.mcp-use/cli-sessions.json",) * 2 + (rf"{HOME}\.mcp-use\cli-sessions.json",),
    "mcporter": ("~/.mcporter/mcporter.json",) * 2 + (rf"{HOME}\.mcporter\mcporter.json",),
    "opencode": ("~/.config/opencode/opencode.jsonc",) * 2 + (rf"{HOME}\.config\opencode\opencode.jsonc",),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_program_s_own_file_on_each_system(program: Program) -> None:
    systems = (("linux", {"HOME": "/home/ada"}), ("darwin", MAC), ("win32", WINDOWS))
    for (platform, env), path in zip(systems, USERS[program.name], strict=True):
        found = program.files(Search(env, platform, "/cwd"))
        assert path.replace("~", env.get("HOME", "")) in [each.path for each in found if each.trusted]
        assert all(each.path.startswith("/cwd") != each.trusted for each in found)

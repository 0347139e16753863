"""Where files are on three platforms, from the environment alone."""

import pytest

from contract.readers.reader_cases import CASES
from keyrack.domain.errors import KeyrackError
from keyrack.sources.locations import Files, Search, agents, claude, editors, tools
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
    (Files(("{xdg}/a.json",)), {"XDG_CONFIG_HOME": "/c", "HOME": "/h"}, "darwin", "/c/a.json"),
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


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_program_s_own_file_on_each_system(program: Program) -> None:
    case = next(each for each in CASES if each.client == program.name)
    for platform, env, path in (
        ("linux", {"HOME": "/home/ada"}, f"/home/ada/{case.file}"),
        ("darwin", MAC, f"/Users/ada/{case.mac or case.file}"),
        ("win32", WINDOWS, on_windows(case.windows or case.file)),
    ):
        found = program.files(Search(env, platform, "/cwd"))
        assert path in [each.path for each in found if each.trusted]
        assert all(each.path.startswith("/cwd") != each.trusted for each in found)


def on_windows(path: str) -> str:
    base, _, rest = path.partition("%APPDATA%/")
    return "\\".join([WINDOWS["USERPROFILE" if base else "APPDATA"], *(base or rest).split("/")])

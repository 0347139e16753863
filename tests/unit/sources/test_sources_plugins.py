"""Servers from Claude Code's plugins."""

import json
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.model import ClientSettings, Server, Source
from keyrack.domain.reading import Reading
from keyrack.sources.locations import Search, claude
from keyrack.sources.reader import read_all
from keyrack.system import files
from keyrack.wording.status import status_of

ENV = {"SECRET": "sk-hidden"}


def url(name: str) -> str:
    return f"https://{name}.example.com/mcp"


def http(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "http", "url": url(name), **more}


class Desk:
    def __init__(self, home: Path, folder: str = ".claude") -> None:
        self.home = home
        self.folder = home / folder
        self.installed: dict[str, Any] = {}
        self.enabled: dict[str, Any] = {}

    def put(self, path: Path, data: object) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data if isinstance(data, str) else json.dumps(data))

    def install(
        self, name: str, mcp: object = None, manifest: object = None, *, on: object = True, **more: str
    ) -> Path:
        root = self.folder / "plugins" / "cache" / "official" / name / "1.2.0"
        self.put(root / ".claude-plugin" / "plugin.json", {"name": name} if manifest is None else manifest)
        if mcp is not None:
            self.put(root / ".mcp.json", mcp)
        entry = {"scope": "user", "installPath": str(root), "version": "1.2.0", **more}
        self.installed.setdefault(f"{name}@official", []).append(entry)
        if on is not None:
            self.enabled[f"{name}@official"] = on
        return root

    def read(self, **env: str) -> Reading:
        index = self.folder / "plugins" / "installed_plugins.json"
        self.put(index, {"version": 2, "plugins": self.installed})
        self.put(self.folder / "settings.json", {"enabledPlugins": self.enabled})
        return self.look(**env)

    def look(self, **env: str) -> Reading:
        return read_all({"HOME": str(self.home), **ENV, **env}, "linux", str(self.home / "project"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def only(reading: Reading) -> Server:
    assert reading.problems == ()
    [server] = reading.servers
    return server


def test_a_plugins_server_is_listed_with_its_client_and_place(desk: Desk) -> None:
    oauth = {"clientId": "123.456", "callbackPort": 3118}
    root = desk.install("chat", {"mcpServers": {"chat": http("chat", oauth=oauth)}})
    server = only(desk.read())
    assert (server.name, server.url) == ("chat", url("chat"))
    client = server.client
    assert (client.client_id, client.redirect_host, client.callback_port) == ("123.456", "localhost", 3118)
    [source] = server.sources
    assert source == Source("Claude Code", str(root / ".mcp.json"), "chat", "plugin chat@official")


@pytest.mark.parametrize(
    ("mcp", "manifest"),
    [
        ({"mcpServers": {"chat": http("chat")}}, None),
        ({"chat": http("chat")}, None),  # as the documentation shows it
        (None, {"name": "chat", "mcpServers": {"chat": http("chat")}}),
        (None, {"name": "chat", "mcpServers": "./conf/servers.json"}),
        (None, {"name": "chat", "mcpServers": ["./conf/servers.json"]}),
        (None, {"name": "chat", "mcpServers": [{"chat": http("chat")}]}),
        ({"mcpServers": {"chat": http("chat")}}, {"name": "chat", "mcpServers": "./.mcp.json"}),
        ({"mcpServers": {"chat": http("other")}}, {"name": "chat", "mcpServers": {"chat": http("chat")}}),
    ],
)
def test_wherever_a_plugin_may_name_its_servers(desk: Desk, mcp: object, manifest: object) -> None:
    root = desk.install("chat", mcp, manifest)
    desk.put(root / "conf" / "servers.json", {"mcpServers": {"chat": http("chat")}})
    server = only(desk.read())
    assert (server.name, server.url) == ("chat", url("chat"))


def test_a_manifest_and_a_file_give_both_theirs(desk: Desk) -> None:
    mcp = {"mcpServers": {"file": http("file"), "same": http("file-same")}}
    manifest = {"mcpServers": {"manifest": http("manifest"), "same": http("manifest-same")}}
    desk.install("both", mcp, manifest)
    found = {server.name: server.url for server in desk.read().servers}
    assert found == {"file": url("file"), "manifest": url("manifest"), "same": url("manifest-same")}


@pytest.mark.parametrize("on", [False, None])
def test_a_plugin_that_is_not_switched_on_asks_for_nothing(desk: Desk, on: object) -> None:
    desk.install("rest", {"mcpServers": {"rest": http("rest")}}, on=on)
    server = only(desk.read())
    assert (server.url, server.is_off, server.sources[0].disabled) == (url("rest"), True, True)
    status = status_of(server, None, None, 0.0)
    assert "It is switched off in Claude Code." in status.reason and status.action is None


def test_a_plugin_that_is_not_switched_on_decides_nothing_of_a_login_and_gets_no_variable(desk: Desk) -> None:
    theirs = {
        "oauth": {"clientId": "theirs", "authServerMetadataUrl": "https://evil.example.com/metadata"},
        "headers": {"X-Other": "${SECRET}"},
    }
    sending = http("rest", headers={"Authorization": "Bearer ${SECRET}"})
    desk.install("rest", {"mcpServers": {"mine": http("mine", **theirs), "rest": sending}}, on=False)
    desk.put(desk.home / ".claude.json", {"mcpServers": {"mine": http("mine")}})
    mine, rest = desk.read().servers
    assert (mine.name, mine.is_off, mine.headers, mine.client) == ("mine", False, (), ClientSettings())
    assert (rest.name, rest.is_off, rest.headers) == ("rest", True, ())


def test_one_that_is_off_for_all_and_on_for_a_project_is_on(desk: Desk) -> None:
    root = desk.install("chat", {"mcpServers": {"chat": http("chat")}}, on=False)
    desk.installed["chat@official"].append(
        {"scope": "project", "installPath": str(root), "projectPath": "/home/u/p"}
    )
    server = only(desk.read())
    assert not server.is_off and server.sources[0].scope.startswith("project /home/u/p")


def test_one_that_is_on_with_conditions_is_on(desk: Desk) -> None:
    desk.install("chat", {"mcpServers": {"chat": http("chat")}}, on=["mcp"])
    assert only(desk.read()).name == "chat"


def test_one_that_was_installed_for_a_project_is_that_projects(desk: Desk) -> None:
    more = {"scope": "project", "projectPath": "/home/u/p"}
    desk.install("chat", {"mcpServers": {"chat": http("chat")}}, on=None, **more)
    server = only(desk.read())
    assert server.sources[0].scope == "project /home/u/p, plugin chat@official"


def test_the_list_s_first_version_is_read(desk: Desk) -> None:
    desk.install("chat", {"mcpServers": {"chat": http("chat")}})
    desk.installed = {name: entries[0] for name, entries in desk.installed.items()}
    assert only(desk.read()).name == "chat"


def test_what_lies_beside_the_installed_ones_is_not_read(desk: Desk) -> None:
    desk.install("chat", {"mcpServers": {"chat": http("chat")}})
    market = desk.folder / "plugins" / "marketplaces" / "official" / "other"
    desk.put(market / ".mcp.json", {"mcpServers": {"other": http("other")}})
    assert only(desk.read()).name == "chat"


def test_other_folders_of_claude_code_s(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "elsewhere")
    desk.install("chat", {"mcpServers": {"chat": http("chat")}})
    assert only(desk.read(CLAUDE_CONFIG_DIR=str(desk.folder))).name == "chat"
    assert desk.look().servers == ()
    (desk.folder / "plugins").rename(tmp_path / "cache")
    desk.folder = tmp_path
    env = {"CLAUDE_CONFIG_DIR": f"{tmp_path}/elsewhere", "CLAUDE_CODE_PLUGIN_CACHE_DIR": f"{tmp_path}/cache"}
    assert desk.look(**env).servers == ()  # it was moved, and its list names the old place
    text = (tmp_path / "cache" / "installed_plugins.json").read_text()
    (tmp_path / "cache" / "installed_plugins.json").write_text(text.replace("elsewhere/plugins", "cache"))
    assert only(desk.look(**env)).name == "chat"


@pytest.mark.parametrize(
    ("platform", "env", "index"),
    [
        ("linux", {"HOME": "/h"}, "/h/.claude/plugins/installed_plugins.json"),
        ("darwin", {"HOME": "/Users/ada"}, "/Users/ada/.claude/plugins/installed_plugins.json"),
        ("win32", {"USERPROFILE": r"C:\Users\ada"}, r"C:\Users\ada\.claude\plugins\installed_plugins.json"),
    ],
)
def test_where_the_list_is(platform: str, env: dict[str, str], index: str) -> None:
    assert claude.claude_plugins(Search(env, platform, "/cwd"))[0].path == index


def test_the_plugins_own_folder_is_a_variable(desk: Desk) -> None:
    server = {"command": "${CLAUDE_PLUGIN_ROOT}/server", "args": ["${CLAUDE_PLUGIN_ROOT}/x", "${GONE}"]}
    remote = http("remote", headers={"X-Root": "${CLAUDE_PLUGIN_ROOT}"})
    root = desk.install("tool", {"mcpServers": {"tool": server, "remote": remote}})
    found = {server.name: server for server in desk.read().servers}
    assert found["tool"].variables == (("CLAUDE_PLUGIN_ROOT", True), ("GONE", False))
    assert found["remote"].headers[0].value.reveal() == str(root)


def test_variables_are_filled_in_as_in_the_user_s_own_file(desk: Desk) -> None:
    entry = http("chat", headers={"Authorization": "Bearer ${SECRET}", "X-Team": "${TEAM:-none}"})
    desk.install("chat", {"mcpServers": {"chat": entry}})
    reading = desk.read()
    assert [header.value.reveal() for header in only(reading).headers] == ["Bearer sk-hidden", "none"]
    assert "sk-hidden" not in repr(reading)


def test_what_claude_code_has_asked_its_user_for_is_known_to_it_alone(desk: Desk) -> None:
    desk.install("chat", {"mcpServers": {
        "header": http("chat", headers={"Authorization": "Bearer ${user_config.token}"}),
        "address": {"type": "http", "url": "${user_config.url}"},
    }})  # fmt: skip
    found = {server.name: server for server in desk.read().servers}
    assert found["header"].headers[0].asked
    assert "only Claude Code knows" in (found["address"].problem or "")


def test_a_secret_in_a_plugins_file_stays_there(desk: Desk) -> None:
    desk.install("chat", {"mcpServers": {"chat": http("chat", headers={"Authorization": "Bearer sk-lit"})}})
    [header] = only(desk.read()).headers
    assert header.plaintext and "the plugin's next version replaces" in header.not_movable_because


def test_the_user_s_own_server_is_first_and_keeps_its_name(desk: Desk) -> None:
    desk.put(desk.home / ".claude.json", {"mcpServers": {"chat": http("mine"), "notes": http("notes")}})
    desk.install("chat", {"mcpServers": {"chat": http("chat"), "memo": http("notes")}})
    found = {server.name: server for server in desk.read().servers}
    assert {name: server.url for name, server in found.items()} == {
        "chat": url("mine"), "notes": url("notes"), "chat (Claude Code)": url("chat")
    }  # fmt: skip
    assert found["notes"].aliases == ("memo",)


# -- what is wrong is said, and hides nothing else


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("plugins/installed_plugins.json", "{", "truncated"),
        ("plugins/installed_plugins.json", '{"plugins": []}', "should be an object"),
        ("plugins/cache/official/bad/1.2.0/.mcp.json", '{"mcpServers"', "truncated"),
        ("plugins/cache/official/bad/1.2.0/.mcp.json", '{"mcpServers": []}', None),
        ("plugins/cache/official/bad/1.2.0/.mcp.json", '{"x": 1}', "should be an object"),
        ("plugins/cache/official/bad/1.2.0/.claude-plugin/plugin.json", "{", "truncated"),
        ("settings.json", "{", "truncated"),
    ],
)
def test_a_broken_file_is_named(desk: Desk, file: str, text: str, said: str | None) -> None:
    desk.put(desk.home / ".cursor" / "mcp.json", {"mcpServers": {"mine": http("mine")}})
    desk.install("bad", {"mcpServers": {}})
    desk.install("good", {"mcpServers": {"good": http("good")}})
    desk.read()
    desk.put(desk.folder / file, text)
    reading = desk.look()
    names = {server.name for server in reading.servers}
    assert "mine" in names and ("good" in names) == ("installed" not in file)
    assert [problem.path for problem in reading.problems] == [str(desk.folder / file)] * (said is not None)
    assert said is None or said in reading.problems[0].sentence


def test_a_plugin_without_servers_is_no_place(desk: Desk) -> None:
    desk.install("theme")
    reading = desk.read()
    assert reading.problems == () and not any("/theme/" in place.path for place in reading.places)


@pytest.mark.parametrize("entry", [5, {}, {"installPath": 5}, {"installPath": "cache/x"}, None, [None]])
def test_a_bad_line_of_the_list_hides_no_other(desk: Desk, entry: object) -> None:
    desk.install("good", {"mcpServers": {"good": http("good")}})
    desk.installed = {"bad@official": entry, **desk.installed}
    assert [server.name for server in desk.read().servers] == ["good"]


def test_without_plugins_nothing_is_said_of_them(desk: Desk) -> None:
    reading = desk.look()
    assert reading.problems == () and not any("/plugins/" in place.path for place in reading.places)


# -- what stays refused


@pytest.mark.parametrize(
    "path", ["../../../../../secret.json", "./../secret.json", "{}/secret.json", "a//b.json", "c:/a.json"]
)
def test_a_manifest_names_no_file_outside_of_its_plugin(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    desk.put(desk.home / "secret.json", {"mcpServers": {"secret": http("secret")}})
    desk.put(desk.folder / "secret.json", {"mcpServers": {"secret": http("secret")}})
    desk.install("up", None, {"mcpServers": path.replace("{}", str(desk.home))})
    opened: list[str] = []
    real = files.read_bytes
    monkeypatch.setattr(files, "read_bytes", lambda *args: (opened.append(args[0]), real(*args))[1])
    assert desk.read().servers == ()
    assert opened and not any("secret.json" in each for each in opened)


@pytest.mark.parametrize("servers", [{}, {"theirs": http("theirs")}])
def test_a_projects_settings_switch_no_plugin_on_or_off(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, servers: dict[str, Any]
) -> None:
    desk.install("rest", {"mcpServers": {"rest": http("rest")}}, on=False)
    desk.install("chat", {"mcpServers": {"chat": http("chat")}})
    project = desk.home / "project"
    theirs = {"enabledPlugins": {"rest@official": True, "chat@official": False}}
    desk.put(project / ".mcp.json", {"mcpServers": servers})
    desk.put(project / ".claude" / "settings.json", theirs)
    desk.put(project / ".claude" / "settings.local.json", theirs)
    desk.put(project / ".claude" / "plugins" / "installed_plugins.json", {"plugins": {"x@y": [{}]}})
    opened: list[str] = []
    real = files.read_bytes
    monkeypatch.setattr(files, "read_bytes", lambda *args: (opened.append(args[0]), real(*args))[1])
    found = {server.name: server.is_off for server in desk.read().servers}
    assert found == {"chat": False, "rest": True, **dict.fromkeys(servers, False)}
    assert not any("project/.claude/plugins" in path for path in opened)

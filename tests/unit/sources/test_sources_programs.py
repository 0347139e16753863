"""What is special about each program's configuration."""

import json
from pathlib import Path

import pytest

from keyrack.domain.model import Server
from keyrack.domain.reading import Reading
from keyrack.sources.reader import read_all

Files = dict[str, object]


@pytest.fixture
def look(tmp_path: Path):
    """look({"file below home": its text, or data for JSON}, NAME=value …) → Reading."""

    def read(files: Files, *, cwd: str = "project", extra: tuple[str, ...] = (), **env: str) -> Reading:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if isinstance(text, str) else json.dumps(text))
        env = {key: value.replace("~", str(tmp_path)) for key, value in env.items()}
        return read_all({"HOME": str(tmp_path), **env}, "linux", str(tmp_path / cwd), extra)

    return read


def mcp_servers(**servers: object) -> Files:
    return {"mcpServers": servers}


def only(reading: Reading) -> Server:
    assert reading.problems == ()
    [server] = reading.servers
    return server


URL = "https://a.example/mcp"


def test_mcp_takes_the_inline_configuration_first(look) -> None:
    files = {
        ".config/mcp/servers.json": mcp_servers(default={"url": URL}),
        "p.json": mcp_servers(path={"url": URL}),
        "d/servers.json": mcp_servers(folder={"url": URL}),
    }
    env: dict[str, str] = {}
    for name, value, expected in [
        ("", "", "default"),
        ("MCP_CONFIG_DIR", "~/d", "folder"),
        ("MCP_CONFIG_PATH", "~/p.json", "path"),
        ("MCP_SERVERS_CONFIG", json.dumps(mcp_servers(inline={"url": URL})), "inline"),
    ]:
        env |= {name: value} if name else {}
        assert only(look(files, **env)).name == expected


def test_mcp_allows_comments_and_keeps_the_reference(look) -> None:
    entry = '{"url": "https://a.example/${PLACE}", "headers": {"X-Key": "${KEY}"}}'
    text = '{ // mine\n "mcpServers": {"a": ' + entry + "}}"
    server = only(look({".config/mcp/servers.json": text}, PLACE="mcp", KEY="sk-hidden"))
    assert server.url == URL
    assert server.headers[0].reference == "${KEY}"
    assert "sk-hidden" not in repr(server)


def test_mcp_substitutes_outside_of_strings_before_it_parses(look) -> None:
    text = '{"mcpServers": {"a": {"url": "' + URL + '", "headers": {"X-Key": "${KEY}"}, "n": ${N}}}}'
    server = only(look({".config/mcp/servers.json": text}, N="5", KEY='quo"te'))
    assert server.headers[0].reference == "${KEY}"
    assert server.headers[0].value.reveal() == 'quo"te'


def test_mcp_headers_that_are_empty_after_interpolation(look) -> None:
    table = mcp_servers(a={"url": URL, "headers": {"authorization": "Bearer ${GONE}"}})
    [header] = only(look({".config/mcp/servers.json": table})).headers
    assert header.is_empty and header.variables == (("GONE", False),)


def test_a_missing_variable_in_an_address_is_named(look) -> None:
    table = mcp_servers(a={"url": "https://a.example/${GONE}/mcp"})
    [server] = look({".config/mcp/servers.json": table}).servers
    assert server.url is None and "GONE, which is not set" in (server.problem or "")


def test_another_variable_in_the_path_is_filled_in(look) -> None:
    table = mcp_servers(a={"url": "https://a.example/${TEAM}/${KEYCLOAK_REALM}/mcp"})
    server = only(look({".config/mcp/servers.json": table}, TEAM="blue", KEYCLOAK_REALM="r"))
    assert server.url == "https://a.example/blue/r/mcp"


@pytest.mark.parametrize(
    "entry", [{"auth": "sk-1"}, {"authToken": "sk-1"}, {"auth_token": "sk-1"}, {"auth": "Bearer sk-1"}]
)
def test_mcp_use_bearer_in_each_spelling(look, tmp_path: Path, entry: Files) -> None:
    server = only(look({"m.json": mcp_servers(a={"url": URL, **entry})}, extra=(str(tmp_path / "m.json"),)))
    assert server.headers[0].value.reveal() == "Bearer sk-1"
    assert server.headers[0].plaintext


def test_mcp_use_auth_object_with_a_provider(look, tmp_path: Path) -> None:
    metadata = {"issuer": "https://as.example", "token_endpoint": "https://as.example/t"}
    auth = {
        "client_id": "me",
        "client_secret": "sk-hidden",
        "scope": "read write",
        "callback_port": 8080,
        "oauth_provider": {"id": "x", "metadata": metadata},
    }
    server = only(
        look({"m.json": mcp_servers(a={"url": URL, "auth": auth})}, extra=(str(tmp_path / "m.json"),))
    )
    client = server.client
    assert (client.client_id, client.scopes, client.callback_port) == ("me", ("read", "write"), 8080)
    assert (client.issuer, client.metadata) == ("https://as.example", metadata)
    assert client.client_secret and "sk-hidden" not in repr(server)


def test_mcp_use_typescript_oauth(look, tmp_path: Path) -> None:
    entry = {"url": URL, "oauth": {"clientId": "me", "clientSecret": "s", "scope": "read"}}
    client = only(look({"m.json": mcp_servers(a=entry)}, extra=(str(tmp_path / "m.json"),))).client
    assert (client.client_id, client.scopes) == ("me", ("read",))


def test_mcp_use_files_are_named_in_keyracks_own_file(look, tmp_path: Path) -> None:
    reading = look(
        {
            ".config/keyrack/config.toml": 'config_files = ["~/m.json", "near.json", "gone.json"]',
            "m.json": mcp_servers(a={"url": URL}),
            ".config/keyrack/near.json": mcp_servers(b={"url": "https://b.example/"}),
        }
    )
    assert [server.name for server in reading.servers] == ["a", "b"]
    [problem] = reading.problems
    assert problem.path.endswith("keyrack/gone.json") and "no such file" in problem.sentence


def test_claude_code_reads_user_project_and_local_in_its_order(look, tmp_path: Path) -> None:
    def at(host: str) -> Files:
        return {"mcpServers": {"same": {"type": "http", "url": f"https://{host}.example/"}}}

    reading = look(
        {
            ".claude.json": {
                **at("user"),
                "oauthAccount": {"secret": "sk-hidden"},
                "projects": {"/other": at("other"), str(tmp_path / "project"): at("local"), "/empty": {}},
            },
            "project/.mcp.json": at("project"),
        }
    )
    assert [server.url for server in reading.servers] == [
        f"https://{host}.example/" for host in ("local", "user", "other", "project")
    ]
    assert reading.servers[0].name == "same"
    assert len({server.name for server in reading.servers}) == 4
    assert [server.sources[0].scope for server in reading.servers] == [
        f"project {tmp_path / 'project'}",
        "user",
        "project /other",
        f"project {tmp_path / 'project'}",
    ]
    assert "sk-hidden" not in repr(reading)


def test_claude_code_oauth_and_default_values(look) -> None:
    entry = {
        "type": "http",
        "url": "https://a.example/${PLACE:-mcp}",
        "oauth": {
            "clientId": "me",
            "callbackPort": 8123,
            "authServerMetadataUrl": "https://as.example/m",
            "scopes": "read write",
        },
    }
    server = only(look({".claude.json": mcp_servers(a=entry)}))
    assert server.url == URL
    assert server.client.metadata_url == "https://as.example/m"
    assert (server.client.client_id, server.client.callback_port) == ("me", 8123)


def test_cursor_auth(look) -> None:
    auth = {"CLIENT_ID": "${env:ID}", "CLIENT_SECRET": "${env:SECRET}", "scopes": ["read"]}
    server = only(look({".cursor/mcp.json": mcp_servers(a={"url": URL, "auth": auth})}, ID="me"))
    assert (server.client.client_id, server.client.client_secret, server.client.scopes) == (
        "me",
        None,
        ("read",),
    )
    assert server.sources[0].scope == "user"


def test_vscode_reads_jsonc_and_knows_inputs(look) -> None:
    text = """{ // mine
      "inputs": [{"id": "key"}],
      "servers": {
        "a": {"type": "sse", "url": "https://a.example/mcp", "headers": {"X-Api-Key": "${input:key}",}},
        "b": {"command": "b", "env": {"KEY": "${input:key}", "OTHER": "${env:GONE}"}},
      },
    }"""
    reading = look({"project/.vscode/mcp.json": text})
    assert reading.problems == ()
    a, b = reading.servers
    assert (a.transport, a.headers[0].reference) == ("sse", "${input:key}")
    assert b.variables == (("KEY", True), ("OTHER", False))


def test_of_an_address_s_variables_those_that_are_unset_are_named(look) -> None:
    address = {"url": "https://${HOST}.example/${GONE}/${EMPTY}/${DEFAULT:-x}/mcp"}
    [server] = look({".claude.json": mcp_servers(a=address)}, HOST="h", EMPTY="").servers
    assert server.variables == (("GONE", False), ("EMPTY", False))
    assert "needs GONE, EMPTY," in (server.problem or "")


def test_vs_code_s_profiles_are_read_each(look) -> None:
    """A profile without a file of its own uses the default one, and is no place."""

    def servers(name: str, path: str) -> Files:
        return {"servers": {name: {"url": f"https://a.example/{path}"}}}

    files: Files = {
        ".config/Code/User/mcp.json": servers("a", "1"),
        ".config/Code/User/profiles/-1a2b/mcp.json": servers("b", "2"),
        ".config/Code/User/profiles/-1a2b/settings.json": {},
        ".config/Code/User/profiles/builtin/agents/mcp.json": servers("not here", "3"),
        ".config/Code/User/profiles/stray.json": {},
        ".config/Code - Insiders/User/profiles/-9f/mcp.json": servers("a", "4"),
    }
    reading = look(files)
    assert reading.problems == ()
    assert {(server.name, server.url, server.sources[0].scope) for server in reading.servers} == {
        ("a", "https://a.example/1", "user"),
        ("b", "https://a.example/2", "user, profile -1a2b"),
        ("a (VS Code)", "https://a.example/4", "user, Insiders, profile -9f"),
    }
    assert [place.path.split("User/")[-1] for place in reading.places if "/profiles/" in place.path] == [
        "profiles/-1a2b/mcp.json", "profiles/-9f/mcp.json"
    ]  # fmt: skip


def test_a_profile_that_can_t_be_read_hides_no_other(look) -> None:
    files: Files = {
        ".config/Code/User/profiles/a/mcp.json": "{",
        ".config/Code/User/profiles/b/mcp.json": {"servers": {"b": {"url": URL}}},
    }
    reading = look(files)
    assert [server.name for server in reading.servers] == ["b"]
    assert "truncated" in reading.problems[0].sentence


def test_codex_fields_that_name_variables(look) -> None:
    text = f"""[mcp_servers.a]
    url = "{URL}"
    bearer_token_env_var = "TOKEN"
    scopes = ["read"]
    env_http_headers = {{ X-Team = "TEAM" }}
    http_headers = {{ X-Plain = "sk-hidden" }}
    [mcp_servers.b]
    command = "b"
    env_vars = ["TOKEN", "GONE"]"""
    reading = look({".codex/config.toml": text}, TOKEN="t")
    a, b = reading.servers
    shown = [(header.name, header.reference) for header in a.headers]
    assert shown[:2] == [("Authorization", "Bearer ${TOKEN}"), ("X-Team", "${TEAM}")]
    assert a.headers[0].value.reveal() == "Bearer t"
    assert (a.headers[1].is_empty, a.headers[2].plaintext) == (True, True)
    assert a.client.scopes == ("read",)
    assert b.variables == (("TOKEN", True), ("GONE", False))
    assert "sk-hidden" not in repr(reading)


def test_keyracks_own_fields(look) -> None:
    text = f"""[servers.a]
    url = "{URL}"
    account = "work"
    client_id = "me"
    client_secret = "${{SECRET}}"
    callback_port = 8090
    redirect_host = "localhost"
    client_metadata_url = "https://me.example/c.json"
    issuer = "https://as.example"
    headers = {{ X-Team = "${{TEAM:-none}}" }}"""
    server = only(look({".config/keyrack/config.toml": text}, SECRET="s"))
    assert server.account == "work"
    assert server.client[:7] == (
        "me",
        server.client.client_secret,
        None,
        8090,
        None,
        "localhost",
        "https://me.example/c.json",
    )
    assert server.client.client_secret and server.client.client_secret.reveal() == "s"
    assert server.client.issuer == "https://as.example"


def test_a_secret_in_keyracks_own_file_is_a_problem(look) -> None:
    text = f'[servers.a]\nurl = "{URL}"\nclient_id = "me"\nclient_secret = "sk-hidden"'
    reading = look({".config/keyrack/config.toml": text})
    assert "client_secret" in reading.problems[0].sentence and "sk-hidden" not in repr(reading)


@pytest.mark.parametrize("header", [{"bad name": "x"}, {"X-Key": "a\r\nEvil: 1"}, {"X-Key": "“quoted”"}])
def test_a_header_that_cannot_be_sent_is_reported_and_left_out(look, header: Files) -> None:
    table = mcp_servers(a={"url": URL, "headers": {**header, "X-Good": "y"}})
    reading = look({".cursor/mcp.json": table})
    assert [header.name for header in reading.servers[0].headers] == ["X-Good"]
    assert reading.problems[0].entry == "a"


def test_a_command_line_in_one_string_shows_its_program_alone(look) -> None:
    for command, program in [
        ("npx -y x --token sk-hidden", "npx"),
        (r"C:\Program Files\node\npx.cmd -y sk-hidden", r"C:\Program Files\node\npx.cmd"),
    ]:
        server = only(look({".cursor/mcp.json": mcp_servers(a={"command": command})}))
        assert server.command == program


def test_without_a_home_folder_the_files_that_are_named_are_still_read(look, tmp_path: Path) -> None:
    reading = look({"m.json": mcp_servers(a={"url": URL})}, extra=(str(tmp_path / "m.json"),), HOME="")
    assert [server.name for server in reading.servers] == ["a"]
    assert all("HOME is not set" in problem.sentence for problem in reading.problems)


def test_the_files_that_exist_are_listed_first(look) -> None:
    """Most of the programs are not on this machine."""
    found = [
        place.found for place in look({".config/zed/settings.json": "{", ".vibe/config.toml": ""}).places
    ]
    assert found[:2] == ["empty", "broken"]
    assert set(found[2:]) == {"no file"} and len(found) > 40


def test_a_project_in_the_home_folder_is_read_once_as_the_users(look) -> None:
    server = only(look({".cursor/mcp.json": mcp_servers(a={"url": URL})}, cwd=""))
    assert len(server.sources) == 1


def test_the_users_own_file_may_take_its_host_from_a_variable(look) -> None:
    table = mcp_servers(a={"url": "${API_BASE}/mcp"})
    server = only(look({".config/mcp/servers.json": table}, API_BASE="https://mcp.example"))
    assert server.url == "https://mcp.example/mcp"


def test_an_empty_header_of_one_program_does_not_stand_for_the_other(look) -> None:
    entry = {"url": URL, "headers": {"Authorization": "Bearer ${UNSET}"}}
    assert len(only(look({".config/mcp/servers.json": mcp_servers(a=entry)})).headers) == 1
    servers = look({".cursor/mcp.json": mcp_servers(a={"url": URL})}).servers
    assert {server.name: len(server.headers) for server in servers} == {"a": 0, "a (mcp)": 1}

"""A project's file may be a stranger's: it gets no variables and changes no server of the user."""

import json
from pathlib import Path

import pytest

from keyrack.domain.model import ClientSettings, Header, Server
from keyrack.domain.reading import Reading
from keyrack.operations.credential import configured_headers, configured_token, other_headers
from keyrack.sources.reader import read_all

MINE = "https://mine.example/mcp"
THEIRS = "https://theirs.example/mcp"
ENV = {"SECRET": "sk-hidden", "TEAM": "team-hidden"}
# Each file that a project may hold, and how its program writes the variable SECRET.
PROJECT_FILES = [
    (".mcp.json", "mcpServers", "${SECRET}"),
    (".cursor/mcp.json", "mcpServers", "${env:SECRET}"),
    (".vscode/mcp.json", "servers", "${env:SECRET}"),
]
project_files = pytest.mark.parametrize(("file", "root", "variable"), PROJECT_FILES)


def sent(server: Server) -> dict[str, object]:
    return {**configured_headers(server), **other_headers(server)}


class Desk:
    """A home folder with a cloned project in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clone = home / "clone"

    def put(self, file: str, text: object) -> None:
        path = self.home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))

    def project(self, file: str = ".mcp.json", root: str = "mcpServers", /, **servers: object) -> None:
        self.put(f"clone/{file}", {root: servers})

    def user(self, **servers: object) -> None:
        self.put(".claude.json", {"mcpServers": servers})

    def read(self) -> Reading:
        return read_all({"HOME": str(self.home), **ENV}, "linux", str(self.clone))

    def only(self) -> Server:
        [server] = self.read().servers
        return server


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@project_files
@pytest.mark.parametrize("place", ["https://evil.example/{}/mcp", "https://{}.evil.example/", "{}"])
def test_an_address_takes_no_variable(desk: Desk, file: str, root: str, variable: str, place: str) -> None:
    desk.project(file, root, x={"url": place.format(variable)})
    reading = desk.read()
    [server] = reading.servers
    assert server.url is None
    assert "A project's file can't use variables in a URL (SECRET)" in (server.problem or "")
    assert reading.problems[0].sentence == server.problem
    assert "sk-hidden" not in repr(reading)


def test_nor_does_the_address_behind_a_bridge(desk: Desk) -> None:
    desk.project(x={"command": "npx", "args": ["mcp-remote", "https://evil.example/${TEAM}"]})
    server = desk.only()
    assert server.url is None and "A project's file" in (server.problem or "")


@project_files
def test_a_header_gets_no_variable(desk: Desk, file: str, root: str, variable: str) -> None:
    headers = {"Authorization": f"Bearer {variable}", "X-Team": f"a-{variable}-b"}
    desk.project(file, root, x={"url": THEIRS, "headers": headers})
    server = desk.only()
    assert [header.reference.count(variable) for header in server.headers] == [1, 1]  # still shown
    assert [header.variables for header in server.headers] == [(("SECRET", True),)] * 2
    assert all(header.withheld and header.value.reveal() == "" for header in server.headers)
    assert configured_token(server) is None and sent(server) == {}


def test_a_default_value_does_not_bring_it_back(desk: Desk) -> None:
    desk.project(x={"url": THEIRS, "headers": {"Authorization": "Bearer ${SECRET:-none}"}})
    assert sent(desk.only()) == {}


def test_nor_do_codexs_fields_and_the_bridges_options(desk: Desk) -> None:
    desk.put(
        "clone/.codex/config.toml",
        f"""[mcp_servers.x]
    url = "{THEIRS}"
    bearer_token_env_var = "SECRET"
    env_http_headers = {{ X-Team = "TEAM" }}""",
    )
    args = ["mcp-remote", MINE, "--header", "Authorization: ${OWN}", "--header", "X-Team: ${TEAM}"]
    desk.project(y={"command": "npx", "args": args, "env": {"OWN": "Bearer ${SECRET}"}})
    servers = desk.read().servers
    assert [len(server.headers) for server in servers] == [2, 2]
    assert all(sent(server) == {} for server in servers)


def test_a_header_that_stands_in_the_file_is_that_servers(desk: Desk) -> None:
    desk.project(x={"url": THEIRS, "headers": {"Authorization": "Bearer shared"}})
    token = configured_token(desk.only())
    assert token is not None and token.reveal() == "shared"


def test_the_users_own_files_get_variables_as_before(desk: Desk) -> None:
    """Claude Code keeps a project's `local` servers in the user's own file."""
    entry = {"url": THEIRS, "headers": {"Authorization": "Bearer ${SECRET}"}}
    desk.put(".claude.json", {"projects": {str(desk.clone): {"mcpServers": {"x": entry}}}})
    token = configured_token(desk.only())
    assert token is not None and token.reveal() == "sk-hidden"


def test_a_projects_headers_and_client_never_reach_a_server_of_the_users(desk: Desk) -> None:
    more = {"headers": {"X-Evil": "1", "Authorization": "Bearer theirs"}, "oauth": {"clientId": "theirs"}}
    desk.user(mine={"url": MINE})
    desk.project(mine={"url": MINE + "/", **more})
    server = desk.only()
    assert (server.headers, server.client) == ((), ClientSettings())
    assert len(server.sources) == 2


def test_nor_under_another_account(desk: Desk) -> None:
    desk.put(".config/keyrack/config.toml", f'[servers.mine]\nurl = "{MINE}"\naccount = "work"')
    desk.project(mine={"url": MINE, "headers": {"X-Evil": "1"}, "oauth": {"clientId": "theirs"}})
    mine, other = desk.read().servers
    assert (mine.account, other.account, other.name) == ("work", "default", "mine (project)")
    assert (other.headers, other.client) == ((), ClientSettings())


def test_the_users_header_stays_where_a_project_names_the_same_server(desk: Desk) -> None:
    desk.user(mine={"url": MINE, "headers": {"Authorization": "Bearer ${SECRET}"}})
    desk.project(mine={"url": MINE, "headers": {"Authorization": "Bearer theirs"}})
    [header] = desk.only().headers
    assert isinstance(header, Header) and header.value.reveal() == "Bearer sk-hidden"


@project_files
def test_an_oauth_client_takes_no_variable_and_no_secret(
    desk: Desk, file: str, root: str, variable: str
) -> None:
    key = "auth" if "cursor" in file else "oauth"
    settings = {
        "client_id": f"a-{variable}",
        "clientSecret": variable,
        "scope": variable,
        "issuer": f"https://{variable}/",
    }
    desk.project(file, root, x={"url": THEIRS, key: settings})
    reading = desk.read()
    client = reading.servers[0].client
    assert (client.client_id, client.client_secret, client.issuer) == (None, None, None)
    assert "sk-hidden" not in repr(client)
    said = " ".join(problem.sentence for problem in reading.problems)
    assert all(word in said for word in ("client secret", "client ID", "issuer"))


def test_a_literal_client_of_a_project_is_taken_without_its_secret_and_metadata(desk: Desk) -> None:
    oauth = {
        "clientId": "theirs",
        "clientSecret": "sk-hidden",
        "callbackPort": 8123,
        "scopes": "read",
        "authServerMetadataUrl": "https://evil.example/m",
        "redirect_host": "evil.example",
    }
    desk.project(x={"url": THEIRS, "oauth": oauth})
    reading = desk.read()
    wanted = ClientSettings(
        client_id="theirs", scopes=("read",), callback_port=8123, redirect_host="localhost"
    )
    assert reading.servers[0].client == wanted
    [problem] = reading.problems
    assert "client secret" in problem.sentence and problem.entry == "x"


@pytest.mark.parametrize("own", [{"url": MINE}, {"command": "x"}, {"url": "no address"}])
def test_a_name_of_the_users_stays_the_users(desk: Desk, own: dict[str, str]) -> None:
    desk.user(github=own)
    desk.project(github={"url": THEIRS})
    desk.project(".cursor/mcp.json", github={"url": THEIRS + "/2"})
    named = {server.name: server.url for server in desk.read().servers}
    assert named["github"] == (MINE if own.get("url") == MINE else None)
    assert named["github (project)"] == THEIRS
    assert len(named) == 3


def test_so_does_an_alias_and_a_name_made_up(desk: Desk) -> None:
    desk.user(first={"url": MINE})
    desk.put(".cursor/mcp.json", {"mcpServers": {"github": {"url": MINE}, "first": {"url": MINE + "/2"}}})
    desk.project(**{"github": {"url": THEIRS}, "first (Cursor)": {"url": THEIRS + "/2"}})
    servers = desk.read().servers
    assert [server.name for server in servers] == [
        "first", "first (Cursor)", "github (project)", "first (Cursor) (project)"
    ]  # fmt: skip
    assert servers[0].aliases == ("github",)


def test_a_projects_name_for_the_users_server_works_unless_it_is_taken(desk: Desk) -> None:
    desk.user(one={"url": MINE}, two={"url": MINE + "/2"})
    desk.project(two={"url": MINE}, mine={"url": MINE + "/2"})
    one, two = desk.read().servers
    assert (one.name, one.aliases) == ("one", ())
    assert (two.name, two.aliases) == ("two", ("mine",))

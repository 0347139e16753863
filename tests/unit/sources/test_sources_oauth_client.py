"""The OAuth client in a program's file, with its registered redirect URI."""

import json
from pathlib import Path

import pytest

from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings
from keyrack.domain.reading import Reading
from keyrack.net.callback import listen
from keyrack.sources.reader import read_all
from keyrack.system import files

URL = "http://127.0.0.1:24992/mcp"
ENV = {"SECRET": "sk-hidden"}


def read(home: Path, **texts: object) -> Reading:
    for file, text in texts.items():
        path = home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))
    return read_all({"HOME": str(home), **ENV}, "linux", str(home / "project"))


def client_of(reading: Reading) -> ClientSettings:
    [server] = reading.servers
    return server.client


def back(client: ClientSettings) -> tuple[object, ...]:
    return client.client_id, client.redirect_host, client.callback_port, client.callback_path


def codex(home: Path, oauth: str, top: str = "", file: str = ".codex/config.toml", url: str = URL) -> Reading:
    text = f'{top}\n[mcp_servers.a]\nurl = "{url}"\nscopes = ["read"]\n[mcp_servers.a.oauth]\n{oauth}'
    return read(home, **{file: text})


ID = "UVEQfa2sUf4l"  # what codex 0.171.0 makes of URL


@pytest.mark.parametrize(
    ("oauth", "top", "wanted"),
    [
        ('callback_url = "http://127.0.0.1:9111/cb"', "", ("127.0.0.1", 9111, "/cb")),
        ('callback_url = "http://localhost:9111/cb"\ncallback_port = 9222', "", ("localhost", 9111, "/cb")),
        ('callback_url = "http://127.0.0.1/callback"', "", ("127.0.0.1", None, "/callback")),
        ('callback_url = "http://127.0.0.1/cb"\ncallback_port = 9222', "", ("127.0.0.1", 9222, "/cb")),
        ('callback_url = "http://localhost/c"', "mcp_oauth_callback_port = 9333", ("localhost", 9333, "/c")),
        ('callback_url = "http://[::1]:9111/cb"', "", ("[::1]", 9111, "/cb")),
        ("callback_port = 9222", "", (None, 9222, f"/callback/{ID}")),
        ("", "mcp_oauth_callback_port = 9333", (None, 9333, f"/callback/{ID}")),
        ("callback_port = 9222", "mcp_oauth_callback_port = 9333", (None, 9222, f"/callback/{ID}")),
        ("", 'mcp_oauth_callback_url = "http://localhost:9444/cb"', ("localhost", 9444, f"/cb/{ID}")),
        ("", "", (None, None, f"/callback/{ID}")),
    ],
)
def test_codex_s_table_names_the_client_and_where_it_comes_back_to(
    tmp_path: Path, oauth: str, top: str, wanted: tuple[object, ...]
) -> None:
    reading = codex(tmp_path, f'client_id = "company-app"\n{oauth}', top)
    assert reading.problems == ()
    assert back(client_of(reading)) == ("company-app", *wanted)
    assert client_of(reading).scopes == ("read",)


@pytest.mark.parametrize(
    ("url", "ident"),
    [
        ("http://127.0.0.1:24992", "_Q39VY7kZWLB"),
        ("http://127.0.0.1:24992/mcp?a=b%20c", "QIbj8AUI-hJg"),
        ("HTTP://127.0.0.1:24992/mcp", ID),
    ],
)
def test_the_id_in_codex_s_path_is_the_one_that_codex_makes(tmp_path: Path, url: str, ident: str) -> None:
    """The values are codex 0.171.0's own."""
    client = client_of(codex(tmp_path, 'client_id = "x"', url=url))
    assert client.callback_path == f"/callback/{ident}"


def test_without_a_client_codex_s_places_are_not_keyrack_s(tmp_path: Path) -> None:
    top = 'mcp_oauth_callback_port = 9333\nmcp_oauth_callback_url = "https://devbox.example/cb"'
    reading = codex(tmp_path, "", top)
    assert back(client_of(reading)) == (None, None, None, None) and reading.problems == ()


def test_codex_s_secret_is_the_users_and_shown_nowhere(tmp_path: Path) -> None:
    reading = codex(tmp_path, 'client_id = "x"\nclient_secret = "sk-hidden"')
    secret = client_of(reading).client_secret
    assert secret is not None and secret.reveal() == "sk-hidden" and "sk-hidden" not in repr(reading)


@pytest.mark.parametrize(
    ("oauth", "top"),
    [
        ('callback_url = "https://devbox.example/callback"', ""),
        ('callback_url = "http://192.168.1.5:9111/callback"', ""),
        ('callback_url = "https://localhost:9111/callback"', ""),
        ("", 'mcp_oauth_callback_url = "https://devbox.example/callback"'),
    ],
)
def test_a_callback_elsewhere_is_reported_and_refused_before_the_browser(
    tmp_path: Path, oauth: str, top: str
) -> None:
    reading = codex(tmp_path, f'client_id = "x"\n{oauth}', top)
    [problem] = reading.problems
    assert "does not lead to this machine" in problem.sentence and problem.entry == "a"
    client = client_of(reading)
    with pytest.raises(KeyrackError, match="only return to this machine"):
        listen(client.callback_port, client.redirect_host or "127.0.0.1")


def test_vs_code_s_client_comes_back_to_vs_code_s_port(tmp_path: Path) -> None:
    entry = {"type": "http", "url": URL, "oauth": {"clientId": "company-app"}}
    reading = read(tmp_path, **{".config/Code/User/mcp.json": {"servers": {"a": entry}}})
    assert back(client_of(reading)) == ("company-app", "127.0.0.1", 33418, "/")
    entry["oauth"] = {"clientId": "company-app", "callbackPort": 9111}
    reading = read(tmp_path, **{".config/Code/User/mcp.json": {"servers": {"a": entry}}})
    assert client_of(reading).callback_port == 9111


def test_vs_code_without_a_client_has_no_place(tmp_path: Path) -> None:
    reading = read(tmp_path, **{".config/Code/User/mcp.json": {"servers": {"a": {"url": URL}}}})
    assert client_of(reading) == ClientSettings() and reading.problems == ()


# -- a project's file: a client's id, its port, and nothing more


def test_a_projects_codex_file_gives_no_secret(tmp_path: Path) -> None:
    oauth = 'client_id = "theirs"\nclient_secret = "sk-hidden"\ncallback_url = "http://localhost:9111/cb"'
    reading = codex(tmp_path, oauth, file="project/.codex/config.toml")
    assert client_of(reading).client_secret is None
    assert back(client_of(reading)) == ("theirs", "localhost", 9111, "/cb")
    [problem] = reading.problems
    assert "A project's file can't contain a client secret" in problem.sentence


def test_a_projects_vs_code_file_gives_no_variable(tmp_path: Path) -> None:
    oauth = {"clientId": "${env:SECRET}", "clientSecret": "${env:SECRET}"}
    reading = read(tmp_path, **{"project/.vscode/mcp.json": {"servers": {"a": {"url": URL, "oauth": oauth}}}})
    assert back(client_of(reading)) == (None, None, None, None)
    assert len(reading.problems) == 2 and "sk-hidden" not in repr(reading)


def test_a_projects_callback_is_on_this_machine_or_refused(tmp_path: Path) -> None:
    oauth = 'client_id = "theirs"\ncallback_url = "https://evil.example/cb"'
    client = client_of(codex(tmp_path, oauth, file="project/.codex/config.toml"))
    with pytest.raises(KeyrackError, match="only return to this machine"):
        listen(client.callback_port, client.redirect_host or "127.0.0.1")


# -- mcp-remote's arguments, as its version 0.15.1 reads them


def mcp_remote(home: Path, *args: str, file: str = ".cursor/mcp.json", **more: object) -> Reading:
    entry = {"command": "npx", "args": ["-y", "mcp-remote", URL, *args], **more}
    return read(home, **{file: {"mcpServers": {"a": entry}}})


INFO = "--static-oauth-client-info"


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        (["9111"], ("localhost", 9111, "/oauth/callback")),
        ([], ("localhost", None, "/oauth/callback")),
        (["9111", "--host", "127.0.0.1"], ("127.0.0.1", 9111, "/oauth/callback")),
        (["--callback-path", "/cb", "9111"], ("localhost", 9111, "/cb")),
        (["--callback-path", "https://evil.example", "9111"], ("localhost", 9111, "/oauth/callback")),
        (["99999"], ("localhost", None, "/oauth/callback")),
    ],
)
def test_mcp_remote_s_client_comes_back_to_its_own_place(
    tmp_path: Path, args: list[str], wanted: tuple[object, ...]
) -> None:
    reading = mcp_remote(tmp_path, *args, INFO, '{"client_id": "company-app"}')
    assert reading.problems == ()
    assert back(client_of(reading)) == ("company-app", *wanted)


def test_without_a_client_its_port_alone_is_taken(tmp_path: Path) -> None:
    assert back(client_of(mcp_remote(tmp_path, "9111", "--host", "x"))) == (None, None, 9111, None)


def test_its_client_s_secret_and_scope_are_taken_and_shown_nowhere(tmp_path: Path) -> None:
    info = '{"client_id": "${CLIENT}", "client_secret": "${env:SECRET}"}'
    metadata = '{"scope": "read write", "token_endpoint_auth_method": "none"}'
    args = (INFO, info, "--static-oauth-client-metadata", metadata)
    reading = mcp_remote(tmp_path, *args, env={"CLIENT": "company-app"})
    client = client_of(reading)
    assert (client.client_id, client.scopes) == ("company-app", ("read", "write"))
    assert client.client_secret is not None and client.client_secret.reveal() == "sk-hidden"
    assert "sk-hidden" not in repr(reading)


def test_its_client_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "client.json").write_text('{"client_id": "in-the-file", "client_secret": "sk-hidden"}')
    for name in (f"@{tmp_path}/client.json", "@~/client.json"):
        reading = mcp_remote(tmp_path, "9111", INFO, name)
        client = client_of(reading)
        assert back(client) == ("in-the-file", "localhost", 9111, "/oauth/callback")
        assert client.client_secret is not None and client.client_secret.reveal() == "sk-hidden"
        assert reading.problems == ()


@pytest.mark.parametrize(
    ("info", "said"),
    [
        ("{client_id: x}", "is not valid JSON"),
        ("[]", "should be an object, but is a list"),
        ("@/nowhere/client.json", "names a file that does not exist"),
        ("@client.json", "without its full path"),
        ("@../client.json", "without its full path"),
        ("@/", "can't be used"),
        ('{"client_id": 5}', "should be text"),
    ],
)
def test_a_client_that_can_t_be_read_is_reported_and_the_server_is_listed(
    tmp_path: Path, info: str, said: str
) -> None:
    reading = mcp_remote(tmp_path, INFO, info)
    [problem] = reading.problems
    assert said in problem.sentence and problem.entry == "a"
    assert (client_of(reading).client_id, reading.servers[0].url) == (None, URL)


def test_a_host_elsewhere_is_reported_and_refused(tmp_path: Path) -> None:
    reading = mcp_remote(tmp_path, "9111", "--host", "devbox.example", INFO, '{"client_id": "x"}')
    assert "--host is not this machine" in reading.problems[0].sentence
    with pytest.raises(KeyrackError, match="only return to this machine"):
        listen(9111, client_of(reading).redirect_host or "")


def test_mcp_proxy_s_client_is_a_machine_s(tmp_path: Path) -> None:
    args = ["mcp-proxy", "--client-id", "ci", "--client-secret", "sk-hidden", "--token-url", URL + "/t", URL]
    entry = {"command": "uvx", "args": args}
    reading = read(tmp_path, **{".cursor/mcp.json": {"mcpServers": {"a": entry}}})
    client = client_of(reading)
    assert (client.client_id, client.grant_type) == ("ci", "client_credentials")
    assert client.client_secret is not None and "sk-hidden" not in repr(reading)


@pytest.mark.parametrize("option", [INFO, "--static-oauth-client-metadata"])
@pytest.mark.parametrize("name", ["{}/client.json", "client.json", "~/client.json", "${HOME}/client.json"])
def test_a_projects_file_names_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, name: str
) -> None:
    looked_at: list[str] = []
    real = files.read_bytes
    monkeypatch.setattr(files, "read_bytes", lambda *args: (looked_at.append(args[0]), real(*args))[1])
    for folder in (tmp_path, tmp_path / "project"):
        folder.mkdir(exist_ok=True)
        (folder / "client.json").write_text('{"client_id": "in-the-file", "scope": "in-the-file"}')
    reading = mcp_remote(tmp_path, option, "@" + name.replace("{}", str(tmp_path)), file="project/.mcp.json")
    assert client_of(reading) == ClientSettings()
    [problem] = reading.problems
    assert "A project's file can't name another file" in problem.sentence
    assert looked_at and not any("client.json" in path for path in looked_at)


@pytest.mark.parametrize("file", ["project/.mcp.json", "project/.cursor/mcp.json"])
def test_a_projects_mcp_remote_gets_no_variable_and_no_secret(tmp_path: Path, file: str) -> None:
    info = '{"client_id": "${SECRET}", "client_secret": "${SECRET}", "scope": "${SECRET}"}'
    args = (INFO, info.replace("${", "${env:") if "cursor" in file else info)
    reading = mcp_remote(tmp_path, "9111", *args, file=file, env={"SECRET": "${SECRET}"})
    client = client_of(reading)
    assert (client.client_id, client.client_secret, client.callback_port) == (None, None, 9111)
    assert "sk-hidden" not in repr(reading)
    assert any("client secret" in problem.sentence for problem in reading.problems)


def test_a_projects_literal_client_is_taken_with_its_place(tmp_path: Path) -> None:
    reading = mcp_remote(tmp_path, "9111", INFO, '{"client_id": "theirs"}', file="project/.mcp.json")
    assert back(client_of(reading)) == ("theirs", "localhost", 9111, "/oauth/callback")
    assert reading.problems == ()

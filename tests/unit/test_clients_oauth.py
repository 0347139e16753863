"""The OAuth client that a program's file names, with the redirect URI that it was registered with."""

import json
from pathlib import Path

import pytest

from keyrack.clients.reader import read_all
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import ClientSettings
from keyrack.domain.reading import Reading
from keyrack.net.callback import listen

URL = "http://127.0.0.1:24992/mcp"
ENV = {"SECRET": "sk-hidden"}


def read(home: Path, **files: object) -> Reading:
    for file, text in files.items():
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
def test_a_callback_elsewhere_is_said_and_refused_before_the_browser(
    tmp_path: Path, oauth: str, top: str
) -> None:
    reading = codex(tmp_path, f'client_id = "x"\n{oauth}', top)
    [problem] = reading.problems
    assert "does not lead back to this machine" in problem.sentence and problem.entry == "a"
    client = client_of(reading)
    with pytest.raises(KeyrackError, match="only come back to this machine"):
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
    assert "A project's file may not hold a client's secret" in problem.sentence


def test_a_projects_vs_code_file_gives_no_variable(tmp_path: Path) -> None:
    oauth = {"clientId": "${env:SECRET}", "clientSecret": "${env:SECRET}"}
    reading = read(tmp_path, **{"project/.vscode/mcp.json": {"servers": {"a": {"url": URL, "oauth": oauth}}}})
    assert back(client_of(reading)) == (None, None, None, None)
    assert len(reading.problems) == 2 and "sk-hidden" not in repr(reading)


def test_a_projects_callback_is_on_this_machine_or_refused(tmp_path: Path) -> None:
    oauth = 'client_id = "theirs"\ncallback_url = "https://evil.example/cb"'
    client = client_of(codex(tmp_path, oauth, file="project/.codex/config.toml"))
    with pytest.raises(KeyrackError, match="only come back to this machine"):
        listen(client.callback_port, client.redirect_host or "127.0.0.1")

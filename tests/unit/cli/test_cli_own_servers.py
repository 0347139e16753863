"""`keyrack add`, `edit` and `remove`: the servers of keyrack's own file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from keyrack.domain.model import CredentialKey
from keyrack.oauth.http import Failed
from support.canned import ISSUER, URL, reply, rpc
from support.machine import Machine
from support.workbench import stored_credential

Capture = pytest.CaptureFixture[str]
OTHER = "https://other.example/mcp"


@pytest.fixture
def m(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.world.routes[f"POST {OTHER}"] = rpc({"tools": []})
    return machine


def servers(m: Machine) -> dict[str, Any]:
    return tomllib.loads(m.config.read_text()).get("servers", {}) if m.config.exists() else {}


def own(m: Machine, text: str) -> None:
    m.put(".config/keyrack/config.toml", text)


def test_an_added_server_was_asked_what_it_wants(m: Machine, capsys: Capture) -> None:
    assert m.run("add", "lab", URL) == 0
    assert servers(m) == {"lab": {"url": URL}}
    record = m.credentials.record(CredentialKey.of(URL))
    assert record is not None and record.check is not None and record.check.verdict == "required"
    said = capsys.readouterr().err
    assert f"Added lab to {m.config}. It wants an OAuth login at {ISSUER}." in said
    assert "Next: keyrack login lab" in said


def test_every_setting_can_be_given(m: Machine, capsys: Capture) -> None:
    m.env["TEAM"] = "blue"
    code = m.run(
        "add", "lab", URL, "--client-id", "app", "--scope", "a b", "--scope", "c", "--callback-port", "8080",
        "--header", "X-Team: ${TEAM}", "--set", "authorize.prompt=consent", "--set", "resource=false",
        "--set", "pkce=assumed", "--set", "confirm=true", "--set", "headers.X-Mode=fast",
    )  # fmt: skip
    assert code == 0
    assert servers(m)["lab"] == {
        "url": URL, "client_id": "app", "scopes": ["a", "b", "c"], "callback_port": 8080,
        "headers": {"X-Team": "${TEAM}", "X-Mode": "fast"}, "authorize": {"prompt": "consent"},
        "resource": False, "pkce": "assumed", "confirm": True,
    }  # fmt: skip
    assert "--client-secret-stdin" in capsys.readouterr().err


def test_what_a_server_says_without_its_credential_does_not_replace_what_is_known(m: Machine) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\n')
    m.log_in()
    assert m.run("check", "lab") == 0
    assert m.run("edit", "lab", "--scope", "read") == 0
    record = m.credentials.record(CredentialKey.of(URL))
    assert record is not None and record.check is not None and record.check.verdict == "accepted"


def test_a_variable_that_is_not_set_is_told(m: Machine, capsys: Capture) -> None:
    assert m.run("add", "lab", URL, "--header", "X-API-Key: ${LAB_KEY}") == 0
    assert "The variable LAB_KEY is not set here." in capsys.readouterr().err
    m.env["LAB_KEY"] = "s3cr3t-s3cr3t"
    assert m.run("add", "second", URL, "--header", "X-API-Key: ${LAB_KEY}") == 1
    assert "It refuses the header that is configured for it." in capsys.readouterr().err
    assert "s3cr3t" not in m.config.read_text()


@pytest.mark.parametrize(("answer", "code", "words"), [
    (Failed("no host is called mcp.example."), 4, "can't be reached: no host"),
    (reply(None, 404), 1, "not like an MCP server"),
])  # fmt: skip
def test_a_server_that_can_not_be_used_is_added_only_without_a_check(
    m: Machine, capsys: Capture, answer: Any, code: int, words: str
) -> None:
    m.world.routes[f"POST {URL}"] = answer
    assert m.run("add", "lab", URL) == code
    said = capsys.readouterr().err
    assert words in said
    assert "--no-check" in said
    assert not m.config.exists()
    m.world.asked.clear()
    assert m.run("add", "lab", URL, "--no-check") == 0
    assert (servers(m), m.world.asked) == ({"lab": {"url": URL}}, [])


@pytest.mark.parametrize("words", [
    ("lab", URL, "--header", "Authorization: Bearer s3cr3t-s3cr3t"),
    ("lab", URL, "--header", "X-API-Key: s3cr3t-s3cr3t"),
    ("lab", URL, "--set", "client_secret=s3cr3t-s3cr3t"),
    ("lab", URL, "--set", "authorize.client_secret=s3cr3t-s3cr3t"),
    ("lab", "https://mcp.example/mcp?api_key=s3cr3t-s3cr3t-1"),
    ("lab", "https://mcp.example/${A}/mcp?api_key=s3cr3t-s3cr3t-1"),
    ("lab", URL, "--set", "pkce=never"),
    ("lab", URL, "--set", "callback_port=99999"),
    ("lab", "javascript:1"), ("", URL), (URL, URL), ("lab",),
    ("lab", URL, "--header", "no-colon"), ("lab", URL, "--set", "nothing=1"), ("lab", URL, "--set", "scopes"),
])  # fmt: skip
def test_mistakes_and_secrets_in_plain_text_are_refused(
    m: Machine, capsys: Capture, words: tuple[str, ...]
) -> None:
    assert m.run("add", *words) in (1, 2)
    assert not m.config.exists()
    assert not m.world.asked
    assert "s3cr3t" not in capsys.readouterr().err


def test_a_changed_server_was_asked_and_a_failure_changes_nothing(m: Machine, capsys: Capture) -> None:
    before = f'# mine\n[servers.lab] # l\nurl = "{URL}"\nscopes = ["a"] # why\n'
    own(m, before)
    gone = "https://gone.example/mcp"
    m.world.routes[f"POST {gone}"] = Failed("it does not answer.")
    assert m.run("edit", "lab", "--url", gone) == 4
    assert m.config.read_text() == before
    assert m.run("edit", "lab", "--url", OTHER, "--unset", "scopes", "--set", "issuer=https://i.example") == 0
    assert m.config.read_text() == (
        f'# mine\n[servers.lab] # l\nurl = "{OTHER}"\n# why\nissuer = "https://i.example"\n'
    )
    assert "It works without a login." in capsys.readouterr().err


def test_one_header_of_several_can_be_deleted(m: Machine) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\nheaders = {{ A = "b", X-Team = "c" }}\n')
    assert m.run("edit", "lab", "--unset", "headers.X-Team", "--set", "confirm=true") == 0
    assert servers(m)["lab"] == {"url": URL, "headers": {"A": "b"}, "confirm": True}


def test_a_literal_secret_that_is_there_already_does_not_stand_in_the_way(m: Machine) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\nheaders = {{ Authorization = "Bearer s3cr3t-s3cr3t" }}\n')
    assert m.run("edit", "lab", "--set", "confirm=true") == 0
    assert m.run("edit", "lab", "--header", "Authorization: Bearer s3cr3t-other1") == 2
    assert "other1" not in m.config.read_text()


def test_a_server_of_another_program_is_refused_with_its_file_and_line(m: Machine, capsys: Capture) -> None:
    m.claude()
    for verb in (("edit", "lab", "--url", OTHER), ("remove", "lab", "--yes")):
        assert m.run(*verb) == 1
        said = capsys.readouterr().err
        assert f"It is configured by Claude Code in {m.home}/.claude.json, line 1." in said
        assert "press o" in said


def test_a_local_server_can_only_be_renamed_or_removed(m: Machine, capsys: Capture) -> None:
    own(m, '[servers.pg]\ncommand = "pg-mcp" # local\n')
    assert m.run("edit", "pg", "--url", OTHER) == 2
    assert "local process" in capsys.readouterr().err
    assert m.run("edit", "pg", "--name", "db") == 0
    assert m.config.read_text() == '[servers.db]\ncommand = "pg-mcp" # local\n'
    assert m.run("remove", "db", "--yes") == 0
    assert m.config.read_text() == ""


def test_what_asks_before_a_local_servers_secrets_is_no_server_to_remove(m: Machine) -> None:
    own(m, "[servers.lab]\nconfirm = true\n")
    m.put(".claude.json", {"mcpServers": {"lab": {"command": "lab-mcp"}}})
    assert m.run("remove", "lab", "--yes") == 1
    assert servers(m) == {"lab": {"confirm": True}}


def test_a_renamed_server_keeps_its_login(m: Machine, capsys: Capture) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\n')
    m.log_in()
    assert m.run("edit", "lab", "--name", "Main lab") == 0
    capsys.readouterr()
    assert m.run("token", "Main lab") == 0
    assert capsys.readouterr().out == "at-0\n"


def test_a_removed_server_leaves_its_login_and_says_how_to_delete_it(m: Machine, capsys: Capture) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\n')
    m.log_in()
    assert m.run("remove", "lab", "--yes") == 0
    said = capsys.readouterr().err
    assert "stays stored, as “not configured any more”" in said
    command = said.strip().rpartition("Delete it with: keyrack ")[2]
    assert m.stored() is not None
    assert m.run(*command.split(), "--yes") == 0
    assert m.stored() is None


def test_remove_can_delete_the_login_too(m: Machine, capsys: Capture) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\n')
    m.log_in()
    m.credentials.save(stored_credential(access="at-w")._replace(account="work"))
    assert m.run("remove", "lab", "--clear", "--yes") == 0
    said = capsys.readouterr().err
    assert "of the account default was deleted" in said
    assert "of the account work was deleted" in said
    assert not [record for record in m.credentials.records().values() if record.credential]


def test_a_login_stays_while_another_program_lists_the_server(m: Machine, capsys: Capture) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\n')
    m.claude()
    m.log_in()
    assert m.run("remove", "lab", "--clear", "--yes") == 0
    assert f"Claude Code still lists it in {m.home}/.claude.json" in capsys.readouterr().err
    assert m.stored() is not None


def test_a_server_is_removed_only_after_a_yes(m: Machine) -> None:
    text = f'[servers.lab]\nurl = "{URL}"\n'
    own(m, text)
    assert m.run("remove", "lab") == 2
    assert m.config.read_text() == text


def test_another_url_never_gets_the_old_login(m: Machine, capsys: Capture) -> None:
    own(m, f'[servers.lab]\nurl = "{URL}"\n')
    m.log_in()
    assert m.run("edit", "lab", "--url", OTHER, "--name", "other") == 0
    assert "Delete it with: keyrack clear mcp.example/mcp" in capsys.readouterr().err
    assert m.run("token", "other") == 3
    assert m.credentials.load(CredentialKey.of(URL)) is not None


@pytest.mark.parametrize(
    "secret", ['headers = { Authorization = "Bearer s3cr3t-s3cr3t" }', 'client_secret = "s3cr3t-s3cr3t"']
)
def test_nor_does_it_get_a_secret_that_is_in_the_file(m: Machine, capsys: Capture, secret: str) -> None:
    text = f'[servers.lab]\nurl = "{URL}"\n{secret}\n'
    own(m, text)
    assert m.run("edit", "lab", "--url", OTHER) == 2
    told = capsys.readouterr().err
    assert "in plain text in the file that is for https://mcp.example" in told and "s3cr3t" not in told
    assert m.config.read_text() == text
    assert not [request for request in m.world.asked if request.url.startswith("https://other.")]
    field = secret.split(" ", 1)[0]
    assert m.run("edit", "lab", "--url", OTHER, "--unset", field) == 0
    assert servers(m)["lab"] == {"url": OTHER}
    own(m, text)
    assert m.run("edit", "lab", "--url", f"{URL}/v2", "--no-check") == 0  # the same server

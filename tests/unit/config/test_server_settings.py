"""The settings of one server that only keyrack's own file can have."""

from __future__ import annotations

import datetime
import inspect
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import tomli_w

from keyrack.domain.errors import KeyrackError, NoSuchServer
from keyrack.domain.model import ClientSettings, Server, Source, TlsFiles
from keyrack.domain.reading import Place, Reading
from keyrack.domain.status import State
from keyrack.operations.credential import credential_key
from keyrack.operations.servers.find import find
from keyrack.operations.servers.overview import overview
from keyrack.sources.parsing import entries, oauth_client
from keyrack.sources.programs import keyrack_own
from keyrack.sources.programs import keyrack_servers as server_settings
from keyrack.sources.programs.keyrack_keys import OF_SERVER, OTHER_SPELLINGS
from keyrack.sources.reader import read_all
from support.workbench import build, stored_credential

URL = "https://a.example/mcp"
EVERY_SETTING = f"""\
[servers.a]
url = "{URL}"
callback_path = "/oauth/callback"
pkce = "assumed"
resource = false
ca_file = "~/ca.pem"
client_cert = "/keys/me.pem"
client_key_file = "me.key"

[servers.a.authorize]
access_type = "offline"
max_age = 3600
include_granted_scopes = true
prompt = ""
"""


@pytest.fixture
def look(own_home: Path):
    """look(text of config.toml, {"file below home": its text}) → Reading."""

    def read(own: str, others: Mapping[str, str] = MappingProxyType({})) -> Reading:
        for name, text in {".config/keyrack/config.toml": own, **others}.items():
            path = own_home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return read_all({"HOME": str(own_home)}, "linux", str(own_home / "project"))

    return read


def table(*lines: str) -> str:
    return "\n".join(["[servers.a]", f'url = "{URL}"', *lines])


def only(reading: Reading) -> Server:
    [server] = reading.servers
    return server


def test_every_setting_is_read(look, own_home: Path) -> None:
    reading = look(EVERY_SETTING)
    assert reading.problems == ()
    assert only(reading).client == ClientSettings(
        callback_path="/oauth/callback",
        pkce="assumed",
        send_resource=False,
        authorize=(
            ("access_type", "offline"),
            ("max_age", "3600"),
            ("include_granted_scopes", "true"),
            ("prompt", ""),
        ),
        tls=TlsFiles(f"{own_home}/ca.pem", "/keys/me.pem", f"{own_home}/.config/keyrack/me.key"),
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('pkce = "off"', '“pkce” should be "assumed" or "required".'),
        ("pkce = true", "“pkce” should be text, but is true or false."),
        ('resource = "false"', "“resource” should be true or false, but is text."),
        ("authorize = true", "“authorize” should be an object, but is true or false."),
        ("authorize = { x = [1] }", "“x” can't be set in “authorize”: it should be text, but is a list."),
        ('authorize = { x = "a\\nb" }', "“x” can't be set in “authorize”: its value is too long or contains"),
        ('authorize = { "a b" = "c" }', "“a b” can't be set in “authorize”: it is not a valid name."),
        ('callback_path = "callback"', "“callback_path” must start with a slash"),
        ('callback_path = "/a?b=c"', "“callback_path” can't contain a query or a fragment"),
        ('callback_path = "/a#b"', "“callback_path” can't contain a query or a fragment"),
        ('callback_path = "/a/../b"', "“callback_path” can't contain “.” or “..”"),
        ('callback_path = "/a/%2E%2e"', "“callback_path” can't contain “.” or “..”"),
        ('callback_path = "//evil.example/x"', "“callback_path” is not a valid URL path"),
        ('callback_path = "/a b"', "“callback_path” is not a valid URL path"),
        ('redirect_host = "corp.example"', '“redirect_host” is "127.0.0.1" or "localhost".'),
        ('issuer = "auth.example"', "“issuer”: The address has no scheme"),
        ('client_metadata_url = "https://"', "“client_metadata_url”: The address names no host."),
        ("ca_file = 1", "“ca_file” should be text, but is a number."),
        ('client_key_file = "k"', "“client_key_file” needs “client_cert” too."),
    ],
)
def test_a_wrong_value_is_reported(line: str, said: str, look) -> None:
    (problem,) = look(table(line)).problems
    assert problem.sentence.startswith(said)
    assert problem.entry == "a"


@pytest.mark.parametrize(
    "name",
    [
        *("client_id", "redirect_uri", "state", "scope", "resource", "response_type", "response_mode"),
        *("nonce", "code_challenge", "code_challenge_method", "request", "request_uri", "requested"),
        *("Client_ID", "STATE", "redirect.uri", "code-challenge", "Request_URI"),
        *("client_secret", "client_assertion", "code_verifier"),
    ],
)
def test_what_keeps_a_login_safe_is_nobodys_to_set(name: str, look) -> None:
    reading = look(table(f'authorize = {{ "{name}" = "mine", login_hint = "me" }}'))
    (problem,) = reading.problems
    assert problem.sentence.startswith(f"“{name}” can't be set in “authorize”: ")
    assert only(reading).client.authorize == (("login_hint", "me"),)


def test_settings_count_for_a_server_that_another_program_configures(look) -> None:
    theirs = f'{{"mcpServers": {{"b": {{"url": "{URL}", "auth": {{"CLIENT_ID": "theirs"}}}}}}}}'
    found = only(look(table('pkce = "assumed"', "callback_port = 9000"), {".cursor/mcp.json": theirs}))
    assert found.client.client_id == "theirs"
    assert (found.client.pkce, found.client.callback_port) == ("assumed", 9000)
    own = only(look(table('client_id = "mine"', "resource = false"), {".cursor/mcp.json": theirs}))
    assert (own.client.client_id, own.client.send_resource) == ("mine", False)


def cursor(**servers: dict[str, object]) -> dict[str, str]:
    return {".cursor/mcp.json": json.dumps({"mcpServers": servers})}


def test_settings_count_for_an_entry_with_a_credential_of_its_own(look) -> None:
    theirs = cursor(b={"url": URL, "headers": {"Authorization": "Bearer abc"}})
    own, other = look(table('ca_file = "/ca.pem"', "client_id = 'mine'"), theirs).servers
    assert own.client.tls.ca_file == other.client.tls.ca_file == "/ca.pem"
    assert (other.name, other.client.client_id, len(other.headers)) == ("b", None, 1)
    bad, also = look(table("ca_file = 1"), theirs).servers
    assert bad.problem and also.problem == bad.problem


def test_of_two_tables_for_one_address_each_has_its_own_settings(look) -> None:
    second = f'\n[servers.b]\nurl = "{URL}/"\nresource = false'
    theirs = cursor(
        b={"url": URL, "headers": {"X-Api-Key": "k"}}, c={"url": URL, "headers": {"X-Api-Key": "l"}}
    )
    found = {
        server.name: server.client for server in look(table('pkce = "assumed"') + second, theirs).servers
    }
    settings = {name: (client.pkce, client.send_resource) for name, client in found.items()}
    assert settings == {
        "a": ("assumed", None),
        "b": (None, False),
        "b (Cursor)": (None, False),
        "c": (None, None),
    }


@pytest.mark.parametrize("file", [".cursor/mcp.json", ".codex/config.toml", "project/.cursor/mcp.json"])
def test_no_other_file_can_set_them(file: str, look) -> None:
    text = EVERY_SETTING.replace("servers", "mcp_servers")
    if file.endswith("json"):
        text = f"""{{"mcpServers": {{"a": {{"url": "{URL}", "pkce": "assumed", "resource": false,
            "ca_file": "/ca.pem", "client_cert": "/me.pem", "authorize": {{"access_type": "offline"}}}}}}}}"""
    found = only(look("", {file: text})).client
    assert (found.pkce, found.send_resource, found.authorize, found.tls) == (None, None, (), TlsFiles())


@pytest.mark.parametrize(
    "line",
    [
        'pkce = "off"',
        "resource = 1",
        "authorize = { x = [1] }",
        'authorize = { state = "mine" }',
        'callback_path = "x"',
        "callback_port = 70000",
        'grant_type = "password"',
        "account = 1",
        "headers = []",
        'headers = { "bad name" = "x" }',
        "scopes = [1]",
    ],
)
def test_a_bad_table_stops_its_server_and_no_other(line: str, look) -> None:
    reading = look(f'{table(line)}\n[servers.b]\nurl = "https://b.example/mcp"')
    bad, good = reading.servers
    assert bad.problem == reading.problems[0].sentence and good.problem is None
    with pytest.raises(KeyrackError, match="a can't be used: "):
        credential_key(bad)
    assert credential_key(good)


def test_what_is_no_table_is_a_server_that_is_stopped(look) -> None:
    theirs = f'{{"mcpServers": {{"a": {{"url": "{URL}"}}}}}}'
    own, other = look(f'[servers]\na = "{URL}"', {".cursor/mcp.json": theirs}).servers
    assert (own.name, own.problem) == ("a", "The entry should be an object, but is text.")
    assert (other.name, other.problem) == ("a (Cursor)", None)


def test_a_bad_table_stops_the_entries_of_other_programs_for_its_server(look) -> None:
    theirs = f'{{"mcpServers": {{"b": {{"url": "{URL}"}}}}}}'
    found = only(look(table('resource = "no"'), {".cursor/mcp.json": theirs}))
    assert (found.aliases, bool(found.problem)) == (("b",), True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('sotre = "vault"', "“sotre” is not a setting of keyrack; did you mean “store”?"),
        ("[server.x]", "“server” is not a setting of keyrack; did you mean “servers”?"),
        ("zzz = 1", "“zzz” is not a setting of keyrack, so it does nothing."),
        ('pkce = "assumed"', "“pkce” belongs in a server's table, [servers.NAME]."),
        (table("resorce = false"), "“resorce” is not a setting of a server; did you mean “resource”?"),
        (
            table('Callback-Path = "/x"'),
            "“Callback-Path” is not a setting of a server; did you mean “callback_path”?",
        ),
        (
            table('client_key = "k"'),
            "“client_key” is not a setting of a server; did you mean “client_key_file”?",
        ),
        (table("qqq = 1"), "“qqq” is not a setting of a server, so it does nothing."),
        (table('store = "vault"'), "“store” applies to the whole file, and belongs above its first [table]."),
    ],
)
def test_an_unknown_key_is_pointed_out_and_stops_nothing(text: str, said: str, look) -> None:
    reading = look(text)
    assert [problem.sentence for problem in reading.problems] == [said]
    assert all(server.problem is None for server in reading.servers)


def test_every_key_that_is_read_is_known(look) -> None:
    known = {**dict.fromkeys((*OF_SERVER, *OTHER_SPELLINGS), ""), "url": URL}
    told = look(tomli_w.dumps({"servers": {"a": known}})).problems
    assert not [problem for problem in told if "is no setting" in problem.sentence]
    source = "".join(
        inspect.getsource(module) for module in (entries, keyrack_own, oauth_client, server_settings)
    )
    quoted = set(re.findall(r'"([A-Za-z_]{3,})"', source))
    read = {key for key in quoted if f'"{key}"' in source and is_read(key, look)}
    assert read <= {*OF_SERVER, *OTHER_SPELLINGS}


def is_read(key: str, look) -> bool:
    """Does a wrong type make the reader speak of this key?"""
    text = tomli_w.dumps({"servers": {"a": {"url": URL, key: datetime.date(2000, 1, 1)}}})
    return any(f"“{key}” should be" in problem.sentence for problem in look(text).problems)


def test_a_table_that_is_none_makes_no_credential_an_orphan() -> None:
    adapters = build(servers=())
    adapters.credentials().save(stored_credential())
    assert [row.status.state for row in overview(adapters).rows] == [State.ORPHAN]
    own = Server("a", problem="It is none.", sources=(Source("keyrack", "/config.toml", "a"),))
    states = {
        row.status.state for row in overview(build(servers=(own,), credentials=adapters.credentials())).rows
    }
    assert State.ORPHAN not in states


def test_a_name_in_a_file_that_cannot_be_read_is_looked_for_there() -> None:
    reading = Reading((), (), (Place("keyrack", "/config.toml", "broken"),))
    with pytest.raises(NoSuchServer) as caught:
        find(build()._replace(read=lambda: reading), "a")
    assert (
        caught.value.hint == "It may be in /config.toml, which can't be read. Run keyrack doctor to see why."
    )

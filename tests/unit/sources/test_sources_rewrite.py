"""A secret in each program's file is replaced by that program's reference; the rest stays the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain.change import Edit
from keyrack.domain.errors import KeyrackError
from keyrack.domain.model import Header, Source
from keyrack.domain.reading import Reading
from keyrack.domain.secret import Secret
from keyrack.sources.programs import codex
from keyrack.sources.reader import read_all
from keyrack.sources.rewriting import edit_toml
from keyrack.sources.rewriting.rewrite import apply, by_hand, prefix, rewrite
from keyrack.system import toml

URL = "https://a.example/mcp"
TOKEN = "sk-hidden-1"
NAME = "KEYRACK_A_TOKEN"
FILES = {
    "keyrack": ".config/keyrack/config.toml",
    "mcp": ".config/mcp/servers.json",
    "Cursor": ".cursor/mcp.json",
    "VS Code": ".config/Code/User/mcp.json",
    "Codex": ".codex/config.toml",
    "Claude Code": ".claude.json",
    "Continue": ".continue/config.yaml",
}


def unkept(edit: Edit) -> None:
    """No backup."""


class Desk:
    """A home folder with one program's file in it."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def put(self, client: str, text: str | bytes) -> Path:
        path = self.home / FILES[client]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, **env: str) -> Reading:
        return read_all({"HOME": str(self.home), **env}, "linux", str(self.home / "project"))

    def literal(self) -> Header:
        [header] = [header for server in self.read().servers for header in server.plaintext_headers]
        return header

    def moved(self, client: str, text: str | bytes) -> bytes:
        """The file after its one secret was moved."""
        path = self.put(client, text)
        change = rewrite(self.literal(), NAME, URL)
        assert TOKEN not in repr(change) and "".join(change.diff).count(NAME) == 1
        apply(change, unkept)
        return path.read_bytes()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


JSONC = """{ // "Authorization": "Bearer sk-hidden-1x"
  "ROOT": {
    "b": {"url": "https://b.example", "headers": {"authorization": "Bearer ${X}"}}, /* "a": {} */
    "a": {"url": "https://a.example/mcp", "headers": {"X-Team": "b", "authorization" : "Bearer VALUE"; };};
  };
}
"""


@pytest.mark.parametrize(
    ("client", "root", "comma", "reference"),
    [
        ("mcp", "mcpServers", "", "${KEYRACK_A_TOKEN}"),
        ("Cursor", "mcpServers", ",", "${env:KEYRACK_A_TOKEN}"),
        ("VS Code", "servers", ",", "${env:KEYRACK_A_TOKEN}"),
    ],
)
def test_the_string_alone_changes_in_json(
    desk: Desk, client: str, root: str, comma: str, reference: str
) -> None:
    text = JSONC.replace("ROOT", root).replace(";", comma)
    assert desk.moved(client, text.replace("VALUE", TOKEN)).decode() == text.replace("VALUE", reference)
    [a] = [server for server in desk.read(KEYRACK_A_TOKEN="t").servers if server.name == "a"]
    assert a.headers[1].value.reveal() == "Bearer t" and not a.plaintext_headers


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ('"sk-hidden-1"', '"${env:KEYRACK_A_TOKEN}"'),
        ('"bearer  sk-hidden-1 "', '"bearer ${env:KEYRACK_A_TOKEN}"'),
        ('"Token sk\\u002dhidden-1"', '"Token ${env:KEYRACK_A_TOKEN}"'),
        ('"Basic c2staGlkZGVuLTE="', '"Basic ${env:KEYRACK_A_TOKEN}"'),
        ('"Other sk-hidden-1"', '"${env:KEYRACK_A_TOKEN}"'),
    ],
)
def test_the_scheme_stays_as_it_is_written(desk: Desk, value: str, after: str) -> None:
    text = '{"mcpServers": {"a": {"url": "https://a.example/mcp", "headers": {"Authorization": %s}}}}'
    assert desk.moved("Cursor", text % value).decode() == text % after


def test_of_a_repeated_header_the_last_is_changed_and_the_other_told(desk: Desk) -> None:
    pair = '"X-Api-Key": "sk-hidden-1"'
    text = f'{{"mcpServers": {{"a": {{"url": "{URL}", "headers": {{\n{pair},\n{pair}}}}}}}}}'
    path = desk.put("Cursor", text)
    change = rewrite(desk.literal(), NAME, URL)
    assert change.lines == (2,)
    apply(change, unkept)
    assert path.read_text() == text[::-1].replace("1-neddih-ks", f"${{env:{NAME}}}"[::-1], 1)[::-1]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("client", ["Cursor", "Codex", "keyrack"])
def test_line_ends_and_a_byte_order_mark_stay(desk: Desk, client: str, start: bytes) -> None:
    headers = f'"headers": {{"X-Api-Key":\n"{TOKEN}"}}'
    before = {
        "Cursor": f'{{"mcpServers":\n {{"a": {{"url": "{URL}",\n {headers}}}}}}}\n',
        "Codex": f'[mcp_servers.a]\nurl = "{URL}"\nhttp_headers = {{ X-Api-Key = "{TOKEN}", X-B = "b" }}\n',
        "keyrack": f'[servers.a]\nurl = "{URL}"\nheaders.X-Api-Key = "{TOKEN}"\n',
    }[client]
    after = desk.moved(client, start + before.replace("\n", "\r\n").encode())
    assert after.startswith(start + before[:10].encode().replace(b"\n", b"\r\n"))
    assert after.count(b"\n") == after.count(b"\r\n") == before.count("\n") + (client == "Codex")


CODEX = 'model = "m" # mine\n\n[mcp_servers.b]\ncommand = "b"\n\n'
HEAD = '[mcp_servers.a]  # a\nurl = "https://a.example/mcp"\n'
BEARER = 'bearer_token_env_var = "KEYRACK_A_TOKEN"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HEAD + 'http_headers = { Authorization = "Bearer sk-hidden-1" } # x\n', HEAD + BEARER + " # x\n"),
        (HEAD + "http_headers={'Authorization'='Bearer sk-hidden-1'}", HEAD + BEARER),
        (
            HEAD + '  http_headers = { "Authorization" = "Bearer sk-hidden-1", X-B = "b" }\n',
            HEAD + f'  {BEARER}\n  http_headers = {{ X-B = "b" }}\n',
        ),
        (
            HEAD + 'http_headers = { X-B = "b" , Authorization = "Bearer sk-hidden-1" }\n',
            HEAD + BEARER + '\nhttp_headers = { X-B = "b" }\n',
        ),
        (HEAD + 'http_headers.Authorization = "Bearer sk-hidden-1"\n', HEAD + BEARER + "\n"),
        (
            HEAD + '[mcp_servers.a.http_headers]\nAuthorization = "Bearer sk-hidden-1"\nX-B = "b"\n',
            HEAD.replace("# a\n", f"# a\n{BEARER}\n") + '[mcp_servers.a.http_headers]\nX-B = "b"\n',
        ),
        (
            HEAD + '[mcp_servers.a.http_headers]\nauthorization = "Bearer sk-hidden-1" # x\n[z]\n',
            HEAD.replace("# a\n", f"# a\n{BEARER}\n") + "[mcp_servers.a.http_headers]\n# x\n[z]\n",
        ),
        (
            'mcp_servers.a.url = "https://a.example/mcp"\n'
            'mcp_servers.a.http_headers.Authorization = "Bearer sk-hidden-1"\n',
            f'mcp_servers.a.url = "https://a.example/mcp"\nmcp_servers.a.{BEARER}\n',
        ),
        (
            '[mcp_servers]\na = { url = "https://a.example/mcp", '
            'http_headers = { Authorization = "Bearer sk-hidden-1" } }\n',
            f'[mcp_servers]\na = {{ url = "https://a.example/mcp", {BEARER} }}\n',
        ),
        (
            '[mcp_servers]\na = { url = "https://a.example/mcp", '
            'http_headers = { X-B = "b", Authorization = "Bearer sk-hidden-1", X-C = "c" } } # x\n',
            f'[mcp_servers]\na = {{ url = "https://a.example/mcp", {BEARER}, '
            'http_headers = { X-B = "b", X-C = "c" } } # x\n',
        ),
        (
            '[mcp_servers]\na = { url = "https://a.example/mcp", http_headers.Authorization = '
            '"Bearer sk-hidden-1", enabled = true }\n',
            f'[mcp_servers]\na = {{ url = "https://a.example/mcp", {BEARER}, enabled = true }}\n',
        ),
        (
            f'{HEAD}  http_headers . "Authorization" = """Bearer sk-\\\n   hidden-1""" # x\n\n'
            'http_headers.X-B = "b"',
            HEAD + f'  {BEARER} # x\n\nhttp_headers.X-B = "b"',
        ),
        (
            'mcp_servers.a.url = "https://a.example/mcp"\nmcp_servers.a.http_headers = '
            '{ X-B = "b", "Authorization" = "Bearer sk-hidden-1" }',
            f'mcp_servers.a.url = "https://a.example/mcp"\nmcp_servers.a.{BEARER}\n'
            'mcp_servers.a.http_headers = { X-B = "b" }',
        ),
        (
            f'[mcp_servers.a.http_headers]\nX-B = "b"\n\tAuthorization = "Bearer sk-hidden-1"\n\n{HEAD}',
            '[mcp_servers.a.http_headers]\nX-B = "b"\n\n' + HEAD.replace("# a\n", f"# a\n\t{BEARER}\n"),
        ),
        (
            HEAD + 'http_headers = { X-Api-Key = "sk-hidden-1" }\n',
            HEAD + 'env_http_headers = { X-Api-Key = "KEYRACK_A_TOKEN" }\n',
        ),
        (
            HEAD + 'http_headers = { Authorization = "Token sk-hidden-1" }\n',
            HEAD + 'env_http_headers = { Authorization = "KEYRACK_A_TOKEN" }\n',
        ),
    ],
)
def test_codex_names_the_variable_in_a_field_of_its_own(desk: Desk, before: str, after: str) -> None:
    others = CODEX if "[mcp_servers.a]" in before else ""
    assert desk.moved("Codex", others + before).decode() == others + after
    server = next(server for server in desk.read(KEYRACK_A_TOKEN="t").servers if server.url == URL)
    assert server.headers[0].value.reveal().removeprefix("Bearer ") == "t" and not server.plaintext_headers


def test_a_scheme_that_codex_has_no_room_for_goes_into_the_variable(desk: Desk) -> None:
    for value, expected in [("Token sk-hidden-1", "Token "), ("Bearer sk-hidden-1", ""), ("sk-hidden-1", "")]:
        desk.put("Codex", HEAD + f'http_headers = {{ Authorization = "{value}" }}')
        assert prefix(desk.literal()) == expected


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ('bearer_token_env_var = ""\nhttp_headers = { Authorization = "Bearer sk-hidden-1" }', "already"),
        ('env_http_headers = { X-B = "B" }\nhttp_headers = { X-Api-Key = "sk-hidden-1" }', "already"),
        ('headers = { X-Api-Key = "sk-hidden-1" }', "has changed since"),
    ],
)
def test_what_can_not_be_moved_is_reported_and_stays(desk: Desk, rest: str, words: str) -> None:
    path = desk.put("Codex", HEAD + rest)
    with pytest.raises(KeyrackError, match=words) as caught:
        rewrite(desk.literal(), NAME, URL)
    assert TOKEN not in str(caught.value) + caught.value.hint
    assert path.read_text() == HEAD + rest


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[servers.a]\nurl = "u"\nheaders = {{ X-Api-Key = {} }} # {}', '"${KEYRACK_A_TOKEN}"'),
        ("[servers.a.headers]\nX-Api-Key = {} # {}\n[servers.a]\nurl = 'u'", '"${KEYRACK_A_TOKEN}"'),
        ('[servers]\na = {{ headers.X-Api-Key = {}, url = "u" }} # {}', '"${KEYRACK_A_TOKEN}"'),
    ],
)
@pytest.mark.parametrize("literal", ['"{}"', "'{}'", '"sk\\u002dhidden-1"', '"""{}"""'])
def test_keyracks_own_file_names_it_in_the_headers_text(
    desk: Desk, before: str, after: str, literal: str
) -> None:
    literal = literal.replace("{}", TOKEN)
    before = before.replace("'u'", f"'{URL}'").replace('"u"', f'"{URL}"')
    assert desk.moved("keyrack", before.format(literal, literal)).decode() == before.format(after, literal)


def test_of_the_same_secret_in_two_entries_the_right_one_goes(desk: Desk) -> None:
    entry = '[servers.{0}]\nurl = "https://{0}.example/mcp"\nheaders = {{ Authorization = "Bearer {1}" }}\n'
    other, mine = entry.format("b", TOKEN), entry.format("a", TOKEN)
    path = desk.put("keyrack", other + mine)
    header = next(server for server in desk.read().servers if server.name == "a").plaintext_headers[0]
    change = rewrite(header, NAME, URL)
    assert change.lines == (3,)
    apply(change, unkept)
    assert path.read_text() == other + mine.replace(TOKEN, f"${{{NAME}}}")


def test_nor_does_another_entry_of_codex_lose_it(desk: Desk) -> None:
    entry = '[mcp_servers.{0}]\nurl = "https://{0}.example/mcp"\n{1} = {{ X-Api-Key = "{2}" }}\n'
    other, mine = (entry.format(name, "http_headers", TOKEN) for name in "ba")
    path = desk.put("Codex", other + mine)
    header = next(server for server in desk.read().servers if server.name == "a").plaintext_headers[0]
    apply(rewrite(header, NAME, URL), unkept)
    assert path.read_text() == other + entry.format("a", "env_http_headers", NAME)


@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(["{}", "Bearer {}"]))
def test_any_names_and_texts_around_stay_in_toml(name: str, other: str, form: str) -> None:
    import tomli_w

    value = form.format(TOKEN)
    data: Any = {"x": other, "mcp_servers": {name: {"url": other, "http_headers": {other + "-": other}}}}
    data["mcp_servers"][name]["http_headers"]["Authorization"] = value
    header = Header("Authorization", "●", Secret(value), source=Source("Codex", "/f", name or "(no name)"))
    for text in (tomli_w.dumps(data), tomli_w.dumps(data, multiline_strings=True)):
        try:
            after = toml.parse(edit_toml.edit(text, header, NAME, codex.EDIT).text)
        except KeyrackError:
            assert not name.strip() or name.startswith("(no name)")
            continue
        wanted = toml.parse(text)
        entry = wanted["mcp_servers"][name]
        del entry["http_headers"]["Authorization"]
        if form == "{}":
            entry["env_http_headers"] = {"Authorization": NAME}
        else:
            entry["bearer_token_env_var"] = NAME
        assert after == wanted


@pytest.mark.parametrize("many", [0, 30])
def test_a_secret_that_other_tables_repeat_is_found_by_its_keys(desk: Desk, many: int) -> None:
    others = "".join(f'[[x]]\ny = {{ Authorization = "Bearer {TOKEN}" }}\n' for _ in range(many))
    path = desk.put(
        "keyrack", others + f'[servers.a]\nurl = "{URL}"\nheaders = {{ X-Api-Key = "{TOKEN}" }}\n'
    )
    change = rewrite(desk.literal(), NAME, URL)
    apply(change, unkept)
    assert path.read_text().startswith(others) and path.read_text().count(f"${{{NAME}}}") == 1


def test_claude_codes_own_file_keeps_the_rest_in_every_scope(desk: Desk) -> None:
    """It also has the user's login and what each project has."""
    entry = {"a": {"type": "http", "url": URL, "headers": {"X-Api-Key": TOKEN}}}
    rest = {"oauthAccount": {"accountUuid": "x"}, "projects": {"/w": {"mcpServers": entry, "history": [1]}}}
    text = json.dumps(rest, indent=2)
    assert desk.moved("Claude Code", text) == text.replace(TOKEN, f"${{{NAME}}}").encode()


def test_a_file_in_yaml_is_never_written(desk: Desk) -> None:
    lines = ["mcpServers:", "- name: a", f"  url: {URL}", "  requestOptions:", "    headers:"]
    path = desk.put("Continue", "\n".join([*lines, f"      X-Api-Key: {TOKEN}", ""]))
    words = by_hand(desk.literal(), NAME)
    assert words and '"X-Api-Key": "${{ secrets.KEYRACK_A_TOKEN }}"' in words and TOKEN not in words
    with pytest.raises(KeyrackError):
        rewrite(desk.literal(), NAME, URL)
    assert TOKEN in path.read_text()


def test_a_long_line_costs_no_more_than_its_length(desk: Desk) -> None:
    long = "a" * 1_000_000
    entry = f'{HEAD}http_headers = {{ X-B = "{long}", X-Api-Key = "sk-hidden-1" }}\n'
    field = 'env_http_headers = { X-Api-Key = "KEYRACK_A_TOKEN" }'
    after = f'{HEAD}{field}\nhttp_headers = {{ X-B = "{long}" }}\n'
    assert desk.moved("Codex", entry).decode() == after

"""The schemas of JSON: complete, closed, and true. `support.cli_kit.run` validates the JSON of all tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator, ValidationError

from keyrack.cli import list as list_verb
from keyrack.cli.verbs import VERBS, module_of
from keyrack.domain.held import HeldState
from keyrack.domain.model import Check, CredentialInfo, CredentialKind, Header, Server, Verdict
from keyrack.domain.secret import Secret
from keyrack.domain.status import State
from support.cli_kit import CURSOR, NOW, FakeAdapters, linear, oauth, record, run
from support.schemas import FOLDER, prints_json, schema_of

NAMES = [name for name in VERBS if prints_json(module_of(name).VERB)]


def objects(schema: Any) -> Iterator[Any]:
    """Each schema of an object in it."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for below in schema.values():
            yield from objects(below)


def values_of(schema: Any, *keys: str) -> list[str]:
    for key in keys:
        schema = schema[key]
    return schema["enum"]


def test_each_command_that_prints_json_has_a_schema_and_no_other() -> None:
    assert {path.name.removesuffix(".schema.json") for path in FOLDER.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_describes_every_field_and_allows_no_other(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert schema["title"].startswith(f"keyrack {name}")
    for each in objects(schema):
        assert each["additionalProperties"] is False or not each.get("properties")
        fields = each.get("properties", {})
        assert sorted(fields) == sorted(each.get("required", []))
        assert all(field["description"] for field in fields.values())


def test_the_values_are_those_of_the_code() -> None:
    listed = schema_of("list")["items"]["properties"]
    states = [state.value for state in State]
    assert values_of(listed, "state") == states
    assert values_of(schema_of("accounts"), "items", "properties", "state") == states
    assert values_of(schema_of("check"), "properties", "verdict") == list(get_args(Verdict))
    held = {state.value for state in HeldState}
    assert set(values_of(listed, "elsewhere", "items", "properties", "state")) == held
    kinds = set(get_args(CredentialKind)) - {"secrets"}  # of local servers, whose kind is "stdio"
    assert kinds <= set(values_of(listed, "kind"))


CREDENTIALS: tuple[CredentialInfo | None, ...] = (
    None,
    oauth(),
    oauth(expires_at=None, scopes=(), issuer=None, store=""),
    oauth(expires_at=NOW - 1),
    oauth(expires_at=NOW - 1, refreshable=False),
    oauth(expires_at=NOW + 1, refreshable=False),
    oauth(refused_at=NOW - 5),
    CredentialInfo("token", label="me@corp.example"),
)
SERVERS = (
    linear(),
    linear(problem="The URL is missing."),
    linear(name="\x1b[31m", sources=(CURSOR._replace(disabled=True),)),
    linear(account="work"),
    linear(headers=(Header("Authorization", "Bearer ●●●", Secret("Bearer x"), plaintext=True),)),
    Server("local", None, command="npx"),
    Server("broken", None, problem="It is no object."),
)


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_the_list_and_the_accounts_are_as_described(
    credential: CredentialInfo | None, capsys: pytest.CaptureFixture[str]
) -> None:
    for check in (None, *(Check(NOW, verdict, "Why.") for verdict in get_args(Verdict))):
        for server in SERVERS:
            records = [record(server, credential, check)] if server.url else []
            for servers in ([server], []):
                adapters = FakeAdapters(servers, records)
                assert run(["list", "--json"], adapters=adapters) == 0
            if server.url and not server.problem:
                assert run(["accounts", server.url, "--json"], adapters=FakeAdapters([server], records)) == 0


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_the_check_is_as_described(
    verdict: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Check(NOW, verdict, "", "2025-11-25" if verdict == "accepted" else None)
    monkeypatch.setattr("keyrack.operations.servers.check.check", lambda *_: found)
    for server in (linear(), linear(account="work")):
        run(["check", "linear", "--json"], adapters=FakeAdapters([server]))
        assert f'"verdict": "{verdict}"' in capsys.readouterr().out


def test_a_field_that_is_not_described_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = list_verb.facts
    monkeypatch.setattr(list_verb, "facts", lambda row, now: {**facts(row, now), "more": 1})
    with pytest.raises(ValidationError, match="more"):
        run(["list", "--json"], adapters=FakeAdapters([linear()]))


def test_a_field_that_is_missing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_verb, "facts", lambda row, now: {"name": "x"})
    with pytest.raises(ValidationError, match="required"):
        run(["list", "--json"], adapters=FakeAdapters([linear()]))

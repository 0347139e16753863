"""The facts about one row, and how paths and times are written."""

from __future__ import annotations

import pytest

from keyrack.operations.servers.overview import overview
from keyrack.tui.kit.present import short_path
from keyrack.tui.servers.facts import address, expiry, facts
from keyrack.tui.servers.listing import servers_in
from keyrack.wording.states import KINDS, STATES
from keyrack.wording.times import local
from support.demo_rows import NOW, SERVERS, demo_parts

ROWS = {row.server.name: row for row in overview(demo_parts()).rows}


def said(name: str) -> dict[str, str]:
    return {fact.label: fact.value.plain for fact in facts(ROWS[name], NOW)}


def test_every_kind_of_the_list_has_a_word() -> None:
    assert {row.kind for row in ROWS.values()} <= set(KINDS)


def test_the_demo_shows_every_state_that_needs_no_broken_file() -> None:
    shown = {row.status.state.value for row in ROWS.values()}
    assert {state.value for state in STATES} - shown == {"bad-entry"}
    assert len(ROWS) == len(SERVERS)


def test_a_refused_credential_tells_why_and_what_to_do_and_no_expiry() -> None:
    facts_of = said("notion")
    assert facts_of["Status"] == "✕ login needed"
    assert facts_of["Why"].startswith("auth.notion.com refused")
    assert facts_of["Next"] == "press l or run keyrack login notion"
    assert expiry(ROWS["notion"], NOW)[0] == "–"


def test_an_expiry_that_nobody_told_is_called_unknown() -> None:
    assert expiry(ROWS["internal"], NOW)[0] == "unknown"
    assert said("internal")["Why"] == "The token is stored; its expiry is unknown."


def test_a_refused_refresh_is_told_with_the_time() -> None:
    row = ROWS["linear"]
    assert row.credential is not None
    refused = row.credential._replace(refusal="It said no.", refresh_refused_at=NOW - 60)
    told = {fact.label: fact.value.plain for fact in facts(row._replace(credential=refused), NOW)}
    assert told["Refresh"] == f"refused {local(NOW - 60, NOW)}"


def test_the_token_is_only_ever_hidden() -> None:
    assert said("linear")["Token"] == "●●●●●●●● hidden"
    assert "Token" not in said("stripe")


def test_scopes_that_a_login_had_added_are_named() -> None:
    row = ROWS["linear"]
    assert row.credential is not None
    changed = row._replace(credential=row.credential._replace(added_scopes=("write", "admin")))
    [added] = [fact.value.plain for fact in facts(changed, NOW) if fact.label == "Added"]
    assert added == "write admin · in addition to the server's scopes"
    assert "Added" not in said("linear")


def test_a_configured_header_shows_its_template_and_its_variables() -> None:
    assert said("asana")["Header"] == "Authorization: Bearer ${ASANA_TOKEN}"
    assert said("asana")["Needs"] == "ASANA_TOKEN not set"


def test_a_header_shows_its_file_and_that_its_secret_stands_there() -> None:
    row = ROWS["stripe"]
    [source], [header] = row.server.sources, row.server.headers
    shown = header._replace(source=source, reference="Bearer ●●●●●●●●", plaintext=True, variables=())
    row = row._replace(server=row.server._replace(headers=(shown,)))
    said = {fact.label: fact.value.plain for fact in facts(row, NOW)}["Header"]
    assert said.splitlines() == [
        "Authorization: Bearer ●●●●●●●●",
        f"Claude Code{f' ({source.scope})' if source.scope else ''}  {short_path(source.path)}",
        "in plain text in the file · S moves it to the keychain",
    ]


def test_an_entry_that_cannot_be_used_is_not_called_a_process() -> None:
    row = ROWS["local-db"]
    assert address(row) == "a local process (stdio)"
    assert address(row._replace(server=row.server._replace(problem="It is broken."))) != address(row)


@pytest.mark.parametrize("when", [float("inf"), float("-inf"), 1e18, float("nan")])
def test_a_time_that_a_server_made_up_breaks_nothing(when: float) -> None:
    assert local(when, NOW) == "an impossible time"


def test_paths_below_the_home_folder_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("USERPROFILE", "/home/ada")
    assert short_path("/home/ada/.claude.json") == "~/.claude.json"
    assert short_path("/home/adam/x") == "/home/adam/x" and short_path("/etc/x") == "/etc/x"


def test_a_server_with_two_accounts_is_counted_once() -> None:
    other = ROWS["linear"].server._replace(account="work")
    assert servers_in([*ROWS.values(), ROWS["linear"]._replace(server=other)]) == 14

"""The filter's words: what they select, and how they are completed."""

from __future__ import annotations

import pytest

from keyrack.domain.model import Server, Source
from keyrack.operations.servers.filtering import matching, suggestion
from keyrack.operations.servers.overview import Row, overview, row_of
from support.demo_rows import NOW, demo_parts
from support.hostile import NASTY

ROWS = overview(demo_parts()).rows


def names(needle: str) -> set[str]:
    return {row.server.name for row in matching(ROWS, needle)}


def listed(name: str, *sources: Source, account: str = "default", label: str = "") -> Row:
    row = row_of(Server(name, f"https://{name}.example/mcp", account, sources=sources), None, NOW)
    linear = next(row.credential for row in ROWS if row.server.name == "linear")
    assert linear is not None
    return row._replace(credential=linear._replace(label=label)) if label else row


def test_a_state_is_named_as_on_the_screen_or_as_in_json_and_its_beginning_is_enough() -> None:
    assert names("state:login-needed") == names('state:"login needed"') == names("STATE:login") == {"notion"}
    assert names("state:empty-header") == names("state:variable-not-set") == {"asana"}
    assert names("state:val") == {"linear", "internal", "cloudflare", "sentry"}
    assert names("state:renews") == {"linear", "cloudflare", "sentry", "github"}
    assert names("state:alid") == set()  # the beginning, not any part


def test_what_renews_itself_is_found_by_that_and_what_another_program_holds_by_its_name() -> None:
    assert "linear" in names("state:renews") and "internal" not in names("state:renews")
    held = listed("held")
    held = held._replace(status=held.status._replace(held_by="Claude Code"))
    assert matching([held], "state:held-by-claude") == matching([held], "state:no-credential") == [held]
    assert matching([held], "state:not-logged-in") == []


def test_a_locked_store_is_a_word_beside_the_state() -> None:
    row = next(row for row in ROWS if row.server.name == "linear")
    locked = row._replace(status=row.status._replace(locked=True))
    assert matching([locked, row], "state:locked") == [locked]
    assert matching([locked], "state:valid") == [locked]


def test_a_program_is_that_of_an_entry() -> None:
    assert names("client:claude-code") == names('client:"Claude Code"') == names("client:cla")
    assert "linear" in names("client:cla") and "linear" in names("client:cursor")
    assert names("client:vs") == {"github", "atlassian"}


def test_a_kind_is_named_as_on_the_screen_or_as_in_json() -> None:
    assert names("kind:token") == {"internal", "figma", "old.example.com/mcp"}
    assert names("kind:none") == {"context7"}


def test_an_account_is_its_name_or_whose_it_is() -> None:
    rows = (listed("one", account="work"), listed("two", label="Ana Lopez <ana@example.com>"))
    assert [row.server.name for row in matching(rows, "account:wor")] == ["one"]
    assert [row.server.name for row in matching(rows, 'account:"ana lo"')] == ["two"]


def test_all_words_count_and_of_several_with_one_key_any() -> None:
    assert names("client:cursor kind:token") == {"figma"}
    assert names("client:cursor notion state:login") == {"notion"}
    either = names("state:login-needed") | names("state:refreshable")
    assert names("state:login-needed state:refreshable") == names("state:login-needed,refreshable") == either
    assert len(either) == 2


@pytest.mark.parametrize("sign", ["-", "!"])
def test_a_sign_before_a_word_excludes(sign: str) -> None:
    every = names("")
    assert names(f"{sign}client:cursor") == every - names("client:cursor")
    assert names(f"{sign}state:valid {sign}state:login") == every - names("state:valid") - {"notion"}


def test_an_exclamation_mark_excludes_a_plain_word_and_a_hyphen_is_a_part_of_a_name() -> None:
    assert names("!linear") == names("") - {"linear"}
    assert names("-db") == {"local-db"}


def test_an_unknown_key_and_an_address_are_plain_words() -> None:
    assert names("foo:bar") == set()
    assert names("https://mcp.linear.app") == {"linear"}
    assert names("linear foo:bar") == set()


def test_what_is_not_finished_hides_nothing() -> None:
    for needle in ("state:", "-state:", 'state:"', "!", '"', "state:,"):
        assert names(needle) == names(""), needle


def test_a_server_that_is_switched_off_has_that_state_only() -> None:
    off = listed("off", Source("Cursor", "/x", "off", disabled=True))
    assert off.status.state.value == "no-credential"
    assert matching([off], "state:off") == matching([off], "state:switched-off") == [off]
    assert matching([off], "state:no-credential") == []


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("sta", "state:"),
        ("x cl", "x client:"),
        ("-ki", "-kind:"),
        ("state:lo", "state:login-needed"),
        ("client:Cu", "client:Cursor"),
        ("client:cla", "client:claude-code"),
        ('client:"Cla', 'client:"Claude Code"'),
        ("-client:vs", "-client:vs-code"),
        ("state:valid,lo", "state:valid,login-needed"),
        ("kind:to", "kind:token"),
        ("account:you", "account:you@example.com"),
    ],
)
def test_the_last_word_is_completed_from_what_is_there(typed: str, whole: str) -> None:
    assert suggestion(typed, ROWS) == whole


@pytest.mark.parametrize(
    "typed", ["", "s", "linear", "state:nothing-has-it", "foo:b", "state:val ", 'client:"Cursor"']
)
def test_nothing_is_suggested_where_nothing_fits(typed: str) -> None:
    assert suggestion(typed, ROWS) is None


def test_a_key_alone_suggests_what_most_rows_have() -> None:
    assert suggestion("client:", ROWS) == "client:claude-code"


def test_a_name_with_a_comma_is_only_suggested_in_quotes() -> None:
    row = listed("x", label="Lopez, Ana")
    assert suggestion("account:lopez", [row]) is None
    whole = suggestion('account:"lopez', [row])
    assert whole == 'account:"lopez, Ana"' and matching([row], whole) == [row]


def test_hostile_words_are_not_suggested() -> None:
    assert suggestion("account:", [listed("x", account="\x1b[31mred")]) is None
    assert suggestion("account:", [listed("x", account=NASTY)]) is None

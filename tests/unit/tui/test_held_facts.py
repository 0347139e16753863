"""What the detail says about the tokens that other programs hold."""

from __future__ import annotations

import pytest

from keyrack.domain.held import HeldToken
from keyrack.domain.model import Server
from keyrack.operations.servers.overview import overview
from keyrack.tui.servers.facts import facts
from keyrack.tui.servers.held_facts import held_facts, spot_of
from support.demo_rows import NOW
from support.held_rows import HELD, held_parts


def block(held: HeldToken, line: int | None = None) -> list[str]:
    [content] = held_facts(Server("any", held.url), [held], NOW, {spot_of(held): line})
    return content.plain.splitlines()


def test_a_token_tells_its_state_account_place_and_login() -> None:
    assert block(HELD[0], 12) == [
        "Claude Code  ● valid, 41 min · ana@example.com",
        "~/.claude/.credentials.json, line 12",
        "its own login at mcp.linear.app · stored 19 min ago",
    ]


def test_a_keychain_item_is_named() -> None:
    assert block(HELD[1])[1] == "keychain item Codex MCP Credentials, linear|0123456789abcdef"


def test_a_file_that_others_can_read_is_pointed_out_with_what_to_do() -> None:
    [_, path, _, warning] = block(HELD[3], 3)
    assert path == "~/.cursor/mcp-auth.json, line 3"
    assert warning == "! 0644: others can read it. Run chmod 600 '~/.cursor/mcp-auth.json'."


@pytest.mark.parametrize("mode", [0o600, 0o400, None])
def test_a_file_of_its_owner_alone_is_not(mode: int | None) -> None:
    held = HELD[3]
    assert len(block(held._replace(place=held.place._replace(mode=mode)))) == 3


def test_the_detail_lists_every_place_and_no_value() -> None:
    rows = {row.server.name: row for row in overview(held_parts()).rows}
    told = facts(rows["linear"], NOW)
    assert [fact.label for fact in told].count("Elsewhere") == 1
    at = [fact.label for fact in told].index("Elsewhere")
    assert told[at].value.plain.startswith("Claude Code") and told[at + 1].value.plain.startswith("Codex")
    assert told[at + 1].label == ""
    for row in rows.values():
        for fact in facts(row, NOW):
            assert "of-another" not in fact.value.plain


def test_the_status_says_who_holds_a_login() -> None:
    rows = {row.server.name: row for row in overview(held_parts()).rows}
    assert facts(rows["atlassian"], NOW)[0].value.plain == "○ held by Claude Code"

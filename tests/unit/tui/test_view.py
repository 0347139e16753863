"""How the list is filtered, sorted and grouped."""

from __future__ import annotations

import pytest

from keyrack.domain.model import Server, Source
from keyrack.operations.servers.needs import counted, need_of
from keyrack.operations.servers.overview import Row, overview, row_of
from keyrack.tui.servers.columns import Column
from keyrack.tui.servers.view import NO_PROGRAM, Group, Heading, Sort, View, ordered
from keyrack.wording.states import state_words, tone_of
from keyrack.wording.tones import Tone
from support.demo_rows import NOW, demo_parts

ROWS = overview(demo_parts()).rows
BASE = tuple(Column)[:5]


def names(view: View, rows: tuple[Row, ...] = ROWS) -> list[str]:
    return [line.server.name for line in view.lines(rows) if isinstance(line, Row)]


def test_what_is_urgent_comes_first_unless_something_else_is_chosen() -> None:
    assert View().words == "by urgency"
    assert names(View())[:5] == ["notion", "atlassian", "asana", "staging", "figma"]


def test_the_list_and_its_groups_have_the_headers_order() -> None:
    header = list(counted(need_of(row, NOW) for row in ROWS))
    listed = [need for row in ordered(ROWS, Sort.URGENCY) if (need := need_of(row, NOW)) is not None]
    assert list(dict.fromkeys(listed)) == header
    headings = [line.words for line in View(group=Group.STATE).lines(ROWS) if isinstance(line, Heading)]
    states = [state_words(row.status.state) for row in ordered(ROWS, Sort.URGENCY)]
    assert headings == list(dict.fromkeys(states))


def test_red_comes_before_yellow_and_both_before_all_else() -> None:
    tones = [tone_of(row.status) for row in ordered(ROWS, Sort.URGENCY)]
    assert tones[:5] == [Tone.BAD] * 4 + [Tone.WARN] and not {*tones[5:]} & {Tone.BAD, Tone.WARN}


def test_what_another_program_may_be_logged_in_to_is_as_calm_as_in_the_header() -> None:
    rows = tuple(row._replace(check=None) for row in ROWS)
    [row] = (row for row in rows if row.server.name == "atlassian")
    unread = {row.server.sources[0].client}
    listed = [line.server.name for line in View().lines(rows, unread) if isinstance(line, Row)]
    assert names(View(), rows).index("atlassian") < names(View(), rows).index("figma")
    assert need_of(row, NOW, unread=unread) is None and listed.index("atlassian") > listed.index("figma")


def test_a_filter_keeps_what_it_matches() -> None:
    assert names(View("claude sentry")) == ["sentry"]
    assert names(View("not logged")) == ["atlassian"]


@pytest.mark.parametrize("sort", list(Sort))
def test_each_order_has_all_rows_and_its_reverse_has_the_rows_without_a_value_last_too(sort: Sort) -> None:
    up, down = ordered(ROWS, sort), ordered(ROWS, sort, descending=True)
    assert sorted(row.key for row in up) == sorted(row.key for row in ROWS) == sorted(row.key for row in down)
    if sort is Sort.EXPIRY:
        times = [row.credential.expires_at if row.credential else None for row in down]
        told = [time for time in times if time is not None]
        assert told == sorted(told, reverse=True) and times == told + [None] * (len(times) - len(told))


def test_a_click_on_a_heading_sorts_and_another_one_reverses() -> None:
    once = View().sorted_by(Column.SERVER)
    assert (once.sort, once.descending) == (Sort.NAME, False)
    twice = once.sorted_by(Column.SERVER)
    assert twice.words == "by name, reversed" and names(twice) == names(once)[::-1]
    assert not twice.sorted_by(Column.SERVER).descending
    assert twice.sorted_by(Column.EXPIRES) == View(sort=Sort.EXPIRY)
    assert all(View().sorted_by(column).sort.column is column for column in Column)


def test_the_key_goes_through_the_columns_that_are_shown() -> None:
    view, seen = View(), list[Sort]()
    for _ in range(6):
        seen.append(view.sort)
        view = view.next_sort(BASE)
    assert seen == [Sort.URGENCY, Sort.NAME, Sort.AUTH, Sort.EXPIRY, Sort.ELSEWHERE, Sort.URGENCY]
    assert View(sort=Sort.CHECKED).next_sort(BASE).sort is Sort.URGENCY


def test_groups_by_program_have_headings_with_their_sizes_and_keep_the_order_within() -> None:
    lines = View(group=Group.PROGRAM).lines(ROWS)
    headings = [line for line in lines if isinstance(line, Heading)]
    assert [each.words for each in headings] == ["Claude Code", "Cursor", "keyrack", "VS Code", NO_PROGRAM]
    assert sum(each.size for each in headings) == len(ROWS) == len(lines) - len(headings)
    first = [line for line in lines[1 : headings[0].size + 1] if isinstance(line, Row)]
    assert first == ordered(first, Sort.URGENCY) and len(first) == headings[0].size
    assert all(row.server.sources[0].client == "Claude Code" for row in first)


def test_groups_by_state_come_by_urgency_and_those_switched_off_last() -> None:
    off = Server("off", "https://off.example", sources=(Source("Codex", "/c", "off", disabled=True),))
    lines = View(group=Group.STATE).lines([*ROWS, row_of(off, None, NOW)])
    headings = [line.words for line in lines if isinstance(line, Heading)]
    assert headings[0] == "✕ login needed" and headings[-1] == "switched off"
    assert len(set(headings)) == len(headings)


def test_the_key_for_groups_goes_round() -> None:
    view = View()
    words = []
    for _ in range(3):
        view = view.next_group()
        words.append(view.words)
    assert words == ["by urgency, in groups by program", "by urgency, in groups by state", "by urgency"]


def test_what_is_remembered_makes_the_same_view_without_the_filter() -> None:
    view = View("x", Sort.EXPIRY, True, Group.STATE, frozenset({Column.AUTH, Column.SCOPES}))
    assert View.of(**view.chosen) == view._replace(needle="")


def test_names_of_another_version_have_no_effect() -> None:
    assert View.of("moon", False, "phase", ("tide", "status", "server")) == View()

"""Which columns the table has for a width, and how wide they are."""

from __future__ import annotations

from itertools import pairwise

import pytest

from keyrack.tui.servers.columns import GAP, NAME, Column, Want, fit, needed

WANTS = {
    Column.SERVER: Want((30,)),
    Column.AUTH: Want((6,)),
    Column.STATUS: Want((18,)),
    Column.EXPIRES: Want((14, 8)),
    Column.ELSEWHERE: Want((24, 16, 9)),
    Column.ACCOUNT: Want((10,)),
    Column.FOUND_IN: Want((19, 14)),
    Column.SCOPES: Want((40, 20)),
    Column.CHECKED: Want((10,)),
}
BASE = {column: WANTS[column] for column in tuple(Column)[:5]}


def widths(room: int, wants: dict[Column, Want] = WANTS) -> dict[Column, int]:
    placed = fit(wants, room)
    assert all(one.x + one.width + GAP == other.x for one, other in pairwise(placed))
    assert placed[-1].x + placed[-1].width <= max(room, 0)
    return {each.column: each.width for each in placed}


def test_with_room_for_all_nothing_is_cut() -> None:
    assert widths(needed(WANTS)) == {column: max(want.widths) for column, want in WANTS.items()}


def test_columns_go_in_their_order_and_no_name_is_cut_for_them() -> None:
    gone: list[Column] = []
    for room in range(needed(WANTS), 79, -1):
        found = widths(room)
        assert found[Column.SERVER] == 30, room
        gone += [column for column in WANTS if column not in found and column not in gone]
    assert gone == [Column.SCOPES, Column.CHECKED, Column.FOUND_IN, Column.ACCOUNT, Column.AUTH]
    for room in range(79, 40, -1):
        gone += [column for column in WANTS if column not in widths(room) and column not in gone]
    assert gone[5:] == [Column.ELSEWHERE, Column.EXPIRES]


def test_words_become_shorter_before_a_column_goes() -> None:
    assert widths(94, BASE)[Column.ELSEWHERE] == 16
    assert widths(84, BASE) == {**widths(84, BASE), Column.ELSEWHERE: 16}
    assert Column.AUTH not in widths(84, BASE)


def test_what_went_later_leaves_its_room_to_longer_words() -> None:
    shorter = {room: widths(room, BASE) for room in range(60, 110)}
    without = next(found for room, found in sorted(shorter.items(), reverse=True) if Column.AUTH not in found)
    assert without[Column.ELSEWHERE] == 24 or without[Column.EXPIRES] == 14


@pytest.mark.parametrize("name", [41, 64, 90])
def test_a_name_is_not_cut_below_40_columns_for_another_column(name: int) -> None:
    for room in range(62, 200):
        found = widths(room, {**WANTS, Column.SERVER: Want((name,))})
        if found[Column.SERVER] < 40:
            assert set(found) <= {Column.SERVER, Column.STATUS, Column.EXPIRES}
        if found[Column.SERVER] < min(name, 64):
            assert not {Column.AUTH, Column.ACCOUNT, Column.SCOPES} & set(found)


def test_no_name_is_cut_beside_a_blank_column() -> None:
    blank = {**BASE, Column.EXPIRES: Want((8,), is_blank=True), Column.AUTH: Want((6,), is_blank=True)}
    blank[Column.SERVER] = Want((60,))
    found = widths(90, blank)
    assert found[Column.SERVER] < 60 or not {Column.EXPIRES, Column.AUTH} & set(found)
    assert {Column.EXPIRES, Column.AUTH} <= set(widths(140, blank))


@pytest.mark.parametrize("room", range(-2, 60))
def test_any_width_has_a_table(room: int) -> None:
    found = {each.column: each.width for each in fit(WANTS, room)}
    assert all(width > 0 for width in found.values())
    assert room < 30 or {Column.SERVER, Column.STATUS} <= set(found)


def test_short_names_leave_no_gap_before_the_next_column() -> None:
    assert widths(200, {**WANTS, Column.SERVER: Want((4,))})[Column.SERVER] == NAME

"""Which columns the table has, and how wide they are. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from keyrack.domain.named_tuple import NamedTuple


class Column(StrEnum):
    """From left to right."""

    SERVER = "server"
    AUTH = "auth"
    STATUS = "status"
    EXPIRES = "expires"
    ELSEWHERE = "elsewhere"
    ACCOUNT = "account"
    FOUND_IN = "found-in"
    SCOPES = "scopes"
    CHECKED = "checked"

    @property
    def heading(self) -> str:
        return self.value.replace("-", " ").capitalize()


EXTRAS = (Column.ACCOUNT, Column.FOUND_IN, Column.SCOPES, Column.CHECKED)
ROOMY = 160  # columns of the terminal from which the table has these too
NEEDED = (Column.SERVER, Column.STATUS)
GAP = 2  # between columns
NARROWEST_NAME, NAME = 8, 18  # the least; what it gets if nothing else needs the room
WHOLE_NAME = 40  # columns up to which a name is shown whole before another column gets room
LONG_NAME = 64  # the same for the columns that the table can do without


class Want(NamedTuple):
    """What a column's cells take."""

    widths: tuple[int, ...]  # from the longest form of its cells to the shortest
    is_blank: bool = False  # it says nothing in any row


class Placed(NamedTuple):
    """A column in the table."""

    column: Column
    x: int  # columns from the left
    width: int


def fit(wants: Mapping[Column, Want], room: int) -> tuple[Placed, ...]:
    """The columns that `room` columns of the terminal have a place for.

    Names come first: the others become shorter, or go, before a name is cut.
    """
    name = max(wants[Column.SERVER].widths)
    forms = {column: want.widths for column, want in wants.items() if column is not Column.SERVER}
    used = dict.fromkeys(forms, 0)
    for column, form, whole in _sacrifices(wants, name):
        if _taken(forms, used) + whole <= room:
            continue
        if form is None:
            used.pop(column, None)
        elif column in used:
            used[column] = min(form, len(forms[column]) - 1)
    for column in used:  # what went later may have left room for a longer form
        for form in range(used[column]):
            if _taken(forms, {**used, column: form}) + min(name, LONG_NAME) <= room:
                used[column] = form
                break
    left = max(room - _taken(forms, used), min(NARROWEST_NAME, room))
    widths = {column: forms[column][form] for column, form in used.items()}
    return tuple(_placed({**widths, Column.SERVER: min(max(name, NAME), left)}, room))


def needed(wants: Mapping[Column, Want]) -> int:
    """How many columns of the terminal the table takes with nothing cut."""
    return sum(max(want.widths) + GAP for want in wants.values()) - GAP


def _sacrifices(wants: Mapping[Column, Want], name: int) -> Iterator[tuple[Column, int | None, int]]:
    """(column, its form from now on or None, the width of names up to which it gives way), in order."""
    long, whole = min(name, LONG_NAME), min(name, WHOLE_NAME)
    for column in (Column.SCOPES, Column.FOUND_IN, Column.ELSEWHERE):
        yield column, 1, long
    for column in (Column.SCOPES, Column.CHECKED, Column.FOUND_IN, Column.ACCOUNT):
        yield column, None, long
    for column in (Column.AUTH, Column.EXPIRES):
        if column in wants and wants[column].is_blank:
            yield column, None, name
    yield from (
        (Column.EXPIRES, 1, whole),
        (Column.AUTH, None, name),
        (Column.ELSEWHERE, 2, whole),
        (Column.ELSEWHERE, None, whole),
        (Column.EXPIRES, None, min(name, NARROWEST_NAME + 4)),
    )


def _taken(forms: Mapping[Column, tuple[int, ...]], used: Mapping[Column, int]) -> int:
    """By all but the names, with the gaps between them."""
    return sum(forms[column][form] + GAP for column, form in used.items())


def _placed(widths: Mapping[Column, int], room: int) -> Iterator[Placed]:
    x = 0
    for column in Column:
        if column in widths and x < room:
            width = min(widths[column], room - x)
            yield Placed(column, x, width)
            x += width + GAP

"""What the table says of a row in each column. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from keyrack.domain.model import DEFAULT_ACCOUNT
from keyrack.domain.named_tuple import NamedTuple
from keyrack.domain.text import plain
from keyrack.operations.servers.overview import Row
from keyrack.tui.kit.cut import cut_end, cut_middle, width_of
from keyrack.tui.kit.present import busy_words
from keyrack.tui.servers.columns import Column, Want
from keyrack.tui.servers.facts import expiry
from keyrack.tui.servers.listing import display_name_among
from keyrack.tui.servers.marks import Marks
from keyrack.tui.servers.view import programs_of
from keyrack.wording.glyphs import NOTHING
from keyrack.wording.held import elsewhere, forms
from keyrack.wording.last import Last, last
from keyrack.wording.states import KINDS, listed_state
from keyrack.wording.times import relative
from keyrack.wording.tones import Tone

LONGEST = 200  # characters of a name that are looked at
AUTH, STATUS, EXPIRES = 6, 16, 8  # the least widths, so that the columns seldom move
SCOPES = (40, 20)  # widths, of which each cuts what is longer

Cell = tuple[tuple[str, Tone], ...]  # its words, each with a tone
NONE: Cell = ((NOTHING, Tone.DIM),)


class Told(NamedTuple):
    """What cells depend on beside their row."""

    now: float  # Unix seconds
    marks: Marks


def cell(column: Column, row: Row, told: Told, width: int) -> Cell:
    """The words for a column in at most `width` columns of the terminal."""
    found: list[tuple[str, Tone]] = []
    for words, tone in _CELLS[column](row, told, width):
        short = _CUTS.get(column, cut_end)(plain(words, LONGEST), width)
        width -= width_of(short)
        found.append((short, tone))
    return tuple(found)


def wants(rows: Sequence[Row], told: Told, columns: Iterable[Column]) -> Mapping[Column, Want]:
    """What the columns take for these rows; those that are worth nothing are left out."""
    measured = ((column, _WANTS[column](rows, told)) for column in Column if column in columns)
    return {
        column: Want(tuple(max(width, len(column.heading)) for width in want.widths), want.is_blank)
        for column, want in measured
        if want is not None
    }


def _name(row: Row, told: Told, width: int) -> Cell:
    return ((display_name_among(row, told.marks.several), Tone.DIM if row.server.is_off else Tone.PLAIN),)


def _auth(row: Row, told: Told, width: int) -> Cell:
    return ((KINDS.get(row.kind, row.kind), Tone.DIM),)


def _status(row: Row, told: Told, width: int) -> Cell:
    """With a sign if what happened last was a failure that the state does not say."""
    what = told.marks.busy.get(row.key)
    if what:
        return ((busy_words(what), Tone.BUSY),)
    words = listed_state(row.status, is_off=row.server.is_off)
    happened = _last(row, told)
    if not happened.mark or words[0].startswith(happened.mark):
        return (words,)
    return words, (f" {happened.mark}", happened.tone)


def _expires(row: Row, told: Told, width: int) -> Cell:
    return (expiry(row, told.now),)


def _elsewhere(row: Row, told: Told, width: int) -> Cell:
    return (elsewhere(row.elsewhere, told.now, width),)


def _account(row: Row, told: Told, width: int) -> Cell:
    label = row.credential.label if row.credential else ""
    if row.server.account == DEFAULT_ACCOUNT:
        return ((label, Tone.DIM),) if label else NONE
    return ((row.server.account, Tone.PLAIN), (f" · {label}" if label else "", Tone.DIM))


def _found_in(row: Row, told: Told, width: int) -> Cell:
    found = _programs(row)
    return ((next((form for form in found if len(form) <= width), found[-1]), Tone.DIM),) if found else NONE


def _programs(row: Row) -> tuple[str, ...]:
    """ "Claude Code, Cursor" and "Claude Code +1"."""
    programs = programs_of(row)
    if len(programs) < 2:
        return programs
    return ", ".join(programs), f"{programs[0]} +{len(programs) - 1}"


def _scopes(row: Row, told: Told, width: int) -> Cell:
    scopes = row.credential.scopes if row.credential else ()
    return ((" ".join(scopes), Tone.DIM),) if scopes else NONE


def _checked(row: Row, told: Told, width: int) -> Cell:
    """When it was checked, or what failed after that."""
    happened = _last(row, told)
    if happened.mark:
        return ((happened.words, happened.tone),)
    return ((relative(row.check.at - told.now), Tone.DIM),) if row.check else NONE


def _last(row: Row, told: Told) -> Last:
    trouble = told.marks.trouble_of(row)
    return last(row.credential, row.check, told.now, trouble.at if trouble is not None else None)


def _want(make: Callable[[Row, Told, int], Cell]) -> Wanting:
    """Measures a column by its cells. One that says nothing in any row is left out."""

    def wanting(rows: Sequence[Row], told: Told) -> Want | None:
        cells = {make(row, told, LONGEST) for row in rows} - {NONE}
        return Want((max(map(_width, cells)),)) if cells else None

    return wanting


# The columns that are always measured are not measured cell by cell: there may be thousands of rows.


def _want_name(rows: Sequence[Row], told: Told) -> Want:
    several = told.marks.several
    names = (plain(display_name_among(row, several), LONGEST) for row in rows)
    return Want((max(map(width_of, names), default=0),))


def _want_auth(rows: Sequence[Row], told: Told) -> Want:
    return Want((AUTH,), is_blank=all(row.kind == "unknown" for row in rows))


def _want_status(rows: Sequence[Row], told: Told) -> Want:
    kinds = {(row.status, row.server.is_off): row for row in rows}
    special = (row for row in rows if row.key in told.marks.busy or _may_have_failed(row, told))
    return Want(
        (max((STATUS, *(_width(_status(row, told, LONGEST)) for row in (*kinds.values(), *special)))),)
    )


def _want_expires(rows: Sequence[Row], told: Told) -> Want:
    """Whole, or as much as most rows need."""
    cells = {_expires(row, told, LONGEST) for row in rows if row.credential is not None} - {NONE}
    return Want((max((EXPIRES, *map(_width, cells))), EXPIRES), is_blank=not cells)


def _may_have_failed(row: Row, told: Told) -> bool:
    refused = row.credential and (row.credential.refused_at or row.credential.refresh_refused_at)
    checked = row.check is not None and row.check.verdict in ("unreachable", "refused")
    return bool(refused or checked or told.marks.trouble_of(row))


def _width(found: Cell) -> int:
    return sum(width_of(plain(words, LONGEST)) for words, _ in found)


def _want_elsewhere(rows: Sequence[Row], told: Told) -> Want | None:
    """To name all programs, the best one of each row, or none."""
    found = [forms(row.elsewhere, told.now) for row in rows if row.elsewhere]
    if not found:
        return None
    return Want((*(max(len(each[place]) for each in found) for place in (0, -2)), 0))


def _want_programs(rows: Sequence[Row], told: Told) -> Want | None:
    """All programs, or the first of each row. Left out where all rows have the same one."""
    found = {_programs(row) for row in rows}
    if len(found - {()}) < 2 and () not in found:
        return None
    return Want(tuple(max(len(each[place]) for each in found if each) for place in (0, -1)))


def _want_scopes(rows: Sequence[Row], told: Told) -> Want | None:
    found = _want(_scopes)(rows, told)
    return found and Want(tuple(dict.fromkeys(min(width, *found.widths) for width in SCOPES)))


Wanting = Callable[[Sequence[Row], Told], Want | None]
_CUTS = {Column.SERVER: cut_middle}
_CELLS: dict[Column, Callable[[Row, Told, int], Cell]] = {
    Column.SERVER: _name,
    Column.AUTH: _auth,
    Column.STATUS: _status,
    Column.EXPIRES: _expires,
    Column.ELSEWHERE: _elsewhere,
    Column.ACCOUNT: _account,
    Column.FOUND_IN: _found_in,
    Column.SCOPES: _scopes,
    Column.CHECKED: _checked,
}
_WANTS: dict[Column, Wanting] = {
    Column.SERVER: _want_name,
    Column.AUTH: _want_auth,
    Column.STATUS: _want_status,
    Column.EXPIRES: _want_expires,
    Column.ELSEWHERE: _want_elsewhere,
    Column.ACCOUNT: _want(_account),
    Column.FOUND_IN: _want_programs,
    Column.SCOPES: _want_scopes,
    Column.CHECKED: _want(_checked),
}

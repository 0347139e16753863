"""How the list is arranged: filtered, sorted, in groups, with which columns. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from keyrack.domain.named_tuple import NamedTuple
from keyrack.operations.ports import by_client
from keyrack.operations.servers.filtering import matching
from keyrack.operations.servers.needs import state_urgency, urgency
from keyrack.operations.servers.overview import Row
from keyrack.tui.servers.columns import NEEDED, Column
from keyrack.wording.states import STATES, SWITCHED_OFF, state_words
from keyrack.wording.tones import Tone

Kind = TypeVar("Kind", bound=StrEnum)

NO_PROGRAM = "in no program"


class Sort(StrEnum):
    """What the rows are sorted by, in the order of the columns but for the first."""

    URGENCY = "urgency"
    NAME = "name"
    AUTH = "auth"
    EXPIRY = "expiry"
    ELSEWHERE = "elsewhere"
    ACCOUNT = "account"
    PROGRAM = "program"
    SCOPES = "scopes"
    CHECKED = "last check"

    @property
    def column(self) -> Column:
        """The column under whose heading it is chosen."""
        return _COLUMNS[self]


_COLUMNS = {
    Sort.URGENCY: Column.STATUS,
    Sort.NAME: Column.SERVER,
    Sort.AUTH: Column.AUTH,
    Sort.EXPIRY: Column.EXPIRES,
    Sort.ELSEWHERE: Column.ELSEWHERE,
    Sort.ACCOUNT: Column.ACCOUNT,
    Sort.PROGRAM: Column.FOUND_IN,
    Sort.SCOPES: Column.SCOPES,
    Sort.CHECKED: Column.CHECKED,
}


class Group(StrEnum):
    NONE = ""
    PROGRAM = "program"
    STATE = "state"


class Heading(NamedTuple):
    """The line above a group."""

    words: str
    tone: Tone
    size: int  # rows


Line = Row | Heading


class View(NamedTuple):
    """What the user has chosen."""

    needle: str = ""
    sort: Sort = Sort.URGENCY
    descending: bool = False
    group: Group = Group.NONE
    hidden: frozenset[Column] = frozenset()

    @classmethod
    def of(cls, sort: str, descending: bool, group: str, hidden: Iterable[str]) -> View:
        """From names that were remembered, perhaps by another version: unknown ones have no effect."""
        names = set(hidden)
        return cls(
            sort=_named(Sort, sort, Sort.URGENCY),
            descending=descending,
            group=_named(Group, group, Group.NONE),
            hidden=frozenset(column for column in Column if column in names and column not in NEEDED),
        )

    @property
    def chosen(self) -> dict[str, Any]:
        """What `of` makes the same view from, but for the filter."""
        hidden = tuple(sorted(column.value for column in self.hidden))
        return {
            "sort": self.sort.value,
            "descending": self.descending,
            "group": self.group.value,
            "hidden": hidden,
        }

    @property
    def words(self) -> str:
        """ "by urgency", "by name, reversed, in groups by program"."""
        groups = f", in groups by {self.group}" if self.group else ""
        return f"by {self.sort}{', reversed' if self.descending else ''}{groups}"

    def sorted_by(self, column: Column) -> View:
        """After a click on a heading: by this column; by the same one again: the other way round."""
        sort = next(each for each in Sort if each.column is column)
        return self._replace(sort=sort, descending=not self.descending and sort is self.sort)

    def next_sort(self, shown: Collection[Column]) -> View:
        """By the next one of the columns that are shown."""
        kinds = [sort for sort in Sort if sort.column in shown or sort is self.sort]
        following = kinds[(kinds.index(self.sort) + 1) % len(kinds)]
        return self._replace(sort=following, descending=False)

    def reversed(self) -> View:
        return self._replace(descending=not self.descending)

    def next_group(self) -> View:
        kinds = list(Group)
        return self._replace(group=kinds[(kinds.index(self.group) + 1) % len(kinds)])

    def lines(self, rows: Iterable[Row], unread: Collection[str] = ()) -> tuple[Line, ...]:
        """The rows that the filter selects, in order, below the headings of their groups. `unread`: as for
        `need_of`."""
        found = ordered(matching(rows, self.needle), self.sort, descending=self.descending, unread=unread)
        return tuple(found) if self.group is Group.NONE else _grouped(found, self.group)


def ordered(
    rows: Iterable[Row], sort: Sort, *, descending: bool = False, unread: Collection[str] = ()
) -> list[Row]:
    """Sorted; equals by name. Rows that have no such value are last in either direction."""
    named = sorted(rows, key=_name)
    if sort is Sort.NAME:
        return named[::-1] if descending else named
    value = partial(urgency, unread=unread) if sort is Sort.URGENCY else _VALUES[sort]
    with_value = [(found, row) for row in named if (found := value(row)) is not None]
    without = [row for row in named if value(row) is None] if len(with_value) < len(named) else []
    with_value.sort(key=lambda pair: pair[0], reverse=descending)
    return [*(row for _, row in with_value), *without]


def programs_of(row: Row) -> tuple[str, ...]:
    """The programs whose files have the server."""
    return by_client(row.server.sources)


def _grouped(rows: Sequence[Row], group: Group) -> tuple[Line, ...]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(_GROUPS[group](row), []).append(row)
    lines: list[Line] = []
    for (*_, words, tone), members in sorted(groups.items()):
        lines += [Heading(words, tone, len(members)), *members]
    return tuple(lines)


def _of_program(row: Row) -> tuple[Any, ...]:
    """(…, words, tone), to sort by. A server of several programs is in the group of the first."""
    programs = programs_of(row)
    name = programs[0] if programs else NO_PROGRAM
    return not programs, name.casefold(), name, Tone.STRONG


def _of_state(row: Row) -> tuple[Any, ...]:
    if row.server.is_off:
        return urgency(row), SWITCHED_OFF, Tone.DIM
    return state_urgency(row.status.state), state_words(row.status.state), STATES[row.status.state].tone


def _name(row: Row) -> tuple[str, str]:
    return row.server.name.casefold(), row.key


def _expiry(row: Row) -> float | None:
    return row.credential.expires_at if row.credential else None


def _elsewhere(row: Row) -> str | None:
    return row.elsewhere[0].client.casefold() if row.elsewhere else None


def _program(row: Row) -> str | None:
    programs = programs_of(row)
    return programs[0].casefold() if programs else None


def _scopes(row: Row) -> tuple[str, ...] | None:
    return (row.credential.scopes or None) if row.credential else None


def _checked(row: Row) -> float | None:
    """The newest first."""
    return -row.check.at if row.check else None


def _named(kind: type[Kind], name: str, default: Kind) -> Kind:
    return next((each for each in kind if each.value == name), default)


_VALUES: dict[Sort, Callable[[Row], Any]] = {
    Sort.AUTH: lambda row: None if row.kind == "unknown" else row.kind,
    Sort.EXPIRY: _expiry,
    Sort.ELSEWHERE: _elsewhere,
    Sort.ACCOUNT: lambda row: row.server.account.casefold(),
    Sort.PROGRAM: _program,
    Sort.SCOPES: _scopes,
    Sort.CHECKED: _checked,
}
_GROUPS = {Group.PROGRAM: _of_program, Group.STATE: _of_state}

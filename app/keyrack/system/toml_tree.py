"""Edits a TOML file as a tree; everything else in the file stays the same, byte for byte.

tomlkit reads and writes the tree. Pairs are changed directly in its bodies, which have one entry per line,
because tomlkit's own methods move blanks, end every new line in \\n, and refuse tables in several parts.
Imported only to change a file: tomlkit takes 14 ms to import, and tomllib is enough for reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, InlineTable, Item, Key, SingleKey, Table, Trivia, Whitespace

from keyrack.domain.named_tuple import NamedTuple

Body = list[tuple[Key | None, Item]]


class NotEditable(ValueError):
    """tomlkit can't reproduce the text exactly, or the key is not there."""


class Pair(NamedTuple):
    """The position in the tree of a key and its value, or of a table."""

    body: Body  # the lines, or the parts of an inline table, that contain it
    at: int
    owner: Pair | None  # the table that contains it

    @property
    def key(self) -> Key:
        key = self.body[self.at][0]
        assert key is not None
        return key

    @property
    def item(self) -> Item:
        return self.body[self.at][1]

    @property
    def inner(self) -> Body:
        """The table's content; empty for any other value."""
        return self.item.value.body if isinstance(self.item, Table | InlineTable) else []

    @property
    def is_only_one(self) -> bool:
        """Is it the only pair in its table, or in the part of the table that is written here?"""
        return sum(key is not None for key, _ in self.body) == 1

    def set_value(self, value: Item) -> None:
        """Replace the value, keeping what surrounds it."""
        _surround(value, self.item)
        self.body[self.at] = (self.key, value)

    def replace(self, name: str, value: Item) -> None:
        """Replace the key and the value, keeping the blanks and the comment around them."""
        line = self
        while not isinstance(line.item, InlineTable) and line.inner:  # a dotted key: the line ends in there
            line = Pair(line.inner, 0, line)
        _surround(value, line.item)
        self.body[self.at] = (_key(name), value)

    def remove(self) -> None:
        """Remove the pair and its comma; a comment stays, on a line of its own."""
        if self.owner is None or not isinstance(self.owner.item, InlineTable):
            trivia = self.item.trivia
            if trivia.comment:
                self.body[self.at] = (
                    None,
                    Comment(Trivia(trivia.indent, "", trivia.comment, trivia.trail)),
                )
            else:
                del self.body[self.at]
            return
        start, end = self.at, self.at + 1
        while end < len(self.body) and self.body[end][0] is None:
            end += 1
        if end == len(self.body):  # the last one goes with the comma before it
            start, end = self.at, self.at + 1
            while start and self.body[start - 1][0] is None:
                start -= 1
            start += start == 0  # the blank after the brace stays
        del self.body[start:end]

    def insert_before(self, name: str, value: Item, newline: str) -> None:
        """Insert a pair before this one."""
        new: Body = [(_key(name), value)]
        if self.owner is not None and isinstance(self.owner.item, InlineTable):
            value.trivia.trail = ""
            new += [(None, Whitespace(",")), (None, Whitespace(" "))]
        else:
            value.trivia.indent, value.trivia.trail = self.item.trivia.indent, newline
        self.body[self.at : self.at] = new

    def insert_first(self, name: str, value: Item, newline: str) -> None:
        """Insert the first line of this table, which has its own heading."""
        value.trivia.trail = newline
        self.inner.insert(0, (_key(name), value))

    def insert_last(self, name: str, value: Item, newline: str) -> None:
        """Insert the last pair of this table, before its subtables and the blank lines at its end."""
        if isinstance(self.item, Table):
            insert_line(self.inner, name, value, newline)
            return
        value.trivia.trail = ""
        end = len(self.inner)
        while end and self.inner[end - 1][0] is None:
            end -= 1
        comma: Body = [(None, Whitespace(",")), (None, Whitespace(" "))]
        self.inner[end:end] = [*(comma if end else []), (_key(name), value)]


class Tree:
    """Raises NotEditable if tomlkit can't reproduce the text exactly."""

    def __init__(self, text: str) -> None:
        try:
            self._document = tomlkit.parse(text)
            same = self._document.as_string() == text
        except (
            TOMLKitError,
            ValueError,
            TypeError,
            LookupError,
            RecursionError,
        ):  # tomlkit's own bugs with valid TOML
            same = False
        if not same:
            raise NotEditable
        self.newline = "\r\n" if "\r\n" in text else "\n"

    @property
    def body(self) -> Body:
        return self._document.body

    def text(self) -> str:
        return self._document.as_string()

    def find(self, path: Sequence[str]) -> Iterator[Pair]:
        """The pair at these keys; if the table is written in several parts, each part."""
        return _find(self.body, path, None)

    def pair(self, path: Sequence[str]) -> Pair:
        """The only pair at these keys. Raises NotEditable."""
        found = list(self.find(path))
        if len(found) != 1:
            raise NotEditable
        return found[0]

    def table(self, path: Sequence[str]) -> Pair | None:
        """Where a pair can be added to the table at these keys; None if there is no such place yet."""
        for pair in self.find(path):
            is_table = isinstance(pair.item, Table) and (
                not pair.item.is_super_table() or pair.key.is_dotted()
            )
            if is_table or isinstance(pair.item, InlineTable):
                return pair
        return None


def insert_line(body: Body, name: str, value: Item, newline: str) -> None:
    """Insert a line after the other pairs, before the tables and the blank lines at the end."""
    tables = (i for i, (key, item) in enumerate(body) if isinstance(item, AoT) or _is_headed(key, item))
    end = next(tables, len(body))
    new: Body = [(_key(name), value)]
    value.trivia.trail = newline
    if end == 0 and body:
        new.append((None, Whitespace(newline)))
    while end and isinstance(body[end - 1][1], Whitespace):
        end -= 1
    if end:
        _end_line(body[end - 1][1], newline)
    body[end:end] = new


def _is_headed(key: Key | None, item: Item) -> bool:
    """Is it a table with a heading, here or deeper?"""
    return isinstance(item, Table) and key is not None and not key.is_dotted()


def _end_line(item: Item, newline: str) -> None:
    """Make sure that the line ends; the file's last line may not."""
    while isinstance(item, Table) and item.value.body:
        item = item.value.body[-1][1]
    if not isinstance(item, Whitespace) and "\n" not in item.trivia.trail:
        item.trivia.trail += newline


def _surround(value: Item, old: Item) -> None:
    trivia = old.trivia
    value.trivia.indent, value.trivia.trail = trivia.indent, trivia.trail
    value.trivia.comment_ws, value.trivia.comment = trivia.comment_ws, trivia.comment


def string(text: str) -> Item:
    return tomlkit.string(text)


def any_value(value: Any) -> Item:
    """A text, a number, true or false, a list of texts, or an inline table of these."""
    if isinstance(value, dict):
        inner = ", ".join(setting(key, any_value(each)) for key, each in value.items())
        return tomlkit.value(f"{{ {inner} }}" if inner else "{}")
    return tomlkit.item(value)


def inline_table(name: str, text: str) -> Item:
    """{ name = "text" }"""
    return tomlkit.value(f"{{ {_key(name).as_string()} = {string(text).as_string()} }}")


def setting(name: str, value: Item) -> str:
    """A key and its value as written in a file."""
    return f"{_key(name).as_string()} = {value.as_string()}"


def _key(name: str) -> Key:
    return SingleKey(name, sep=" = ")


def _find(body: Body, path: Sequence[str], owner: Pair | None) -> Iterator[Pair]:
    for index, (key, _) in enumerate(body):
        if key is None or key.key != path[0]:
            continue
        pair = Pair(body, index, owner)
        if len(path) == 1:
            yield pair
        else:
            yield from _find(pair.inner, path[1:], pair)

"""Sets and deletes members of a JSON text, and leaves everything else in it as it was, byte for byte.

A path may lead through texts that contain JSON themselves (`domain.held.ENCODED`); such a text is written
again, around the change. The text can have comments and trailing commas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence

from keyrack.domain.held import ENCODED, Key
from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.parsing.jsonc import STRING

TOKEN = re.compile(
    rf"(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)|(?P<string>{STRING})|(?P<mark>[{{}}\[\]:,])"
    r"|(?P<other>(?:[^\s\"{}\[\]:,/]|/(?![/*]))++)"
)


# Of what a value is made as far as its end is concerned.
_NESTING = re.compile(
    rf"(?://[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)|{STRING}|(?P<open>[{{\[])|(?P<close>[}}\]])"
)


class NoSuchMember(Exception):
    """The path leads nowhere in this text."""


class Member(NamedTuple):
    """A member of an object or array, by its positions in the text."""

    start: int  # of the key, or of the value in an array
    value: int  # of the value
    end: int  # after the value


class _Container(NamedTuple):
    """An object or array, by its positions in the text."""

    start: int
    end: int  # after its closing bracket
    members: tuple[tuple[Key, Member], ...]  # in order; the last of several duplicate keys counts

    def find(self, key: Key) -> int | None:
        return next((i for i in reversed(range(len(self.members))) if self.members[i][0] == key), None)


def get(text: str, path: Sequence[Key]) -> str | None:
    """The text of the value at `path`, as it is written; None if there is none."""
    head, rest = _split(path)
    try:
        found = _value(text, head)
    except NoSuchMember:
        return None
    written = text[found[0] : found[1]]
    return written if rest is None else get(_decoded(written), rest)


def set_value(text: str, path: Sequence[Key], value: str) -> str:
    """The text with `value`, which is JSON, at `path`. The last member is added if it is missing.

    Raises NoSuchMember if what should contain it is missing.
    """
    head, rest = _split(path)
    if rest is not None:
        start, end = _value(text, head)
        inner = set_value(_decoded(text[start:end]), rest, value)
        return text[:start] + json.dumps(inner, ensure_ascii=False) + text[end:]
    if not head:
        return value
    container = _container(text, head[:-1])
    place = container.find(head[-1])
    if place is not None:
        member = container.members[place][1]
        return text[: member.value] + value + text[member.end :]
    if not isinstance(head[-1], str) or text[container.start] != "{":
        raise NoSuchMember
    return _appended(text, container, head[-1], value)


def delete(text: str, path: Sequence[Key]) -> str:
    """The text without the member at `path`. Raises NoSuchMember."""
    head, rest = _split(path)
    if rest is not None and rest:
        start, end = _value(text, head)
        inner = delete(_decoded(text[start:end]), rest)
        return text[:start] + json.dumps(inner, ensure_ascii=False) + text[end:]
    if not head:
        raise NoSuchMember
    container = _container(text, head[:-1])
    place = container.find(head[-1])
    if place is None:
        raise NoSuchMember
    start, end = container.members[place][1].start, container.members[place][1].end
    if place + 1 < len(container.members):
        return text[:start] + text[container.members[place + 1][1].start :]
    if place:
        return text[: container.members[place - 1][1].end] + text[end:]
    return text[: container.start + 1] + text[container.end - 1 :]


def insert(text: str, path: Sequence[Key], value: str) -> str:
    """The text with `value`, which is JSON, as the last item of the array that contains `path`.

    Raises NoSuchMember.
    """
    head, rest = _split(path)
    if rest is not None:
        start, end = _value(text, head)
        inner = insert(_decoded(text[start:end]), rest, value)
        return text[:start] + json.dumps(inner, ensure_ascii=False) + text[end:]
    array = _container(text, head[:-1])
    if text[array.start] != "[":
        raise NoSuchMember
    return _appended(text, array, None, value)


class Located(NamedTuple):
    """A member, by its positions in the text."""

    container: int  # where what contains it starts
    start: int
    end: int


def member_at(text: str, path: Sequence[Key]) -> Located:
    """Where the member at `path` is. Raises NoSuchMember."""
    if not path:
        raise NoSuchMember
    container = _container(text, path[:-1])
    place = container.find(path[-1])
    if place is None:
        raise NoSuchMember
    found = container.members[place][1]
    return Located(container.start, found.start, found.end)


def last_of(text: str, path: Sequence[Key]) -> Located | None:
    """Where the last member of the object at `path` is; None if it has none. Raises NoSuchMember."""
    container = _container(text, path)
    if not container.members or text[container.start] != "{":
        return None
    found = container.members[-1][1]
    return Located(container.start, found.start, found.end)


def members(
    text: str, start: int, end_of: Callable[[str, int], int] | None = None
) -> Iterator[tuple[Key, int, int]]:
    """The members of the object or array after `start`: each key, and the positions of its value.

    `end_of` finds the end of a value in another way. Raises NoSuchMember if there is no object or array.
    """
    for key, member in _container_at(text, _skip(text, start), end_of).members:
        yield key, member.value, member.end


def insert_first(text: str, path: Sequence[Key], values: Sequence[str]) -> str:
    """The text with these values, each of them JSON, at the beginning of the array at `path`.

    They are on the line of the first item that was there. Raises NoSuchMember.
    """
    array = _container(text, path)
    if text[array.start] != "[":
        raise NoSuchMember
    first = array.members[0][1].start if array.members else array.end - 1
    written = ", ".join(values) + (", " if array.members else "")
    return text[:first] + written + text[first:]


def line_of(text: str, path: Sequence[Key]) -> int | None:
    """The line of the member at `path`, from 1; None if it is not there."""
    head, _ = _split(path)
    if not head:
        return 1
    try:
        container = _container(text, head[:-1])
    except NoSuchMember:
        return None
    place = container.find(head[-1])
    return None if place is None else text.count("\n", 0, container.members[place][1].start) + 1


def _split(path: Sequence[Key]) -> tuple[Sequence[Key], Sequence[Key] | None]:
    """The path to the first text that contains JSON, and the path in there; None if there is none."""
    if ENCODED not in path:
        return path, None
    place = list(path).index(ENCODED)
    return path[:place], path[place + 1 :]


def _decoded(written: str) -> str:
    try:
        value = json.loads(written)
    except ValueError:
        raise NoSuchMember from None
    if not isinstance(value, str):
        raise NoSuchMember
    return value


def _value(text: str, path: Sequence[Key]) -> tuple[int, int]:
    """The positions of the value at `path`."""
    start = _start(text, path)
    return start, end_at(text, start)


def _start(text: str, path: Sequence[Key]) -> int:
    """Where the value at `path` starts."""
    start = _skip(text, 0)
    for key in path:
        container = _container_at(text, start)
        place = container.find(key)
        if place is None:
            raise NoSuchMember
        start = container.members[place][1].value
    return start


def _container(text: str, path: Sequence[Key]) -> _Container:
    return _container_at(text, _start(text, path))


def _container_at(text: str, start: int, end_of: Callable[[str, int], int] | None = None) -> _Container:
    if text[start : start + 1] not in ("{", "["):
        raise NoSuchMember
    is_object = text[start] == "{"
    members: list[tuple[Key, Member]] = []
    position, begin, key = _skip(text, start + 1), None, ""
    while position < len(text) and text[position] not in "}]":
        if text[position] in ",:":
            position = _skip(text, position + 1)
            continue
        end = (end_of or end_at)(text, position)
        if is_object and begin is None:
            begin, key = position, _decoded(text[position:end])
        else:
            member = Member(position if begin is None else begin, position, end)
            members.append((key if is_object else len(members), member))
            begin = None
        position = _skip(text, end)
    if position >= len(text):
        raise NoSuchMember
    return _Container(start, position + 1, tuple(members))


def _skip(text: str, position: int) -> int:
    """The position of the next token that is no comment."""
    while (match := TOKEN.search(text, position)) is not None:
        if match.lastgroup != "comment":
            return match.start()
        position = match.end()
    return len(text)


def end_at(text: str, start: int) -> int:
    """The position after the value that starts here."""
    if text[start : start + 1] not in ("{", "["):
        match = TOKEN.match(text, start)
        if match is None:
            raise NoSuchMember
        return match.end()
    depth = 0
    for match in _NESTING.finditer(text, start):
        if match.lastgroup == "open":
            depth += 1
        elif match.lastgroup == "close":
            depth -= 1
            if not depth:
                return match.end()
    raise NoSuchMember


def _appended(text: str, container: _Container, key: str | None, value: str) -> str:
    """The text with a member after the last one, in the same style; without a key in an array."""
    written = value if key is None else f"{json.dumps(key, ensure_ascii=False)}: {value}"
    if not container.members:
        return text[: container.start + 1] + written + text[container.end - 1 :]
    last = container.members[-1][1]
    before = container.members[-2][1].end if len(container.members) > 1 else container.start + 1
    gap = re.search(r"\n[ \t]*$", text[before : last.start].replace("\r", ""))
    if key is not None and ": " not in text[last.start : last.value + 1]:
        written = f"{json.dumps(key, ensure_ascii=False)}:{value}"
    space = gap[0] if gap else " " if text[last.start - 1 : last.start] == " " else ""
    return f"{text[: last.end]},{space}{written}{text[last.end :]}"

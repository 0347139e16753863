"""Renames and deletes tables of a TOML text by their headings; every other line stays as it is.

A comment directly above a heading belongs to its table, and a comment after a blank line to what follows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from keyrack.domain.named_tuple import NamedTuple
from keyrack.system import toml
from keyrack.system.files import Malformed

BARE = re.compile(r"[A-Za-z0-9_-]+")  # a key that needs no quotes
LINES = re.compile(r"[^\n]*\n|[^\n]+")


class Part(NamedTuple):
    """A table or a table in it: positions of lines, from 0."""

    first: int  # the comments above its heading
    heading: int
    end: int  # after its last line, without blank lines
    path: tuple[str, ...]
    bracket: int  # where the heading ends in its line


def parts(text: str, path: Sequence[str]) -> list[Part]:
    """All parts with a heading of the table at `path`, in the order of the text."""
    lines, found = LINES.findall(text), list[Part]()
    for number, line in enumerate(lines):
        heading = _heading(line)
        if heading is None or heading[0][: len(path)] != tuple(path) or not _is_real(lines, number):
            continue
        first = number
        while first and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        found.append(Part(first, number, _end(lines, number), *heading))
    return found


def renamed(text: str, path: Sequence[str], name: str) -> str:
    """With another last key in the headings of the table at `path`."""
    lines = LINES.findall(text)
    for part in parts(text, path):
        line = lines[part.heading]
        indent = line[: len(line) - len(line.lstrip())]
        keys = (*path[:-1], name, *part.path[len(path) :])
        lines[part.heading] = f"{indent}[{dotted(keys)}]{line[part.bracket :]}"
    return "".join(lines)


def deleted(text: str, path: Sequence[str]) -> str:
    """Without the table at `path`."""
    lines = LINES.findall(text)
    for part in reversed(parts(text, path)):
        first, end = part.first, part.end
        while end < len(lines) and not lines[end].strip():
            end += 1
        while end == len(lines) and first and not lines[first - 1].strip():
            first -= 1
        del lines[first:end]
    return "".join(lines)


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line of the table's first heading, from 1."""
    return next((part.heading + 1 for part in parts(text, path)), None)


def dotted(keys: Sequence[str]) -> str:
    """A dotted key."""
    return ".".join(key if BARE.fullmatch(key) else _quoted(key) for key in keys)


def _quoted(key: str) -> str:
    """A basic string. JSON's is the same, but for DEL."""
    return json.dumps(key, ensure_ascii=False).replace("\x7f", "\\u007f")


def _heading(line: str) -> tuple[tuple[str, ...], int] | None:
    """The keys of a heading, and where it ends; None for any other line."""
    if not line.lstrip(" \t").startswith("["):
        return None
    for match in re.finditer(r"\]", line):
        try:
            table = toml.parse(line[: match.end()])
        except Malformed:
            continue
        keys = list[str]()
        while isinstance(table, dict) and table:
            key, table = next(iter(table.items()))
            keys.append(key)
        return (tuple(keys) if isinstance(table, dict) else (*keys, "[]")), match.end()
    return None


def _is_real(lines: Sequence[str], number: int) -> bool:
    """Not a line of a text or a list that began before?"""
    try:
        toml.parse("".join(lines[:number]))
    except Malformed:
        return False
    return True


def _end(lines: Sequence[str], heading: int) -> int:
    following = (n for n in range(heading + 1, len(lines)) if _heading(lines[n]) and _is_real(lines, n))
    next_heading = next(following, len(lines))
    end = heading + 1
    for number in range(heading + 1, next_heading):
        line = lines[number].strip()
        if line and not line.startswith("#"):
            end = number + 1
    after = end
    while after < next_heading and lines[after].lstrip().startswith("#"):
        after += 1
    return end if after == next_heading < len(lines) else after

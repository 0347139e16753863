"""Shortens a large JSON text to what an edit needs of it.

~/.claude.json grows with the history of every project, to 65 MB and more. The large values that an edit does
not concern are replaced by short ones, which the edit, its proof and its diff then have to go through, and
are put back afterwards.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence

from keyrack.domain.held import Key
from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.rewriting import json_members
from keyrack.sources.rewriting.json_members import NoSuchMember

BOM = "\ufeff"
LARGE = 1 << 20  # characters of a text; smaller ones stay as they are
CUT = 1 << 14  # characters of a value
DEEPEST = 2  # levels at which large values are looked for in one that is not plain JSON

Path = tuple[Key, ...]
_decode = json.JSONDecoder().raw_decode
# A text that contains this can't be made on purpose.
_PREFIX = f"keyrack-{os.urandom(8).hex()}-"
_MARK = rf"{_PREFIX}[0-9a-f]{{16}}"


class Cut(NamedTuple):
    """A value that was cut."""

    short: str  # what is in its place
    start: int  # its position in the whole text
    end: int


NOTHING: Mapping[str, Cut] = {}


class Shortened(NamedTuple):
    """A text with short values in place of some, and the same lines."""

    text: str
    cut: Mapping[str, Cut] = NOTHING  # by the mark of each
    original: str = ""  # "" if nothing was cut

    def whole(self, text: str) -> str:
        """`text`, which is this one after an edit, with the values that were cut.

        Raises NoSuchMember if one of them is not in it any more.
        """
        if not self.cut:
            return text
        pieces, place, found = list[str](), 0, set[str]()
        for match in re.finditer(_MARK, text):
            cut = self.cut.get(match[0])
            start = match.start() - (cut.short.find(match[0]) if cut else 0)
            if cut is None or not text.startswith(cut.short, start):
                raise NoSuchMember
            pieces += (text[place:start], self.original[cut.start : cut.end])
            place = start + len(cut.short)
            found.add(match[0])
        if len(found) != len(self.cut):
            raise NoSuchMember
        return "".join((*pieces, text[place:]))


def shortened(text: str, *paths: Path, large: int = LARGE, cut: int = CUT) -> Shortened:
    """The text without large values that are neither on a path nor at its end. What is cut is valid JSON.

    The same value is replaced by the same one in every text.
    """
    if len(text) < large or () in paths or re.search(_MARK, text):
        return Shortened(text)
    cuts: dict[str, Cut] = {}
    pieces, place = list[str](), 0
    try:
        for start, end in _large(text, 1 if text.startswith(BOM) else 0, paths, cut):
            value = text[start:end]
            mark, short = _short(value)
            first = cuts.setdefault(mark, Cut(short, start, end))
            if text[first.start : first.end] == value:
                pieces += (text[place:start], short)
                place = end
    except (NoSuchMember, RecursionError):
        return Shortened(text)  # the edit says what is wrong with it
    return Shortened("".join((*pieces, text[place:])), cuts, text)


def without_marks(text: str) -> str:
    """A text to show, with an ellipsis for what was cut."""
    return re.sub(rf'"{_MARK}"(?::0)?', "…", text)


def _large(
    text: str, place: int, paths: Sequence[Path], cut: int, depth: int = 0
) -> Iterator[tuple[int, int]]:
    """The positions of what can be cut in the value at `place`."""
    strict = set[int]()

    def end_of(text: str, start: int) -> int:
        try:
            end = _decode(text, start)[1]
        except (ValueError, RecursionError):
            return json_members.end_at(text, start)
        strict.add(start)
        return end

    for key, start, end in json_members.members(text, place, end_of):
        if end - start < cut:
            continue
        below = [path[1:] for path in paths if path and path[0] == key]
        if any(not path for path in below):
            continue
        if not below and start in strict and text[start] in '{["':
            yield start, end
        elif text[start] == "{" and (below or depth < DEEPEST):
            yield from _large(text, start, below, cut, depth + 1)


def _short(value: str) -> tuple[str, str]:
    """The mark and the value around it, which has the same kind, the same lines and the same last one."""
    mark = f"{_PREFIX}{hash(value) & 0xFFFF_FFFF_FFFF_FFFF:016x}"
    if value[0] == '"':
        return mark, f'"{mark}"'
    last = value[value.rfind("\n") + 1 : -1]
    lines = "\n" * value.count("\n") + (last if not last.strip() else "")
    return mark, f'{value[0]}"{mark}"{":0" if value[0] == "{" else ""}{lines}{value[-1]}'

"""Reads selected parts of a large JSON file without keeping the rest in memory.

~/.claude.json grows with the history of every project, to 65 MB and more. The syntax of skipped values is
still checked, one value at a time, with the standard library's decoder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from keyrack.sources.parsing.jsonc import Document, parse, refusal_of
from keyrack.system.files import Malformed, decode

ANY = "*"  # in a shape: every key that it does not name
SPACE = re.compile(r"[ \t\r\n]*+")

# The wanted keys of an object; None: the whole value. A value that is not an object is returned whole.
Shape = Mapping[str, "Shape | None"]


def pick(data: bytes, shape: Shape) -> Document:
    """The values at the keys of `shape` in a UTF-8 text.

    Raises Malformed if it is not JSON, and BadFile if a wanted part is not UTF-8.
    """
    reader = _Reader(data)
    try:
        found, place = reader.value(0, shape)
        reader.end(place)
    except Malformed:
        decode(data)  # if it is not UTF-8, report that instead
        raise
    return Document(found, tuple(reader.repeated))


class _Reader:
    def __init__(self, data: bytes) -> None:
        # One character per byte: decoded as UTF-8, one emoji would make the text four times as large.
        # JSON's syntax is ASCII, and no other UTF-8 character contains these bytes.
        self._text = data.decode("latin-1")
        self._decode = json.JSONDecoder().raw_decode
        self.repeated: dict[str, None] = {}  # duplicate keys of an object

    def value(self, place: int, shape: Shape | None) -> tuple[Any, int]:
        """The value at `place`, and its end."""
        start = self._space(place)
        if shape is not None and self._text.startswith("{", start):
            return self._object(start + 1, shape)
        end = self._skip(start)
        document = parse(self._part(start, end))
        self.repeated.update(dict.fromkeys(document.repeated))
        return document.data, end

    def end(self, place: int) -> None:
        """Raises Malformed unless only space follows."""
        if self._space(place) != len(self._text):
            raise self._malformed("Extra data", self._space(place))

    def _object(self, place: int, shape: Shape) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        place = self._space(place)
        if self._text.startswith("}", place):
            return found, place + 1
        while True:
            if not self._text.startswith('"', place):
                raise self._malformed("Expecting property name", place)
            end = self._skip(place)
            key = parse(self._part(place, end)).data
            place = self._space(end)
            if not self._text.startswith(":", place):
                raise self._malformed("Expecting ':' delimiter", place)
            if key in shape or ANY in shape:
                if key in found:
                    self.repeated[key] = None
                found[key], place = self.value(place + 1, shape[key if key in shape else ANY])
            else:
                place = self._skip(self._space(place + 1))
            place = self._space(place)
            if self._text.startswith("}", place):
                return found, place + 1
            if not self._text.startswith(",", place):
                raise self._malformed("Expecting ',' delimiter", place)
            place = self._space(place + 1)

    def _skip(self, start: int) -> int:
        """The end of the value that begins at `start`."""
        try:
            return self._decode(self._text, start)[1]
        except json.JSONDecodeError as error:
            raise self._malformed(error.msg, error.pos) from None
        except (ValueError, RecursionError) as error:
            raise refusal_of(error) from None

    def _space(self, place: int) -> int:
        match = SPACE.match(self._text, place)
        return match.end() if match else place

    def _part(self, start: int, end: int) -> str:
        data = self._text[start:end].encode("latin-1")
        try:
            return data.decode()
        except UnicodeDecodeError:
            return decode(data, self._text.count("\n", 0, start))  # raises, with the line

    def _malformed(self, what: str, place: int) -> Malformed:
        before = self._text[:place].encode("latin-1").decode("utf-8", "replace")
        return refusal_of(json.JSONDecodeError(what, before + self._text[place:], len(before)))

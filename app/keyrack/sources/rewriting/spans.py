"""Finds a string's position in a JSON text, so that it can be replaced without changing the rest.

There is no maintained Python package like tomlkit for JSON with comments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from keyrack.domain.named_tuple import NamedTuple
from keyrack.sources.parsing.jsonc import STRING

TOKEN = re.compile(
    rf"(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)|(?P<string>{STRING})|(?P<mark>[{{}}\[\]:,])"
    r"|(?P<other>(?:[^\s\"{}\[\]:,/]|/(?![/*]))++)"
)


class Span(NamedTuple):
    start: int
    end: int


class _Frame:
    """An object or array that the scanner is inside."""

    __slots__ = ("is_object", "key_matches", "matched", "wants_value")

    def __init__(self, is_object: bool, matched: int) -> None:
        self.is_object = is_object
        self.matched = matched  # how many keys of the path match so far; -1 if not on the path
        self.key_matches = False  # whether the current key is the next one in the path
        self.wants_value = False  # after a colon


def string_at(text: str, path: Sequence[str]) -> Span | None:
    """The position of the string at these keys, with its quotes; None if there is none.

    The text must be valid, except that it can have comments and trailing commas. The last of several
    duplicate keys counts, as in a parser.
    """
    found: Span | None = None
    stack: list[_Frame] = []
    for match in TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind == "comment":
            continue
        frame = stack[-1] if stack else None
        if token in ("}", "]"):
            if stack:
                stack.pop()
            continue
        if token == "," or token == ":":
            if frame is not None:
                frame.wants_value = token == ":"
            continue
        if frame is not None and frame.is_object and not frame.wants_value:
            frame.key_matches = _is_key(token, path, frame.matched)
            continue
        depth = -1 if frame is None or not (frame.is_object and frame.key_matches) else frame.matched + 1
        if depth == len(path):
            found = Span(match.start(), match.end()) if kind == "string" else None
        if token in ("{", "["):
            stack.append(_Frame(token == "{", depth if stack else 0))
    return found


def _is_key(token: str, path: Sequence[str], matched: int) -> bool:
    if not 0 <= matched < len(path) or token[0] != '"':
        return False
    try:
        key = json.loads(token)
    except ValueError:
        return False
    return key.encode("utf-8", "replace").decode() == path[matched]

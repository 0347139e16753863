"""Where things stand in a JSON text, so that one of them can be changed and all else stays as it is.

What tomlkit does for TOML no maintained Python package does for JSON with comments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from keyrack.sources.parsing.jsonc import STRING

TOKEN = re.compile(
    rf"(?P<comment>//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)|(?P<string>{STRING})|(?P<mark>[{{}}\[\]:,])"
    r"|(?P<other>(?:[^\s\"{}\[\]:,/]|/(?![/*]))++)"
)


class Span(NamedTuple):
    start: int
    end: int


class _Frame:
    """An object or a list that is open where the scanner stands."""

    __slots__ = ("is_object", "key_matches", "matched", "wants_value")

    def __init__(self, is_object: bool, matched: int) -> None:
        self.is_object = is_object
        self.matched = matched  # how many keys of the path lead here; -1: this is not on it
        self.key_matches = False  # is the key before the next value the path's next?
        self.wants_value = False  # a colon was there


def string_at(text: str, path: Sequence[str]) -> Span | None:
    """The string, with its quotes, that a reader finds under these keys; None where there is none.

    The text may have comments and commas too many, and is otherwise valid. Where a key stands twice
    the last one counts, as for the reader.
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

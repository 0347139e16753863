"""A configuration's text as it may be shown: no string, no comment and no long number of it can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import unified_diff

from keyrack.clients.jsonc import STRING
from keyrack.domain.secret import MASK

TOML_STRING = (
    r'"""(?:[^"\\]|\\[\s\S]|"{1,2}(?!"))*+"{3,5}' r"|'''(?:[^']|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"' r"|'[^'\n]*+'"
)  # fmt: skip
# A string with a colon (JSON), an equals sign or a dot (TOML) behind it is a key, and stays.
JSON_PARTS = re.compile(
    rf"(?P<string>{STRING})(?P<key>\s*+:)?|(?P<comment>//|/\*)(?:(?<=//)[^\n]*+|(?<=\*)(?:[^*]|\*(?!/))*+(?:\*/)?)"
    r"|\d{6,}+"
)
TOML_PARTS = re.compile(rf"(?P<string>{TOML_STRING})(?P<key>[ \t]*+[=.])?|(?P<comment>\#)[^\n]*+|\d{{6,}}+")
HARMLESS = frozenset(('"http"', '"sse"', '"stdio"', '"streamable-http"', '"local"', '"remote"', '""'))
AROUND = 3  # lines of context
WIDTH = 160  # characters of a line that are shown


def redacted(text: str, parts: re.Pattern[str], shown: Mapping[str, str]) -> str:
    """`shown`: what takes the place of some strings, by how they are written. Lines stay in their places."""

    def mask(match: re.Match[str]) -> str:
        part, comment = match["string"], match["comment"]
        if part is not None and (match["key"] is not None or part in HARMLESS):
            return match[0]
        if part is not None and part in shown:
            return shown[part]
        quote = part[0] if part else ""
        return f"{comment or ''}{quote}{MASK}{quote}" + "\n" * match[0].count("\n")

    return parts.sub(mask, text)


def diff(path: str, old: str, new: str) -> list[str]:
    """A unified diff of two redacted texts. A long line is cut around the change."""
    before, after = old.split("\n"), new.split("\n")
    # Only what lies between the first change and the last is compared, so that a large file costs little.
    start = max(0, _same(before, after) - AROUND)
    rest = max(0, _same(before[start:][::-1], after[start:][::-1]) - AROUND)
    a, b = before[start : len(before) - rest], after[start : len(after) - rest]
    first = _same(a, b)
    column = _same(a[first], b[first]) if first < min(len(a), len(b)) else 0
    lines = list(unified_diff(a, b, lineterm="", n=AROUND))[2:]
    return [f"--- {path}", f"+++ {path}", *(_cut(_placed(line, start), column) for line in lines)]


def _same(first: Sequence[str], second: Sequence[str]) -> int:
    """How many items are the same at the beginning."""
    pairs = zip(first, second, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def _placed(line: str, start: int) -> str:
    number = re.match(r"@@ -(\d+)", line)
    return f"@@ line {int(number[1]) + start} @@" if number else line


def _cut(line: str, column: int) -> str:
    sign, text = line[:1], line[1:].rstrip("\r")
    begin = max(0, column - WIDTH // 2) if sign in "+-" and len(text) > WIDTH else 0
    dots = "…" if begin else "", "…" if begin + WIDTH < len(text) else ""
    return f"{sign}{dots[0]}{text[begin : begin + WIDTH]}{dots[1]}"

"""The diff of two versions of a file, after redaction."""

from __future__ import annotations

import re
from difflib import unified_diff

from keyrack.domain.common_prefix import common_prefix
from keyrack.sources.rewriting.shortened import without_marks

AROUND = 3  # lines of context
WIDTH = 160  # characters shown of a line


def diff(path: str, old: str, new: str) -> list[str]:
    """A unified diff of two redacted texts. Long lines are cut to the part around the change."""
    before, after = (without_marks(text).split("\n") for text in (old, new))
    # Only compare from the first change to the last, which is fast for large files.
    start = max(0, common_prefix(before, after) - AROUND)
    rest = max(0, common_prefix(before[start:][::-1], after[start:][::-1]) - AROUND)
    a, b = before[start : len(before) - rest], after[start : len(after) - rest]
    first = common_prefix(a, b)
    column = common_prefix(a[first], b[first]) if first < min(len(a), len(b)) else 0
    lines = list(unified_diff(a, b, lineterm="", n=AROUND))[2:]
    return [f"--- {path}", f"+++ {path}", *(_cut(_placed(line, start), column) for line in lines)]


def _placed(line: str, start: int) -> str:
    number = re.match(r"@@ -(\d+)", line)
    return f"@@ line {int(number[1]) + start} @@" if number else line


def _cut(line: str, column: int) -> str:
    sign, text = line[:1], line[1:].rstrip("\r")
    begin = max(0, column - WIDTH // 2) if sign in "+-" and len(text) > WIDTH else 0
    dots = "…" if begin else "", "…" if begin + WIDTH < len(text) else ""
    return f"{sign}{dots[0]}{text[begin : begin + WIDTH]}{dots[1]}"

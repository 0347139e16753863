"""Reads and writes the words of a bash command line, which bash gives to a completion unread.

bash replaces only a part of the word, and inserts the text as it is. The part starts after an open quote,
and after each “:” or “=” (`COMP_WORDBREAKS`).
"""

from __future__ import annotations

import re

from keyrack.domain.named_tuple import NamedTuple

_SAFE = re.compile(r"[\w\-./:=@%+,^\u0080-\U0010ffff]")
_REDIRECTION = re.compile(r"(?:\d+|&)?[<>][<>&|]*")
_ESCAPED = {'"': '"$`\\', "$'": "\\'"}  # what a backslash protects, by the quotes it is in


class Line(NamedTuple):
    """A command line up to the cursor."""

    words: tuple[str, ...]  # that are complete, without the command
    raw: str  # the word that is being typed, as it is typed
    is_redirection: bool  # it is the file of a redirection


def read(line: str) -> Line:
    """The line from the command to the cursor."""
    words: list[str] = []
    place, is_redirection = 0, False
    while True:
        place += len(line[place:]) - len(line[place:].lstrip())
        operator = _REDIRECTION.match(line, place)
        if operator:
            place, is_redirection = operator.end(), True
            continue
        end, value, _ = _read(line, place)
        if end == len(line):
            return Line(tuple(words[1:]), line[place:], is_redirection)
        if not is_redirection:
            words.append(value)
        place, is_redirection = end, False


def value_of(raw: str) -> tuple[str, str]:
    """What a word means, and the quotes that are still open at its end: ", ', $' or none."""
    _, value, quotes = _read(raw, 0)
    return value, quotes


def quoted(text: str, quotes: str) -> str:
    """`text` after quotes that are open. bash closes them, unless there is such a character already."""
    if quotes:
        if quotes == "'":
            text = text.replace("'", "'\\''")
        else:
            text = "".join(f"\\{char}" if char in _ESCAPED[quotes] else char for char in text)
        if quotes == '"':
            text = text.replace("!", '"\\!"')  # bash looks for the history in these quotes too
        return text + quotes[-1] if text.endswith(quotes[-1]) else text
    return "".join(char if _SAFE.match(char) else f"\\{char}" for char in text)


def _read(line: str, place: int) -> tuple[int, str, str]:
    """One word: where it ends, what it means, and the quotes that are open there."""
    value, quotes = "", ""
    while place < len(line):
        char, after = line[place], line[place + 1 : place + 2]
        place += 1
        if not quotes and char in " \t\n<>":
            return place - 1, value, quotes
        if char == "\\" and quotes != "'":
            place += 1
            value += char + after if quotes and after not in _ESCAPED[quotes] else after
        elif not quotes and char in "'\"":
            quotes = char
        elif not quotes and char == "$" and after == "'":
            quotes, place = "$'", place + 1
        elif quotes and char == quotes[-1]:
            quotes = ""
        else:
            value += char
    return min(place, len(line)), value, quotes

"""JSON as configuration files have it: with comments, with commas too many, with a key twice.

The standard library reads it once comments and commas are blanked. A file of 19 KB takes 5 ms that way
and 370 ms with json5, which also accepts more than the programs do and tells of no key that stands twice.
"""

import json
import re
from typing import Any, NamedTuple

from keyrack.system.files import Malformed

# Possessive (+), so that a hostile file costs one pass: an unclosed string or comment
# runs to the end of its line or of the text, once.
STRING = r'"(?:[^"\\\n]|\\.)*+"?'
COMMENT = re.compile(STRING + r"|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?")
COMMA = re.compile(STRING + r"|,(?=\s*+[}\]])")
LONE_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Document(NamedTuple):
    data: Any
    repeated: tuple[str, ...]  # keys that stand twice in one object; the last one counts


def parse(text: str, *, comments: bool = False, commas: bool = False) -> Document:
    """Read JSON; with `comments` and trailing `commas` where the program allows them.

    Most files are plain JSON, so that is tried first. Raises Malformed.
    """
    try:
        return _load(text)
    except Malformed:
        if not comments and not commas:
            raise
    if comments:
        text = strip_comments(text)
    return _load(strip_commas(text) if commas else text)


def refusal_of(error: ValueError | RecursionError) -> Malformed:
    """What the decoder's error says of a text; one that ends too early is called so."""
    if isinstance(error, RecursionError):
        return Malformed("It is nested too deeply for a configuration file.")
    if not isinstance(error, json.JSONDecodeError):
        return Malformed("It contains a number that is too long.")
    what = error.msg.split(": ")[0].rstrip(": ")  # some messages go on to quote the file
    if not error.doc[error.pos :].strip() or what.startswith("Unterminated string"):
        return Malformed("It is truncated: it ends in the middle of its JSON.", error.lineno)
    return Malformed(f"It is not valid JSON (column {error.colno}: {what}).", error.lineno)


def strip_comments(text: str) -> str:
    """Comments become spaces, so that lines and columns stay. Raises Malformed."""

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        if found[0] == '"':
            return found
        if found.startswith("/*") and (len(found) < 4 or not found.endswith("*/")):
            raise Malformed("A comment (/*) is never closed.", text.count("\n", 0, match.start()) + 1)
        return re.sub(r"[^\n]", " ", found)

    return COMMENT.sub(blank, text)


def strip_commas(text: str) -> str:
    """A comma before a closing bracket becomes a space. Comments must be gone already."""
    return COMMA.sub(lambda match: " " if match[0] == "," else match[0], text)


def _load(text: str) -> Document:
    repeated: dict[str, None] = {}

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    repeated[key] = None
                seen.add(key)
        return found

    try:
        data = json.loads(text, object_pairs_hook=collect)
        if LONE_SURROGATE.search(text):
            data = _printable(data)
    except (ValueError, RecursionError) as error:
        raise refusal_of(error) from None
    return Document(data, tuple(repeated))


def _printable(value: Any) -> Any:
    """Half characters (lone surrogates) made "?": no terminal and no file takes them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_printable(item) for item in value]
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    return value

"""The diff of a connected entry: names and structure of the file, and what keyrack writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from keyrack.domain import redaction
from keyrack.domain.secret import MASK
from keyrack.sources.rewriting.diff import diff

YAML_LINE = re.compile(r"(?P<start>\s*(?:- +)*)(?:(?P<key>[\w.-]+|\"[^\"]*\"):(?P<gap> +|$))?(?P<value>.*)")
PLAIN = re.compile(r"(?:true|false|null|\d{1,5}|http|sse|stdio|streamable[-_]http|builtin)?")


def shown(path: str, syntax: str, before: str, after: str, public: Any, words: set[str]) -> tuple[str, ...]:
    """`public`: the fields that keyrack writes or deletes, which contain no secret but for what is not in
    `words`. Empty if nothing changes."""
    if before == after:
        return ()
    strings = {each for each in strings_of(public) if each in words}
    if syntax == "yaml":
        old, new = (_shown_yaml(text, strings) for text in (before, after))
    else:
        parts = redaction.TOML_PARTS if syntax == "toml" else redaction.JSON_PARTS
        forms = {form: form for each in strings for form in _forms(each, syntax)}
        old, new = (redaction.shown_file(text, parts, forms) for text in (before, after))
    lines = diff(path, old, new)
    return tuple(lines if before else [line for line in lines if line != "-"])


def strings_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from strings_of(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings_of(each)


def _forms(text: str, syntax: str) -> Iterator[str]:
    yield json.dumps(text)
    yield json.dumps(text, ensure_ascii=False)
    if syntax == "toml":
        from keyrack.system.toml_tree import string

        yield string(text).as_string()


def _shown_yaml(text: str, strings: set[str]) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        match = YAML_LINE.fullmatch(line.rstrip("\r"))
        assert match is not None
        value = match["value"]
        if not PLAIN.fullmatch(value) and value not in strings:
            forms = {form: form for each in strings for form in _forms(each, "yaml")}
            is_json = value[:1] in '"[{'
            value = redaction.shown_file(value, redaction.JSON_PARTS, forms) if is_json else MASK
        key = f"{match['key']}:{match['gap']}" if match["key"] is not None else ""
        lines.append(f"{match['start']}{key}{value}")
    return "\n".join(lines)

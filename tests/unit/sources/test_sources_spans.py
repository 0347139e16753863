"""Finding one string of a JSON text by its keys and replacing it, without touching other bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.sources.parsing import jsonc
from keyrack.sources.rewriting.edits import with_value
from keyrack.sources.rewriting.spans import string_at

PATH = ("mcpServers", "git.hub", "headers", "Authorization")
SECRET = "Bearer sk-1"
NEW = '"Bearer ${NEW}"'

ODD = ["//", "/*", "*/", '"', "\\", "{", "}", ",", ":", "é", "😀"]
TEXT = st.text() | st.sampled_from([*ODD, *PATH, SECRET])
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
GAP = st.sampled_from(["", " ", "\n", "\r\n\t", '/* { " } */', '// , : "\n', "/**/ "])


def nested(others: list[dict[str, Any]]) -> dict[str, Any]:
    """The path with its secret, among other keys at every level; each level's own key at any place."""
    value: Any = SECRET
    for key, more in zip(reversed(PATH), others, strict=True):
        rest = {name: item for name, item in more.items() if name != key}
        half = list(rest.items())[: len(rest) // 2]
        value = {**dict(half), key: value, **rest}
    return value


@st.composite
def written(draw: st.DrawFn, value: Any, commas: bool) -> str:
    """The value as JSON with comments and commas in any place that may have them."""

    def gap() -> str:
        return draw(GAP)

    def put(value: Any) -> str:
        if isinstance(value, dict):
            items = [
                f"{gap()}{json.dumps(key, ensure_ascii=draw(st.booleans()))}{gap()}:{gap()}{put(item)}{gap()}"
                for key, item in value.items()
            ]
            last = f",{gap()}" if items and commas and draw(st.booleans()) else ""
            return "{" + ",".join(items) + last + "}"
        if isinstance(value, list):
            return "[" + ",".join(f"{gap()}{put(item)}{gap()}" for item in value) + "]"
        return json.dumps(value, ensure_ascii=draw(st.booleans()))

    return gap() + put(value) + gap()


@given(st.data(), st.lists(st.dictionaries(TEXT, VALUE, max_size=3), min_size=4, max_size=4), st.booleans())
def test_what_is_wanted_is_changed_and_no_other_byte(data: st.DataObject, others: list, commas: bool) -> None:
    value = nested(others)
    text = data.draw(written(value, commas))
    assert jsonc.parse(text, comments=True, commas=True).data == value
    span = string_at(text, PATH)
    assert span is not None
    assert json.loads(text[span.start : span.end]) == SECRET
    after = text[: span.start] + NEW + text[span.end :]
    assert jsonc.parse(after, comments=True, commas=True).data == with_value(value, PATH, "Bearer ${NEW}")
    assert (after[: span.start], after[span.start + len(NEW) :]) == (text[: span.start], text[span.end :])


@given(VALUE, st.lists(TEXT, min_size=1, max_size=3))
def test_it_finds_what_a_reader_finds_or_nothing(value: Any, path: list[str]) -> None:
    text = json.dumps(value)
    expected: Any = value
    for key in path:
        expected = expected.get(key) if isinstance(expected, dict) else None
    span = string_at(text, path)
    found = json.loads(text[span.start : span.end]) if span else None
    assert found == (expected if isinstance(expected, str) else None)


@given(st.text(), st.lists(st.sampled_from([*'{}[]:,"/*\n\\', '"a"', "1"])).map("".join))
def test_any_text_is_read_to_its_end(text: str, marks: str) -> None:
    string_at(text, ("a",))
    string_at(marks, ("a",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": {"b": "one", "b": "two"}}', "two"),
        ('{"a": {"b": "one"}, "a": {"b": "two"}}', "two"),
        ('{"a": [{"b": "no"}], "c": {"a": {"b": "no"}}}', None),
        ('{"a": {"b": "one", "b": 2}}', None),
        ('[{"a": {"b": "no"}}]', None),
        ('{"a": {"\\u0062": "yes"}}', "yes"),
        ('{"a": {"x": {"b": "no"}, "y": "b", "b": "yes"}}', "yes"),
        ('{"b": "no", "a": {"p": ${PORT}, "b": "yes"}}', "yes"),
    ],
)
def test_of_keys_that_stand_twice_the_last_counts(text: str, found: str | None) -> None:
    span = string_at(text, ("a", "b"))
    assert (json.loads(text[span.start : span.end]) if span else None) == found


HOSTILE = ["{" * 200_000, '{"a":' * 100_000, '"' + '\\"' * 200_000, "/*" * 200_000]


@pytest.mark.parametrize("text", HOSTILE, ids=["braces", "keys", "quotes", "comments"])
def test_hostile_text_takes_one_pass(text: str) -> None:
    assert string_at(text, ("a", "b")) is None

"""Changing members of a JSON text leaves the rest of it as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyrack.domain.held import ENCODED, Key
from keyrack.sources.rewriting import json_members
from keyrack.sources.rewriting.json_members import NoSuchMember

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=5)


def paths(data: Any, start: tuple[Key, ...] = ()) -> list[tuple[Key, ...]]:
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    found: list[tuple[Key, ...]] = []
    for key, value in pairs:
        found += [(*start, key), *paths(value, (*start, key))]
    return found


def without(data: Any, path: tuple[Key, ...]) -> Any:
    copy = json.loads(json.dumps(data))
    owner = copy
    for key in path[:-1]:
        owner = owner[key]
    del owner[path[-1]]
    return copy


def at(data: Any, path: tuple[Key, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


@given(st.data(), OBJECTS, st.sampled_from((None, 2, "\t")))
def test_a_deleted_member_takes_nothing_else_with_it(data: st.DataObject, value: Any, indent: Any) -> None:
    text = json.dumps(value, indent=indent)
    path = data.draw(st.sampled_from(paths(value)))
    new = json_members.delete(text, path)
    assert json.loads(new) == without(value, path)
    assert set(new.split("\n")) <= set(text.split("\n")) | {line.rstrip(",") for line in text.split("\n")} | {
        new if indent is None else line
        for line in new.split("\n")
        if line.strip() and line.strip()[-1:] in "}],[{"
    }


@given(st.data(), OBJECTS, st.sampled_from((None, 2)))
def test_a_new_value_replaces_the_old_one_and_nothing_else(
    data: st.DataObject, value: Any, indent: Any
) -> None:
    text = json.dumps(value, indent=indent)
    path = data.draw(st.sampled_from(paths(value)))
    old = json_members.get(text, path)
    assert old is not None and json.loads(old) == at(value, path)
    marked = json_members.set_value(text, path, '"<new>"')
    assert json.loads(marked) != value
    assert json_members.set_value(marked, path, old) == text


@given(OBJECTS, st.sampled_from((None, 2, "\t")))
def test_what_is_added_can_be_deleted_again(value: dict[str, Any], indent: Any) -> None:
    text = json.dumps(value, indent=indent)
    added = json_members.set_value(text, ("a new key",), "[1, 2]")
    assert json.loads(added) == {**value, "a new key": [1, 2]}
    assert json_members.delete(added, ("a new key",)) == text


def test_comments_and_commas_stay() -> None:
    text = '{\n  // the first\n  "a": 1, /* and */\n  "b": {"c": "x", }, // last\n}\n'
    assert json_members.set_value(text, ("b", "c"), '"y"') == text.replace('"x"', '"y"')
    assert json_members.delete(text, ("a",)) == '{\n  // the first\n  "b": {"c": "x", }, // last\n}\n'


def test_the_last_of_two_equal_keys_counts_as_in_a_parser() -> None:
    assert json_members.get('{"a": 1, "a": 2}', ("a",)) == "2"
    assert json_members.set_value('{"a": 1, "a": 2}', ("a",), "3") == '{"a": 1, "a": 3}'


def test_json_in_a_text_is_changed_in_there() -> None:
    text = json.dumps({"x": json.dumps({"token": "old", "more": "ü"}, ensure_ascii=False), "y": "z"})
    new = json_members.set_value(text, ("x", ENCODED, "token"), '"new"')
    assert json.loads(json.loads(new)["x"]) == {"token": "new", "more": "ü"}
    assert json_members.get(new, ("x", ENCODED, "token")) == '"new"'
    assert json.loads(json_members.delete(new, ("x", ENCODED, "more")))["x"] == '{"token": "new"}'
    assert json_members.delete(new, ("x", ENCODED)) == '{"y": "z"}'


def test_an_item_of_an_array_can_be_deleted() -> None:
    assert json_members.delete('[{"a": 1}, {"b": 2}, 3]', (1,)) == '[{"a": 1}, 3]'


@pytest.mark.parametrize("path", [("a", "b"), ("c",), (0,), ("a", 0), ("s", ENCODED, "x")])
def test_a_path_that_leads_nowhere_is_refused(path: tuple[Key, ...]) -> None:
    text = '{"a": 1, "s": "no json"}'
    assert json_members.get(text, path) is None
    with pytest.raises(NoSuchMember):
        json_members.delete(text, path)


def test_the_line_of_a_member() -> None:
    assert json_members.line_of('{\n "a": 1,\n "b": {"c": 2}}', ("b", "c")) == 3
    assert json_members.line_of("{}", ("b",)) is None
